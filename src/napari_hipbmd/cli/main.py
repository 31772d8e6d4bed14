"""Arguments of ``hipbmd`` and what becomes of errors.

Exit status: 0 all is well; 2 wrong usage or input; 3 some films were refused;
130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ..core.measurement import RESEARCH_USE
from ..core.radiograph import Cancelled, FilmRefused
from . import choices
from .labels import add_labels

USAGE_ERROR, STOPPED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``hipbmd``; gives the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console without our characters
            stream.reconfigure(errors="replace")
    parser = build_parser()
    try:
        args = parser.parse_args(arguments)
    except SystemExit as stop:  # argparse has already said what is wrong
        return int(stop.code or 0)
    try:
        return int(args.run(args))
    except FilmRefused as error:
        print(f"hipbmd: {error}", file=sys.stderr)
        return USAGE_ERROR
    except (KeyboardInterrupt, Cancelled):
        print("hipbmd: stopped; what was finished is kept.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # the reader of our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        what = error.strerror or str(error)
        where = f" ({error.filename})" if error.filename else ""
        print(f"hipbmd: {what}{where}.", file=sys.stderr)
        return USAGE_ERROR


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="hipbmd",
        description="Bone mineral density of the hip, estimated from radiographs.",
        epilog=RESEARCH_USE,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _measure(commands)
    _inspect(commands)
    _phantom(commands)
    _enhance(commands)
    _compare_enhancement(commands)
    _pairs(commands)
    add_labels(commands)
    _train(commands)
    _validate(commands)
    _paper_repeat(commands)
    _demo(commands)
    return parser


def positive_int(text: str) -> int:
    """A whole number above zero."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def between(low: float, high: float, unit: str) -> Callable[[str], float]:
    """A number of a plausible range."""

    def parse(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"{text} is not between {low:g} and {high:g} {unit}"
            )
        return value

    parse.__name__ = "number"
    return parse


def not_negative(text: str) -> int:
    """A whole number, zero or more."""
    value = int(text)
    if value < 0:
        raise ValueError
    return value


not_negative.__name__ = "whole number of zero or more"
positive_int.__name__ = "positive whole number"


