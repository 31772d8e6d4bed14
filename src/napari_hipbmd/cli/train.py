"""``hipbmd train``."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from ..core.options import options_of
from ..tasks.fit import FitOptions, fit_regression
from ..tasks.fit_tables import fit_text
from ..tasks.grey_scale import fit_grey_scale, grey_scale_text
from .arguments import add_options, options_from, whole_number
from .link import Link
from .printing import say
from .progress import Bar, Stages

EPOCHS = {"enhancement": 100, "landmarks": 16, "locator": 24}
STEPS = ("enhancement", "landmarks", "locator", "grey-scale", "bmd")
USAGE_ERROR = 2
_SHARED = ("preset", "seed")  # by all steps
_OF_BMD = [o for o in options_of(FitOptions) if o.name not in _SHARED]
BATCH = {"default": 16, "paper": 64}


def _without_effect(args: argparse.Namespace) -> list[str]:
    """Options that were given and mean nothing for this step."""
    given = {
        "epochs": args.epochs is not None,
        "resume": args.resume,
        "annotator": args.annotator is not None,
        "from": args.start is not None,
        "real": args.real is not None,
        "times": args.times is not None,
        "models": args.models is not None,
        "device": args.device != "auto",
        "devices": args.devices != "auto",
        "pairs": bool(args.pairs),
        **{o.name: getattr(args, o.name) != o.default for o in _OF_BMD},
    }
    bmd = [o.name for o in _OF_BMD]
    useless = ["models", "pairs", *bmd]
    if args.step in ("bmd", "grey-scale"):
        useless = [
            *("epochs", "resume", "annotator", "from", "real", "times"),
            *("device", "devices", "pairs"),
            *(bmd if args.step == "grey-scale" else ()),
        ]
    elif args.step == "locator":
        useless = ["from", *useless]
    elif args.step == "enhancement":
        useless = ["models", "annotator", "real", "times", *bmd]
    return [name for name in useless if given[name]]


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The step, what it learns from, and how; those of a regression apart."""
    p.add_argument("step", choices=STEPS, help="which step is trained, or fitted")
    p.add_argument(
        "--study", type=Path, nargs="+", default=[], metavar="DIR",
        help="what to learn from; enhancement takes several",
    )  # fmt: skip
    p.add_argument(
        "--pairs", type=Path, nargs="+", default=[], metavar="DIR",
        help="pairs of 'hipbmd pairs' that enhancement learns from, too",
    )  # fmt: skip
    add_options(p, FitOptions, names=_SHARED)
    p.add_argument(
        "--epochs", type=whole_number(1), metavar="N",
        help="times that a network sees every hip (default: the step's own)",
    )  # fmt: skip
    p.add_argument(
        "--resume", action="store_true",
        help="go on from the last finished epoch in --out",
    )  # fmt: skip
    p.add_argument(
        "--device", default="auto", metavar="D", help="auto (default), cpu, gpu, …"
    )
    p.add_argument(
        "--devices",
        default="auto",
        metavar="N",
        help="how many of them (default: auto)",
    )
    p.add_argument("--steered", action="store_true", help=argparse.SUPPRESS)
    p.add_argument(
        "--out", type=Path, required=True, metavar="DIR",
        help="where the model goes, and what a training goes on from",
    )  # fmt: skip
    p.add_argument(
        "--annotator", metavar="NAME",
        help="go on with the landmark networks on what this person labelled",
    )  # fmt: skip
    p.add_argument(
        "--from", dest="start", type=Path, metavar="DIR",
        help="the model to go on with (labels alone: the bundled one by default)",
    )  # fmt: skip
    p.add_argument(
        "--real", type=Path, metavar="STUDY",
        help="labelled real films to learn from beside digital hips: landmarks of"
        " --annotator, of the patients that its split.csv names",
    )  # fmt: skip
    p.add_argument(
        "--times", type=whole_number(1), metavar="N",
        help="how often each of those hips is seen in an epoch (default: 4)",
    )  # fmt: skip
    p.add_argument(
        "--models", type=Path, metavar="DIR",
        help="networks that rulers of the grey scale, or a BMD regression, are fitted"
        " behind",
    )  # fmt: skip
    bmd = p.add_argument_group("of bmd")
    add_options(bmd, FitOptions, names=[o.name for o in _OF_BMD])


