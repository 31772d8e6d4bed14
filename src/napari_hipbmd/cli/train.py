"""``hipbmd train``."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping

from ..core.options import options_of
from ..tasks.fit import fit_regression
from ..tasks.fit_tables import fit_text
from ..tasks.grey_scale import fit_grey_scale, grey_scale_text
from ..tasks.train import OF_ALL, OF_BMD, Link, TrainOptions, train
from .arguments import add_options, options_from
from .printing import say
from .progress import Bar, Stages


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The options; those of a regression apart."""
    own = [one.name for one in options_of(TrainOptions) if one.name not in OF_BMD]
    add_options(p, TrainOptions, names=[*OF_ALL, *own])
    p.add_argument("--steered", action="store_true", help=argparse.SUPPRESS)
    add_options(p.add_argument_group("of bmd"), TrainOptions, names=OF_BMD)


def run(args: argparse.Namespace) -> int:
    """Train one step; a clean Ctrl-C keeps the last finished epoch."""
    options = options_from(args, TrainOptions)
    if options.step == "bmd":
        return _fit(options)
    if options.step == "grey-scale":
        return _fit_grey_scale(options)
    if args.steered:
        from .steered import steered

        return steered(lambda link: train(options, link))
    bar = Bar("epochs")

    def report(epoch: int, count: int, figures: Mapping[str, float]) -> None:
        note = " ".join(f"{name} {value:.4g}" for name, value in figures.items())
        bar(epoch, count, note)

    note = train(options, Link(report, Bar("films read")))
    if note:
        say(note)
    say(f"{options.step} model in {shlex.quote(str(options.out))}")
    return 0


def _fit(options: TrainOptions) -> int:
    """Fit a regression, and tell how good it is and how well it is known."""
    found = fit_regression(
        options.study[0], options.out, options.plan(), models=options.models,
        command=options.command(), report=Stages(),
    )  # fmt: skip
    say(fit_text(found))
    say(f"BMD regression in {shlex.quote(str(options.out / 'bmd.json'))}")
    return 0


def _fit_grey_scale(options: TrainOptions) -> int:
    """Fit the rulers of the grey scale, and tell how far off they are."""
    bars = {"measuring": Bar("measuring"), "fitting": Bar("fitting")}
    found = fit_grey_scale(
        options.study[0], options.out, models=options.models, seed=options.seed,
        command=options.command(),
        report=lambda stage, done, count: bars[stage](done, count),
    )  # fmt: skip
    say(grey_scale_text(found))
    say(f"grey scale in {shlex.quote(str(options.out / 'grey_scale.json'))}")
    return 0
