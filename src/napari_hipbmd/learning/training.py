"""Training by Lightning, and weights at rest.

Checkpoints are read with ``weights_only``; bundled weights are safetensors beside a
JSON model card. Nothing that is loaded can run code.
"""

from __future__ import annotations

import copy
import json
import logging
import platform
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.utils.data import DataLoader, Dataset, Sampler

from ..core.alone import alone_in
from ..core.errors import Cancelled, Refused
from ..core.files import read_regular, write_bytes_atomic, write_text_atomic
from ..core.model_card import read_card
from ..core.version import __version__

EpochReport = Callable[[int, int, Mapping[str, float]], None]
Net = TypeVar("Net", bound=torch.nn.Module)
LAST = "last.ckpt"
LOCK = ".training.lock"
LARGEST_WEIGHTS = 1_000_000_000
_ANOTHER = (
    "The {} weights belong to another architecture: use the model card that came with"
    " them."
)


@dataclass(frozen=True)
class Fit:
    """How to train: everything that is not the model or the data."""

    out: Path
    epochs: int
    batch_size: int
    seed: int = 0
    device: str = "auto"
    resume: bool = False
    report: EpochReport | None = None
    cancelled: Callable[[], bool] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    devices: str = "auto"


class EpochSampler(Sampler[int]):
    """A new order each epoch that depends on seed and epoch only.

    So a run that was resumed sees what an unbroken one sees.
    """

    def __init__(self, count: int, seed: int) -> None:
        self.count, self.seed, self.epoch = count, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning at the start of each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.count

    def __iter__(self):  # type: ignore[no-untyped-def]
        generator = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch)
        return iter(torch.randperm(self.count, generator=generator).tolist())


def fit(module: Any, train: Dataset[Any], validation: Dataset[Any], plan: Fit) -> Any:
    """Train ``module`` (a LightningModule) and return it.

    Writes ``last.ckpt`` after each epoch and ``log.csv`` under ``plan.out``.

    Raises
    ------
    Refused
        If a checkpoint to resume from is missing or does not fit, or another training
        writes into ``plan.out``.
    Cancelled
        If asked to stop; the last finished epoch is kept.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lightning.fabric.utilities.exceptions import MisconfigurationException
        from lightning.pytorch import Trainer, seed_everything
        from lightning.pytorch.callbacks import Callback, ModelCheckpoint
        from lightning.pytorch.loggers import CSVLogger

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    seed_everything(plan.seed, verbose=False)

    held = ExitStack()

    class Watch(Callback):
        """Seeds each epoch, reports it, and listens for a wish to stop."""

        def on_fit_start(self, trainer: Any, _: Any) -> None:
            if trainer.is_global_zero:  # one of the processes of a training
                held.enter_context(alone_in(plan.out, LOCK))

        def on_train_batch_start(
            self, trainer: Any, _: Any, _batch: Any, batch_idx: int
        ) -> None:
            # not at the epoch's start: a resumed run draws numbers after that
            if batch_idx == 0:
                torch.manual_seed(plan.seed * 100_003 + trainer.current_epoch)

        def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
            if plan.cancelled is not None and plan.cancelled():
                raise Cancelled

        def on_train_epoch_end(self, trainer: Any, _: Any) -> None:
            # before the checkpoint: a run killed in between reports the epoch again
            if plan.report:
                figures = {
                    name: float(value)
                    for name, value in trainer.callback_metrics.items()
                }
                plan.report(trainer.current_epoch + 1, plan.epochs, figures)

    last = plan.out / LAST
    if plan.resume and not last.exists():
        raise Refused(
            f"There is no {LAST} in {plan.out.name} to resume from:"
            " leave --resume out, or give the folder of the broken run."
        )
    if plan.resume:
        _check(last, plan.epochs)
    try:
        trainer = Trainer(
            max_epochs=plan.epochs,
            accelerator=plan.device,
            devices=_devices(plan),
            logger=CSVLogger(plan.out, name="", version="log"),
            callbacks=[
                Watch(),
                # after the schedule's step, so that a resumed run goes on as unbroken
                ModelCheckpoint(
                    plan.out,
                    Path(LAST).stem,
                    save_on_train_epoch_end=True,
                    enable_version_counter=False,
                ),
            ],
            gradient_clip_val=1.0,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            log_every_n_steps=1_000_000,
        )
    except (ValueError, MisconfigurationException) as error:
        raise Refused(
            f"The device '{plan.device}' cannot be used here: take --device cpu, or"
            " auto for the best that there is."
        ) from error
    training = DataLoader(
        train,
        plan.batch_size,
        sampler=EpochSampler(len(train), plan.seed),  # type: ignore[arg-type]
        drop_last=len(train) > plan.batch_size,  # type: ignore[arg-type]
    )
    with held, warnings.catch_warnings(), _interrupts_kept():
        warnings.simplefilter("ignore")
        try:
            trainer.fit(
                module,
                training,
                DataLoader(validation, plan.batch_size),
                ckpt_path=last if plan.resume else None,
                weights_only=True,
            )
        except RuntimeError as error:
            if plan.resume and "state_dict" in str(error):
                raise Refused(
                    f"The checkpoint in {plan.out.name} belongs to another model:"
                    " resume with the preset that it was started with."
                ) from error
            raise
        except SystemExit:  # what Lightning makes of Ctrl-C
            raise Cancelled from None
    return module


def _devices(plan: Fit) -> int | str:
    """Lightning's ``devices``: a number, a list such as ``0,1``, or what there is."""
    if plan.devices == "auto":
        return 1 if plan.device == "cpu" else "auto"
    return int(plan.devices) if plan.devices.isdecimal() else plan.devices


@contextmanager
def _interrupts_kept() -> Iterator[None]:
    """Lightning leaves Ctrl-C switched off once it was pressed."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is not before:
            signal.signal(signal.SIGINT, before)


def _check(checkpoint: Path, epochs: int) -> None:
    """Refuse what cannot be resumed; ``weights_only`` runs nothing."""
    try:
        content = torch.load(checkpoint, map_location="cpu", weights_only=True)
        schedules = list(content.get("lr_schedulers", ()))
    except OSError:
        raise
    except Exception as error:  # damaged bytes lead the reader anywhere
        raise Refused(
            f"The checkpoint {checkpoint.name} in {checkpoint.parent.name} is damaged:"
            " leave --resume out to start again."
        ) from error
    for schedule in schedules:
        planned = schedule.get("T_max", epochs)
        if planned != epochs:
            raise Refused(
                f"This training was begun for {planned} epochs and its learning rate"
                f" follows that: resume with --epochs {planned}."
            )


def half_precision(device: torch.device) -> torch.autocast:
    """bfloat16 where the device computes with it; elsewhere it takes far longer."""
    fast = device.type != "cpu" or bool(
        getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    )
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)


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