def run(args: argparse.Namespace) -> int:
    """Train one step; a clean Ctrl-C keeps the last finished epoch."""
    for name in _without_effect(args):
        say(f"hipbmd: --{name} has no effect on {args.step}.", file=sys.stderr)
        return USAGE_ERROR
    if args.step != "enhancement" and len(args.study) != 1:
        say(f"hipbmd: {args.step} learns from one --study.", file=sys.stderr)
        return USAGE_ERROR
    if not args.study and not args.pairs:
        say("hipbmd: give --study, --pairs or both.", file=sys.stderr)
        return USAGE_ERROR
    if args.real is not None and args.annotator is None:
        say("hipbmd: --real needs --annotator: whose landmarks?", file=sys.stderr)
        return USAGE_ERROR
    if args.step == "bmd":
        return _fit(args)
    if args.step == "grey-scale":
        return _fit_grey_scale(args)
    if args.steered:
        from .steered import steered

        return steered(args, lambda link: _train_network(args, link))
    bar = Bar("epochs")

    def report(epoch: int, count: int, figures: Mapping[str, float]) -> None:
        note = " ".join(f"{name} {value:.4g}" for name, value in figures.items())
        bar(epoch, count, note)

    note = _train_network(args, Link(report, Bar("films read")))
    if note:
        say(note)
    say(f"{args.step} model in {shlex.quote(str(args.out))}")
    return 0


def _train_network(args: argparse.Namespace, link: Link) -> str:
    """Train one network; gives what there is to tell about it."""
    from ..learning.training import Fit
    from ..tasks.train import (
        RealFilms,
        retrain_landmarks,
        train_enhancement,
        train_landmarks,
        train_locator,
    )

    real = RealFilms(args.real, args.annotator, args.times or 4) if args.real else None
    started = args.annotator is not None or args.start is not None
    again = args.step == "landmarks" and real is None and started
    epochs, batch = args.epochs or EPOCHS[args.step], BATCH[args.preset]
    if again:
        from ..landmarks.retraining import BATCH as RETRAIN_BATCH
        from ..landmarks.retraining import EPOCHS as RETRAIN_EPOCHS

        epochs, batch = args.epochs or RETRAIN_EPOCHS, RETRAIN_BATCH
    command = (
        f"{_command(args)} --epochs {epochs} --seed {args.seed}"
        f" --device {args.device} --out OUT"
    )
    plan = Fit(
        args.out,
        epochs,
        batch,
        args.seed,
        args.device,
        args.resume,
        link.report,
        link.cancelled,
        settings={"command": command},
        devices=args.devices,
    )
    if args.step == "locator":
        train_locator(args.study[0], plan, real)
    elif args.step == "enhancement":
        train_enhancement(
            args.study, args.pairs, args.preset, plan, link.reading, args.start
        )
    elif again:
        return retrain_landmarks(
            args.study[0], args.annotator, plan, args.start, link.reading
        ).sentence()
    else:
        train_landmarks(
            args.study[0], args.preset, plan, link.reading, real, args.start
        )
    return ""


def _fit(args: argparse.Namespace) -> int:
    """Fit a regression, and tell how good it is and how well it is known."""
    plan = options_from(args, FitOptions).plan()
    found = fit_regression(
        args.study[0], args.out, plan, models=args.models,
        command=f"{_command(args)} --out OUT", report=Stages(),
    )  # fmt: skip
    say(fit_text(found))
    say(f"BMD regression in {shlex.quote(str(args.out / 'bmd.json'))}")
    return 0


def _fit_grey_scale(args: argparse.Namespace) -> int:
    """Fit the rulers of the grey scale, and tell how far off they are."""
    bars = {"measuring": Bar("measuring"), "fitting": Bar("fitting")}
    found = fit_grey_scale(
        args.study[0], args.out, models=args.models, seed=args.seed,
        command=f"{_command(args)} --seed {args.seed} --out OUT",
        report=lambda stage, done, count: bars[stage](done, count),
    )  # fmt: skip
    print(grey_scale_text(found))
    print(f"grey scale in {shlex.quote(str(args.out / 'grey_scale.json'))}")
    return 0


def _command(args: argparse.Namespace) -> str:
    """The command for a model card, without anybody's folders."""
    command = f"hipbmd train {args.step}"
    for name in ("study", "pairs"):
        if getattr(args, name):
            command += f" --{name}" + f" {name.upper()}" * len(getattr(args, name))
    if args.step != "grey-scale":
        command += f" --preset {args.preset}"
    for option, value in (
        ("real", args.real),
        ("annotator", args.annotator),
        ("from", args.start),
        ("models", args.models),
    ):
        if value:
            command += f" --{option} {option.upper()}"
    if args.times is not None:
        command += f" --times {args.times}"
    for one in _OF_BMD:
        value = getattr(args, one.name)
        if value != one.default:
            told = ",".join(value) or "none" if isinstance(value, tuple) else value
            command += f" {one.flag} {told}"
    return command
