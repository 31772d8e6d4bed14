"""``hipbmd train``."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping

from .progress import Bar

EPOCHS = {"enhancement": 45, "landmarks": 24}
USAGE_ERROR = 2
BATCH = {"default": 16, "paper": 64}


def _without_effect(args: argparse.Namespace) -> list[str]:
    """Options that were given and mean nothing for this step."""
    given = {
        "epochs": args.epochs is not None,
        "resume": args.resume,
        "annotator": args.annotator is not None,
        "models": args.models is not None,
        "device": args.device != "auto",
    }
    useless = ["models"]
    if args.step == "bmd":
        useless = ["epochs", "resume", "annotator", "device"]
    elif args.step == "enhancement":
        useless = ["models", "annotator"]
    return [name for name in useless if given[name]]


def run_train(args: argparse.Namespace) -> int:
    """Train one step; a clean Ctrl-C keeps the last finished epoch."""
    command = f"hipbmd train {args.step} --study STUDY --preset {args.preset}"
    for name in ("annotator", "models"):
        if getattr(args, name):
            command += f" --{name} {name.upper()}"
    for name in _without_effect(args):
        print(f"hipbmd: --{name} has no effect on {args.step}.", file=sys.stderr)
        return USAGE_ERROR
    if args.step == "bmd":
        from ..recipes import train_bmd

        model = train_bmd(
            args.study,
            args.out,
            args.preset,
            models=args.models,
            created_by=f"{command} --out OUT",
            progress=Bar("measured"),
        )
        for site, fitted in model.with_biology.items():
            print(
                f"{site:<16} r {fitted.r:.3f}  MAE {fitted.mae_g_cm2:.3f} g/cm²"
                f"  n {fitted.n} (out of fold)"
            )
        return 0

    from ..learning import Fit
    from ..recipes import train_network

    epochs = args.epochs or EPOCHS[args.step]
    bar = Bar("epochs")

    def report(epoch: int, count: int, figures: Mapping[str, float]) -> None:
        note = " ".join(f"{name} {value:.4g}" for name, value in figures.items())
        bar(epoch, count, note)

    command += f" --epochs {epochs} --seed {args.seed} --device {args.device} --out OUT"
    plan = Fit(
        args.out,
        epochs,
        BATCH[args.preset],
        args.seed,
        args.device,
        args.resume,
        report,
        settings={"command": command},
    )
    train_network(
        args.step, args.study, args.preset, plan, args.annotator, Bar("films read")
    )
    print(f"{args.step} model in {shlex.quote(str(args.out))}")
    return 0
