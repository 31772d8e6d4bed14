"""``hipbmd train``: what one training is, whatever it trains, and running it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..core.errors import Cancelled, Refused, StudyWarning
from ..core.options import REQUIRED, as_arguments, option, options_of
from ..study import annotators_of
from .fit_plan import FitOptions

if TYPE_CHECKING:
    from ..learning.training import Fit

TrainedStep = Literal[
    "enhancement", "landmarks", "locator", "gain", "grey-scale", "bmd"
]
EPOCHS = {"enhancement": 100, "landmarks": 16, "locator": 24, "gain": 24}
BATCH = {"default": 16, "paper": 64}
TIMES = 4
OF_ALL = ("preset", "seed")
OF_BMD = tuple(o.name for o in options_of(FitOptions) if o.name not in OF_ALL)
_OF_NETWORKS = (
    *("epochs", "resume", "annotator", "start", "real", "times"),
    *("device", "devices", "pairs"),
)
_SEVERAL = ("enhancement", "landmarks", "gain")
"""Steps that learn from more than one study."""

_WITHOUT_EFFECT = {
    "bmd": _OF_NETWORKS,
    "grey-scale": (*_OF_NETWORKS, *OF_BMD),
    "landmarks": ("models", "pairs", *OF_BMD),
    "locator": ("start", "models", "pairs", *OF_BMD),
    "enhancement": ("models", "annotator", "real", "times", *OF_BMD),
    "gain": ("annotator", "start", "real", "times", "pairs", *OF_BMD),
}


@dataclass(frozen=True)
class Link:
    """``report`` is told of epochs, ``reading`` of films; ``cancelled`` is asked."""

    report: Callable[[int, int, Mapping[str, float]], None]
    reading: Callable[[int, int], None]
    cancelled: Callable[[], bool] | None = None

    def read(self, done: int, count: int) -> None:
        """A film was read; :class:`Cancelled` if that was the last one."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        self.reading(done, count)


