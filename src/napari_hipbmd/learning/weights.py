"""Networks at rest, safetensors beside a JSON model card, and made fast to be used.

Nothing that is loaded can run code.
"""

from __future__ import annotations

import copy
import json
import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..core.errors import Refused
from ..core.files import write_bytes_atomic, write_text_atomic
from ..core.model_card import read_card
from ..core.reading import read_regular
from ..core.version import __version__

Net = TypeVar("Net", bound=torch.nn.Module)
LARGEST_WEIGHTS = 1_000_000_000
_ANOTHER = (
    "The {} weights belong to another architecture: use the model card that came with"
    " them."
)


def channels_last(network: Net) -> Net:
    """The network with its weights laid out for fast convolutions on a CPU."""
    for parameter in network.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(
                memory_format=torch.channels_last
            )
    return network


def for_inference(network: Net) -> Net:
    """The same function, faster: norms folded into convolutions, channels last."""
    folded = copy.deepcopy(network).eval()
    for block in folded.modules():
        if not isinstance(block, torch.nn.Sequential) or len(block) < 2:
            continue
        conv, norm = block[0], block[1]
        if isinstance(conv, torch.nn.Conv2d) and isinstance(norm, torch.nn.BatchNorm2d):
            block[0] = fuse_conv_bn_eval(conv, norm)
            block[1] = torch.nn.Identity()
    return channels_last(folded)


def write_model(
    folder: Path, name: str, state: Mapping[str, torch.Tensor], card: Mapping[str, Any]
) -> None:
    """Write ``name.safetensors`` (half precision) and ``name.json``, atomically."""
    halves = {
        key: value.detach().cpu().half().contiguous()
        if value.is_floating_point()
        else value.detach().cpu().contiguous()
        for key, value in state.items()
    }
    write_bytes_atomic(folder / f"{name}.safetensors", save(halves))
    dated = {
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "versions": {
            "napari-hipbmd": __version__,
            "torch": torch.__version__.split("+")[0],
            "python": platform.python_version(),
        },
        **card,
    }
    write_text_atomic(folder / f"{name}.json", json.dumps(dated, indent=1) + "\n")


def read_model(
    folder: Path, name: str
) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Weights in float32 and the model card.

    Raises
    ------
    Refused
        If a file is missing or damaged.
    """
    try:
        card = read_card(folder, name)
        weights = read_regular(folder / f"{name}.safetensors", LARGEST_WEIGHTS)
        state = load(weights)
        if not all(torch.isfinite(value).all() for value in state.values()):
            raise Refused("a weight is not a number")
    except FileNotFoundError as error:
        raise Refused(
            f"The folder {folder} has no {name} model ({Path(error.filename).name} is"
            f" missing): train one with 'hipbmd train {name}'."
        ) from None
    except (SafetensorError, ValueError) as error:
        why = f" ({str(error).rstrip('.')})" if isinstance(error, Refused) else ""
        raise Refused(
            f"The {name} model in {folder} is damaged{why}; train it again or copy it"
            " anew."
        ) from error
    return {
        key: value.float() if value.is_floating_point() else value
        for key, value in state.items()
    }, card


def built_for(make: Callable[[], Net], state: Mapping[str, Any], name: str) -> Net:
    """A network as a model card describes it, with its weights, set to inference.

    Nothing is allocated for a card whose layers are not those of the weights.

    Raises
    ------
    Refused
        If the weights belong to another architecture.
    """
    with torch.device("meta"):
        planned = make().state_dict()
    if {k: v.shape for k, v in planned.items()} != {
        k: v.shape for k, v in state.items()
    }:
        raise Refused(_ANOTHER.format(name))
    network = make()
    load_into(network, state, name)
    return network


def load_into(module: torch.nn.Module, state: Mapping[str, Any], name: str) -> None:
    """Load weights into a network and set it to inference.

    Raises
    ------
    Refused
        If they belong to another architecture.
    """
    try:
        module.load_state_dict(state)
    except RuntimeError as error:
        raise Refused(_ANOTHER.format(name)) from error
    module.eval()
