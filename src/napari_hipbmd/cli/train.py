"""``hipbmd train``."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping

from ..anatomy import SITES
from ..validation import PREDICTED
from .choices import chosen_regression
from .fit_table import fit_text
from .progress import Bar, Stages

EPOCHS = {"enhancement": 90, "landmarks": 24}
USAGE_ERROR = 2
_OF_BMD = ("targets", "image", "landmarks", "fit", "covariates")
BATCH = {"default": 16, "paper": 64}


def _without_effect(args: argparse.Namespace) -> list[str]:
    """Options that were given and mean nothing for this step."""
    given = {
        "epochs": args.epochs is not None,
        "resume": args.resume,
        "annotator": args.annotator is not None,
        "from": args.start is not None,
        "models": args.models is not None,
        "device": args.device != "auto",
        **{name: getattr(args, name) is not None for name in _OF_BMD},
    }
    useless = ["models", *_OF_BMD]
    if args.step == "bmd":
        useless = ["epochs", "resume", "annotator", "from", "device"]
    elif args.step == "enhancement":
        useless += ["annotator", "from"]
    return [name for name in useless if given[name]]


def run_train(args: argparse.Namespace) -> int:
    """Train one step; a clean Ctrl-C keeps the last finished epoch."""
    command = f"hipbmd train {args.step} --study STUDY --preset {args.preset}"
    for option, value in (
        ("annotator", args.annotator),
        ("from", args.start),
        ("models", args.models),
    ):
        if value:
            command += f" --{option} {option.upper()}"
    for name in _OF_BMD:
        value = getattr(args, name)
        if value is not None:
            told = value if isinstance(value, str) else ",".join(value) or "none"
            command += f" --{name} {told}"
    for name in _without_effect(args):
        print(f"hipbmd: --{name} has no effect on {args.step}.", file=sys.stderr)
        return USAGE_ERROR
    if args.step == "bmd":
        return _fit(args, f"{command} --out OUT")

    from ..learning import Fit
    from ..recipes import retrain_landmarks, train_network

    bar = Bar("epochs")

    def report(epoch: int, count: int, figures: Mapping[str, float]) -> None:
        note = " ".join(f"{name} {value:.4g}" for name, value in figures.items())
        bar(epoch, count, note)

    again = args.annotator is not None or args.start is not None
    epochs, batch = args.epochs or EPOCHS[args.step], BATCH[args.preset]
    if again:
        from ..landmarks.retraining import BATCH as RETRAIN_BATCH
        from ..landmarks.retraining import EPOCHS as RETRAIN_EPOCHS

        epochs, batch = args.epochs or RETRAIN_EPOCHS, RETRAIN_BATCH
    command += f" --epochs {epochs} --seed {args.seed} --device {args.device} --out OUT"
    plan = Fit(
        args.out,
        epochs,
        batch,
        args.seed,
        args.device,
        args.resume,
        report,
        settings={"command": command},
    )
    if again:
        found = retrain_landmarks(
            args.study, args.annotator, plan, args.start, Bar("films read")
        )
        print(found.sentence())
    else:
        train_network(args.step, args.study, args.preset, plan, Bar("films read"))
    print(f"{args.step} model in {shlex.quote(str(args.out))}")
    return 0


def _fit(args: argparse.Namespace, command: str) -> int:
    """Fit a regression, and tell how good it is and how well it is known."""
    from ..calibration import FitPlan, calibrate

    plan = FitPlan(
        args.targets or SITES,
        args.image or "enhanced",
        args.landmarks or PREDICTED,
        chosen_regression(args),
        seed=args.seed,
    )
    found = calibrate(
        args.study, args.out, plan, models=args.models, command=command,
        report=Stages(),
    )  # fmt: skip
    print(fit_text(found))
    print(f"BMD regression in {shlex.quote(str(args.out / 'bmd.json'))}")
    return 0
