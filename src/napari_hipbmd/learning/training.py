"""Training by Lightning. Checkpoints are read with ``weights_only``: none runs code."""

from __future__ import annotations

import logging
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from ..core.alone import alone_in
from ..core.errors import Cancelled, Refused

EpochReport = Callable[[int, int, Mapping[str, float]], None]
LAST = "last.ckpt"
LOCK = ".training.lock"


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
