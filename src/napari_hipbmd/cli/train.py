"""``hipbmd train``."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping

from .progress import Bar

EPOCHS = {"enhancement": 45, "landmarks": 24}
BATCH = {"default": 16, "paper": 64}


def run_train(args: argparse.Namespace) -> int:
    """Train one step; a clean Ctrl-C keeps the last finished epoch."""
    command = f"hipbmd train {args.step} --study STUDY --preset {args.preset}"
    if args.step == "bmd":
        from ..recipes import train_bmd

        model = train_bmd(
            args.study,
            args.out,
            args.preset,
            models=args.models,
            created_by=command,
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

    command += f" --epochs {epochs} --seed {args.seed} --out OUT"
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
    bar(0, epochs)
    train_network(
        args.step, args.study, args.preset, plan, args.annotator, Bar("films read")
    )
    print(f"{args.step} model in {shlex.quote(str(args.out))}")
    return 0
