"""The networks as ONNX files, with a page of facts beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core.canvas import PERCENTILES
from ..core.errors import Refused
from ..core.files import write_bytes_atomic, write_text_atomic
from ..core.options import check, option
from ..core.version import __version__
from ..pipeline.models import load_networks

CARD = "onnx.json"


@dataclass(frozen=True)
class OnnxOptions:
    """Which networks."""

    models: Path | None = option(
        None,
        "a folder of networks; those that it lacks are the bundled ones (default: all)",
        metavar="DIR",
    )

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class ExportedNetwork:
    """A file that was written.

    Attributes
    ----------
    difference
        The greatest difference between ONNX Runtime and PyTorch, as a share of the
        greatest output.
    """

    file: Path
    difference: float


def export_onnx(
    out: Path, options: OnnxOptions | None = None
) -> Iterator[ExportedNetwork]:
    """Write each network as ``NAME.onnx``, and ``onnx.json`` when all are there.

    Raises
    ------
    Refused
        If the models or the folder cannot be used, or what the extra ``onnx`` brings
        is not installed.
    """
    from ..enhancement.onnx_export import enhancement_onnx
    from ..landmarks.onnx_export import landmark_onnx

    if out.exists() and not out.is_dir():
        raise Refused(f"--out needs a folder, and {out} is a file.")
    networks = load_networks((options or OnnxOptions()).models)
    told = {}
    first = ("enhancement", enhancement_onnx(networks.enhancer))
    for name, model in (first, *landmark_onnx(networks.finder)):
        file = out / f"{name}.onnx"
        write_bytes_atomic(file, model.data)
        told[file.name] = {
            "input": {"image": ["n", 1, model.size, model.size]},
            "outputs": list(model.outputs),
            "difference": model.difference,
        }
        yield ExportedNetwork(file, model.difference)
    card = {
        "napari-hipbmd": __version__,
        "normalised": "(grey − low) / scale by the percentiles"
        f" {PERCENTILES[0]:g} and {PERCENTILES[1]:g} of what the network sees",
        "files": told,
    }
    write_text_atomic(out / CARD, json.dumps(card, indent=1, ensure_ascii=False) + "\n")
