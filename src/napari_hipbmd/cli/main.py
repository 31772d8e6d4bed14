"""``hipbmd``: which command is meant, and what becomes of errors.

Exit status: 0 all is well; 2 wrong usage or input; 3 some films were refused;
130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from ..core.caveats import RESEARCH_USE
from ..core.cells import printable
from ..core.errors import Cancelled, Refused, StudyWarning
from ..core.writable import cannot_be_written, refuse_unwritable, unwritable
from .config import add_config, parsed
from .kept_config import keep_config
from .parser import Parser
from .printing import say

USAGE_ERROR, STOPPED = 2, 130
FOLDERS = ("out", "layers")
OUTPUTS, SCREEN = (*FOLDERS, "json", "csv"), "-"
"""Options that name what a command writes: looked at before its work begins."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``hipbmd``; gives the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console without our characters
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        args = parsed(build_parser(given[0] if given else ""), given)
        for name in OUTPUTS:
            out = getattr(args, name, None)
            if isinstance(out, str | Path) and out not in ("", SCREEN):
                if name in FOLDERS and Path(out).exists() and not Path(out).is_dir():
                    raise Refused(f"--{name} needs a folder, and {out} is a file.")
                refuse_unwritable(out)
        with _warnings_told(), _options_kept(args):
            status = int(args.run(args))
        sys.stdout.flush()  # a full disk is told here, and not after the last word
        return status
    except SystemExit as stop:  # argparse has already said what is wrong
        return int(stop.code or 0)
    except Refused as error:
        say(f"hipbmd: {error}", file=sys.stderr)
        return USAGE_ERROR
    except (KeyboardInterrupt, Cancelled):
        say("hipbmd: stopped; what was finished is kept.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # the reader of our output has gone
        _let_go_of_output()
        return 0
    except OSError as error:
        _let_go_of_output()
        folder = unwritable(error)
        where = f" ({error.filename})" if error.filename else ""
        told = (
            f"{error.strerror or error}{where}."
            if folder is None
            else f"{folder} {cannot_be_written(error)}"
        )
        say(f"hipbmd: {told}", file=sys.stderr)
        return USAGE_ERROR


def _let_go_of_output() -> None:
    """Forget what cannot be printed, or Python says it again when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _options_kept(args: argparse.Namespace) -> Iterator[None]:
    """Write the options beside the results, also of a run that is stopped."""
    try:
        yield
    except (KeyboardInterrupt, Cancelled):
        keep_config(args)
        raise
    keep_config(args)


@contextmanager
def _warnings_told() -> Iterator[None]:
    """What a study's table makes us warn of, as a sentence and once."""
    told: set[str] = set()
    usual = warnings.showwarning

    def tell(message: Warning | str, category: type[Warning], *rest: Any) -> None:
        if not issubclass(category, StudyWarning):
            usual(message, category, *rest)
        elif str(message) not in told:
            told.add(str(message))
            say(printable(f"hipbmd: {message}"), file=sys.stderr)  # one line

    with warnings.catch_warnings():
        warnings.simplefilter("always", StudyWarning)
        warnings.showwarning = tell  # type: ignore[assignment]
        yield


COMMANDS = {
    "measure": "measure films, folders or studies",
    "inspect": "tell what the reader understood of a film",
    "phantom": "make a study of digital hips",
    "enhance": "take the soft tissue away, nothing else",
    "compare-enhancement": "two enhancement models on the same films",
    "export-onnx": "write the networks as ONNX, for other programs",
    "pairs": "make synthetic pairs of film and STO",
    "labels": "landmarks and regions that people placed",
    "dxa": "take the readings of a densitometer into a study",
    "pacs": "films from an archive, and reports back",
    "train": "train one step on a study",
    "validate": "compare with the DXA readings of a study",
    "paper-repeat": "the paper's tables and figures again, on digital hips",
    "demo": "measure the sample films and show them",
}
"""The module of each is named like it; it is loaded when its command is given."""


def build_parser(wanted: str = "") -> argparse.ArgumentParser:
    """The command line, with the arguments of the command that is wanted."""
    parser = Parser(
        prog="hipbmd",
        description="Bone mineral density of the hip, estimated from radiographs.",
        epilog=RESEARCH_USE,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, words in COMMANDS.items():
        command = commands.add_parser(name, help=words)
        if name == wanted:
            module = import_module(f".{name.replace('-', '_')}", __package__)
            command.set_defaults(run=getattr(module, "run", None))
            module.add_arguments(command)
            add_config(command)
    return parser