@dataclass(frozen=True, kw_only=True)
class TrainOptions(FitOptions):
    """What is trained, on what, and how; those of a regression are inherited."""

    step: TrainedStep = option(
        REQUIRED, "which step is trained, or fitted", positional=True
    )
    study: tuple[Path, ...] = option(
        (),
        "what to learn from; enhancement, landmarks and gain take several",
        metavar="DIR",
    )
    pairs: tuple[Path, ...] = option(
        (), "pairs of 'hipbmd pairs' that enhancement learns from, too", metavar="DIR"
    )
    epochs: int | None = option(
        None,
        "times that a network sees every hip (default: the step's own)",
        low=1,
        metavar="N",
    )
    resume: bool = option(False, "go on from the last finished epoch in --out")
    device: str = option(
        "auto",
        "auto (default), cpu, gpu, …",
        metavar="D",
        tip="Lightning's accelerator",
    )
    devices: str = option(
        "auto",
        "how many of them (default: auto)",
        metavar="N",
        tip="How many devices, or which ones: auto, 2, or 0,1. Lightning's own option",
    )
    out: Path = option(
        REQUIRED,
        "where the model goes, and what a training goes on from",
        metavar="DIR",
    )
    annotator: str | None = option(
        None,
        "go on with the landmark networks on what this person labelled",
        metavar="NAME",
    )
    start: Path | None = option(
        None,
        "the model to go on with (labels alone: the bundled one by default)",
        metavar="DIR",
        flag="--from",
    )
    real: Path | None = option(
        None,
        "labelled real films to learn from beside digital hips: landmarks of"
        " --annotator, of the patients that its split.csv names",
        metavar="STUDY",
    )
    times: int | None = option(
        None,
        f"how often each of those hips is seen in an epoch (default: {TIMES})",
        low=1,
        metavar="N",
    )
    models: Path | None = option(
        None,
        "networks that the gain, the rulers of the grey scale, or a BMD regression,"
        " are fitted behind",
        metavar="DIR",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for one in options_of(TrainOptions):
            given = getattr(self, one.name) != one.default
            if given and one.name in _WITHOUT_EFFECT[self.step]:
                raise Refused(f"{one.flag} has no effect on {self.step}.")
        several = self.step in _SEVERAL and not self.goes_on
        if len(self.study) != 1 and not several:
            raise Refused(f"{self.step} learns from one --study.")
        if self.step in ("gain", "landmarks") and not self.study:
            raise Refused(f"{self.step} needs a --study.")
        if not self.study and not self.pairs:
            raise Refused("give --study, --pairs or both.")
        if self.real is not None and self.annotator is None:
            raise Refused("--real needs --annotator: whose landmarks?")

    @property
    def goes_on(self) -> bool:
        """Whether the landmark networks go on with what somebody labelled."""
        alone = self.start is not None and len(self.study) == 1
        labels = self.annotator is not None or alone
        return self.step == "landmarks" and self.real is None and labels

    def command(self, epochs: int | None = None) -> str:
        """The command for a model card, without anybody's folders."""
        told = [f"hipbmd train {self.step}"]
        for name, folders in (("study", self.study), ("pairs", self.pairs)):
            if folders:
                told.append(" ".join([f"--{name}", *[name.upper()] * len(folders)]))
        if self.step != "grey-scale":
            told.append(f"--preset {self.preset}")
        for name, value in (
            ("real", self.real),
            ("annotator", self.annotator),
            ("from", self.start),
            ("models", self.models),
        ):
            if value:
                told.append(f"--{name} {name.upper()}")
        told += as_arguments(self, ("times", *OF_BMD))
        if epochs is not None:
            told.append(f"--epochs {epochs}")
        told.append(f"--seed {self.seed}")
        if epochs is not None:
            told.append(f"--device {self.device}")
        return " ".join([*told, "--out OUT"])


def train(options: TrainOptions, link: Link) -> str:
    """Train one network; gives what there is to tell about it, or nothing.

    A clean stop keeps the last finished epoch.

    Raises
    ------
    Refused
        If there is nothing to learn from, or a model cannot be used.
    Cancelled
        If asked to stop.
    """
    from .train_gain import train_gain
    from .train_networks import (
        retrain_landmarks,
        train_enhancement,
        train_landmarks,
        train_locator,
    )
    from .training_data import RealFilms

    _insist_on_labels(options)
    _tell_of_broken_off(options)
    plan, start, real = _plan(options, link), options.start, None
    if options.real is not None and options.annotator is not None:
        real = RealFilms(options.real, options.annotator, options.times or TIMES)
    if options.goes_on:
        return retrain_landmarks(
            options.study[0], options.annotator, plan, start, link.read
        ).sentence()
    if options.step == "gain":
        train_gain(options.study, plan, options.models, link.read)
    elif options.step == "locator":
        train_locator(options.study[0], plan, real)
    elif options.step == "enhancement":
        train_enhancement(
            options.study, options.pairs, options.preset, plan, link.read, start
        )
    else:
        train_landmarks(options.study, options.preset, plan, link.read, real, start)
    return ""


def _insist_on_labels(options: TrainOptions) -> None:
    """Refuse an annotator who has labelled nothing, before any film is read."""
    folder = options.real or next(iter(options.study), None)
    if options.annotator is None or folder is None:
        return
    there = annotators_of(folder)
    if options.annotator not in there:
        others = f"there are {', '.join(there)}" if there else "nobody has"
        raise Refused(
            f"{options.annotator[:40]!r} has labelled nothing in {folder.name}:"
            f" {others}."
        )


def _tell_of_broken_off(options: TrainOptions) -> None:
    """Warn (:class:`StudyWarning`) of a training that this one writes over."""
    from ..learning.training import LAST

    last, model = options.out / LAST, options.out / f"{options.step}.json"
    if options.resume or not last.is_file():
        return
    if not model.is_file() or model.stat().st_mtime < last.stat().st_mtime:
        warnings.warn(
            f"{options.out.name} holds a training that was broken off, and this one"
            " begins anew and writes over it: to go on with that one, stop this one"
            " and give --resume.",
            StudyWarning,
            stacklevel=2,
        )


def _plan(options: TrainOptions, link: Link) -> Fit:
    from ..learning.training import Fit

    epochs, batch = EPOCHS[options.step], BATCH[options.preset]
    if options.goes_on:
        from ..landmarks.retraining import BATCH as AGAIN_BATCH
        from ..landmarks.retraining import EPOCHS as AGAIN_EPOCHS

        epochs, batch = AGAIN_EPOCHS, AGAIN_BATCH
    epochs = options.epochs or epochs
    return Fit(
        options.out,
        epochs,
        batch,
        options.seed,
        options.device,
        options.resume,
        link.report,
        link.cancelled,
        settings={"command": options.command(epochs)},
        devices=options.devices,
    )