def _measure(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    p = commands.add_parser("measure", help="measure films, folders or studies")
    p.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    p.add_argument("--side", choices=("L", "R"))
    p.add_argument("--sex", choices=("F", "M"))
    p.add_argument("--age-years", type=between(0, 120, "years"), metavar="A")
    p.add_argument("--height-cm", type=between(50, 250, "cm"), metavar="H")
    p.add_argument("--weight-kg", type=between(10, 400, "kg"), metavar="W")
    p.add_argument(
        "--box", nargs=4, type=float, metavar=("X0", "Y0", "X1", "Y1"),
        help="the hip box, in pixels of the film",
    )  # fmt: skip
    p.add_argument(
        "--spacing-mm", type=between(0.01, 2, "mm"), metavar="S",
        help="pixel spacing of a film that has none it can be sure of",
    )  # fmt: skip
    p.add_argument(
        "--force-spacing", action="store_true",
        help="take --spacing-mm even where a film knows its own spacing",
    )  # fmt: skip
    p.add_argument("--models", type=Path, metavar="DIR")
    p.add_argument(
        "--withhold", metavar="CODE,…|none|default|FILE.json",
        help="withhold values with these flags (the study's policy.json, or none)",
    )  # fmt: skip
    p.add_argument("--json", metavar="FILE|-")
    p.add_argument("--csv", type=Path, metavar="FILE")
    p.add_argument(
        "--layers", type=Path, metavar="DIR", help="write STO and bone image as TIFF"
    )
    p.add_argument(
        "--out", type=Path, metavar="DIR",
        help="keep the results there; a run that stopped goes on where it was",
    )  # fmt: skip
    p.add_argument(
        "--html", action="store_true", help="write a page a hip, and one about all"
    )
    p.add_argument(
        "--sr", action="store_true", help="write a DICOM structured report a hip"
    )
    p.add_argument(
        "--identified", action="store_true",
        help="name the patient in pages and structured reports (never otherwise)",
    )  # fmt: skip
    p.add_argument(
        "--workers", type=positive_int, default=1, metavar="N",
        help="processes on this computer (1)",
    )  # fmt: skip
    p.add_argument(
        "--scheduler", metavar="ADDRESS", help="measure on this Dask cluster instead"
    )

    def run(args: argparse.Namespace) -> int:
        from .measure import run_measure

        return run_measure(args)

    p.set_defaults(run=run)


def _inspect(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    p = commands.add_parser("inspect", help="tell what the reader understood of a film")
    p.add_argument("file", type=Path, metavar="FILE")
    p.add_argument("--json", action="store_true")
    p.add_argument(
        "--deidentified", action="store_true",
        help="add every DICOM element that tells nothing about a person",
    )  # fmt: skip

    def run(args: argparse.Namespace) -> int:
        from .inspect import run_inspect

        return run_inspect(args)

    p.set_defaults(run=run)


def _phantom(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    p = commands.add_parser("phantom", help="make a study of digital hips")
    p.add_argument("--n", type=positive_int, required=True, metavar="N")
    p.add_argument("--seed", type=not_negative, default=0, metavar="S")
    p.add_argument("--family", choices=("train", "shifted"), default="train")
    p.add_argument("--out", type=Path, required=True, metavar="DIR")
    p.add_argument(
        "--pixels", type=positive_int, default=900, help="rows and columns of a film"
    )
    p.add_argument(
        "--whole-pelvis",
        action="store_true",
        help="both hips of a patient (every third case) lie on one film of the pelvis",
    )
    p.add_argument(
        "--workers", type=positive_int, help="processes (default: all cores)"
    )

    def run(args: argparse.Namespace) -> int:
        from .phantom import run_phantom

        return run_phantom(args)

    p.set_defaults(run=run)


def _enhance(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    p = commands.add_parser("enhance", help="take the soft tissue away, nothing else")
    p.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    p.add_argument(
        "--out", type=Path, required=True, metavar="DIR",
        help="a folder a film: STO, bone image, error where the truth is known (TIFF)",
    )  # fmt: skip
    p.add_argument(
        "--models", type=Path, metavar="DIR",
        help="the --out folder of 'hipbmd train enhancement' (the bundled model)",
    )  # fmt: skip
    p.add_argument("--latent", action="store_true", help="write the latent z, too")
    p.add_argument(
        "--stages", action="store_true", help="write every stage of the encoder, too"
    )
    p.add_argument("--side", choices=("L", "R"))
    p.add_argument(
        "--box", nargs=4, type=float, metavar=("X0", "Y0", "X1", "Y1"),
        help="the hip box, in pixels of the film",
    )  # fmt: skip
    p.add_argument(
        "--spacing-mm", type=between(0.01, 2, "mm"), metavar="S",
        help="pixel spacing of a film that has none it can be sure of",
    )  # fmt: skip
    p.add_argument(
        "--force-spacing", action="store_true",
        help="take --spacing-mm even where a film knows its own spacing",
    )  # fmt: skip

    def run(args: argparse.Namespace) -> int:
        from .enhance import run_enhance

        return run_enhance(args)

    p.set_defaults(run=run)


def _pairs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    p = commands.add_parser("pairs", help="make synthetic pairs of film and STO")
    p.add_argument(
        "sources", nargs="*", type=Path, metavar="FOLDER",
        help="films marked in napari, or a study of digital hips",
    )  # fmt: skip
    p.add_argument("--n", type=positive_int, metavar="N", help="how many pairs")
    p.add_argument("--out", type=Path, metavar="DIR")
    p.add_argument("--operator", choices=("additive", "replace"), default="additive")
    p.add_argument(
        "--rotation-deg", type=between(0, 180, "degrees"), default=15, metavar="R",
        help="turn the hip by up to R to either side (15)",
    )  # fmt: skip
    p.add_argument("--no-flip", action="store_true", help="mirror no hip")
    p.add_argument(
        "--scale", nargs=2, type=between(0.25, 4, "times"), default=(0.9, 1.1),
        metavar=("LOW", "HIGH"), help="magnification of the hip (0.9 1.1)",
    )  # fmt: skip
    p.add_argument(
        "--exposure", type=between(0, 0.4, "of the grey range"), default=0.1,
        metavar="E", help="up to E more or less grey in film and STO (0.1)",
    )  # fmt: skip
    p.add_argument("--seed", type=not_negative, default=0, metavar="S")
    p.add_argument(
        "--split", nargs=3, type=between(0, 1e6, "shares"), default=(0.8, 0.1, 0.1),
        metavar=("TRAIN", "VALIDATION", "TEST"),
        help="shares, by patient, before anything is augmented (0.8 0.1 0.1)",
    )  # fmt: skip
    p.add_argument(
        "--again", type=Path, metavar="PAIRS",
        help="make the pairs of that folder again, bit for bit",
    )  # fmt: skip
    p.add_argument(
        "--check", type=Path, metavar="PAIRS",
        help="compare that folder with its pairs made again in memory",
    )  # fmt: skip

    def run(args: argparse.Namespace) -> int:
        from .pairs import run_pairs

        return run_pairs(args)

    p.set_defaults(run=run)


def _compare_enhancement(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    p = commands.add_parser(
        "compare-enhancement", help="two enhancement models on the same films"
    )
    p.add_argument(
        "films", type=Path, metavar="FILMS",
        help="a study of digital hips, or pairs of 'hipbmd pairs'",
    )  # fmt: skip
    p.add_argument(
        "--models", nargs=2, required=True, metavar=("A", "B"),
        help="folders of 'hipbmd train enhancement', or the word bundled",
    )  # fmt: skip
    p.add_argument(
        "--landmarks", choices=("predicted", "truth"), default="predicted",
        help="where the features are read from which the gap follows",
    )  # fmt: skip
    p.add_argument("--csv", type=Path, metavar="FILE")

    def run(args: argparse.Namespace) -> int:
        from .compare_enhancement import run_compare_enhancement

        return run_compare_enhancement(args)

    p.set_defaults(run=run)


def _train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    p = commands.add_parser("train", help="train one step on a study")
    p.add_argument("step", choices=("enhancement", "landmarks", "locator", "bmd"))
    p.add_argument(
        "--study", type=Path, nargs="+", default=[], metavar="DIR",
        help="what to learn from; enhancement takes several",
    )  # fmt: skip
    p.add_argument(
        "--pairs", type=Path, nargs="+", default=[], metavar="DIR",
        help="pairs of 'hipbmd pairs' that enhancement learns from, too",
    )  # fmt: skip
    p.add_argument("--preset", choices=("paper", "default"), default="default")
    p.add_argument("--epochs", type=positive_int, metavar="N", help="of a network")
    p.add_argument("--resume", action="store_true")
    p.add_argument("--device", default="auto", metavar="D", help="auto, cpu, gpu, …")
    p.add_argument(
        "--devices", default="auto", metavar="N", help="how many of them (auto)"
    )
    p.add_argument("--steered", action="store_true", help=argparse.SUPPRESS)
    p.add_argument("--out", type=Path, required=True, metavar="DIR")
    p.add_argument("--seed", type=not_negative, default=0, metavar="S")
    p.add_argument(
        "--annotator", metavar="NAME",
        help="go on with the landmark networks on what this person labelled",
    )  # fmt: skip
    p.add_argument(
        "--from", dest="start", type=Path, metavar="DIR",
        help="the landmark model to go on with (default: the bundled one)",
    )  # fmt: skip
    p.add_argument(
        "--real", type=Path, metavar="STUDY",
        help="labelled real films to learn landmarks from beside digital hips; its"
        " split.csv says which patients (with --annotator)",
    )  # fmt: skip
    p.add_argument(
        "--times", type=positive_int, metavar="N",
        help="how often each of those hips is seen in an epoch (default: 4)",
    )  # fmt: skip
    p.add_argument(
        "--models", type=Path, metavar="DIR",
        help="networks that a BMD regression is fitted behind",
    )  # fmt: skip
    bmd = p.add_argument_group("of bmd")
    bmd.add_argument(
        "--targets", type=choices.targets, metavar="A,B",
        help="DXA columns to estimate (default: all of neck, trochanter,"
        " intertrochanter, total)",
    )  # fmt: skip
    bmd.add_argument(
        "--image", choices=("raw", "enhanced"),
        help="grey values of the film itself, or of the bone image (default)",
    )  # fmt: skip
    choices.add_landmarks(bmd)
    choices.add_regression(bmd)
    bmd.add_argument(
        "--folds", type=positive_int, metavar="K", help="folds by patient (10)"
    )

    def run(args: argparse.Namespace) -> int:
        from .train import run_train

        return run_train(args)

    p.set_defaults(run=run)


def _validate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    p = commands.add_parser("validate", help="compare with the DXA readings of a study")
    p.add_argument("study", type=Path, metavar="STUDY")
    p.add_argument("--out", type=Path, required=True, metavar="DIR")
    p.add_argument("--folds", type=positive_int, default=10, metavar="K")
    p.add_argument(
        "--repeats", type=positive_int, default=1, metavar="R",
        help="draw the folds so many times",
    )  # fmt: skip
    p.add_argument(
        "--rows", type=choices.rows, metavar="A,B",
        help="among biology, raw, ring, enhanced, exact (default: all)",
    )  # fmt: skip
    p.add_argument(
        "--samples", type=positive_int, metavar="N",
        help="samples of patients for the 95 %% intervals (2000)",
    )  # fmt: skip
    p.add_argument("--seed", type=not_negative, default=0, metavar="S")
    p.add_argument("--preset", choices=("paper", "default"), default="default")
    p.add_argument("--models", type=Path, metavar="DIR")
    choices.add_landmarks(p)
    choices.add_regression(p)

    def run(args: argparse.Namespace) -> int:
        from .validate import run_validate

        return run_validate(args)

    p.set_defaults(run=run)


def _paper_repeat(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    p = commands.add_parser(
        "paper-repeat", help="the paper's tables and figures again, on digital hips"
    )
    p.add_argument("--out", type=Path, required=True, metavar="DIR")
    p.add_argument(
        "--study", type=Path, metavar="DIR",
        help="digital hips that are there (default: made in --out)",
    )  # fmt: skip
    p.add_argument("--n", type=positive_int, default=939, metavar="N")
    p.add_argument("--seed", type=not_negative, default=2023, metavar="S")
    p.add_argument("--pixels", type=positive_int, default=450)
    p.add_argument("--workers", type=positive_int, metavar="N", help="processes")
    p.add_argument("--models", type=Path, metavar="DIR")

    def run(args: argparse.Namespace) -> int:
        from .paper_repeat import run_paper_repeat

        return run_paper_repeat(args)

    p.set_defaults(run=run)


def _demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    p = commands.add_parser("demo", help="measure the sample films and show them")
    p.add_argument(
        "--out", type=Path, default=Path("out/demo"), metavar="DIR",
        help="where the report goes (out/demo)",
    )  # fmt: skip
    p.add_argument("--no-window", action="store_true", help="do not open napari")

    def run(args: argparse.Namespace) -> int:
        from .demo import run_demo

        return run_demo(args)

    p.set_defaults(run=run)
