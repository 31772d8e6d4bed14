"""``hipbmd labels``: what people placed, out and in, compared and checked."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.radiograph import FilmRefused
from .arguments import Commands
from .printing import say
from .progress import Bar

if TYPE_CHECKING:
    from ..study import Study

FORMATS = ("coco", "slicer", "pts", "csv", "tiff", "png")
SOME_LEFT_OUT = 3


def add_arguments(p: argparse.ArgumentParser) -> None:
    """Its own commands."""
    inner = p.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        _add_export,
        _add_import,
        _add_undo,
        _add_compare,
        _add_status,
        _add_check,
    ):
        add(inner)


def _add_export(commands: Commands) -> None:
    p = commands.add_parser("export", help="write labels for other programs")
    _add_study(p)
    p.add_argument(
        "--format", choices=FORMATS, required=True, help="whose files they are"
    )
    p.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a new folder"
    )
    _add_annotators(p)
    p.set_defaults(run=run_export)


def _add_import(commands: Commands) -> None:
    p = commands.add_parser("import", help="take labels of other programs over")
    _add_study(p)
    p.add_argument(
        "path", type=Path, metavar="PATH", help="a file, or a folder with a file a case"
    )
    p.add_argument(
        "--format", choices=FORMATS, required=True, help="whose files they are"
    )
    p.add_argument(
        "--annotator", required=True, metavar="NAME", help="whose labels they become"
    )
    p.add_argument(
        "--by", default="", metavar="NAME", help="who imports them (the annotator)"
    )
    p.add_argument(
        "--names", type=Path, metavar="FILE.json",
        help="what the file calls landmarks and regions: {\"theirs\": \"N1\", …}",
    )  # fmt: skip
    p.add_argument(
        "--replace", action="store_true",
        help="in place of labels that differ; undo brings those back",
    )  # fmt: skip
    p.add_argument(
        "--outside", action="store_true", help="allow landmarks outside their film"
    )
    p.set_defaults(run=run_import)


def _add_undo(commands: Commands) -> None:
    p = commands.add_parser("undo", help="take the last import back, all its cases")
    _add_study(p)
    p.add_argument(
        "--annotator", required=True, metavar="NAME", help="whose labels it became"
    )
    p.set_defaults(run=run_undo)


def _add_compare(commands: Commands) -> None:
    p = commands.add_parser("compare", help="how far apart two people place landmarks")
    _add_study(p)
    for name in ("a", "b"):
        p.add_argument(name, metavar=name.upper(), help="NAME, predictions or truth")
    p.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write the tables there, as CSV and JSON",
    )
    p.set_defaults(run=run_compare)


def _add_status(commands: Commands) -> None:
    p = commands.add_parser("status", help="the queue: what is done, and notes")
    _add_study(p)
    _add_annotators(p)
    p.set_defaults(run=run_status)


def _add_check(commands: Commands) -> None:
    p = commands.add_parser("check", help="what does not look like a hip, and why")
    _add_study(p)
    _add_annotators(p)
    p.add_argument(
        "--own", action="store_true",
        help="compare with the annotator's own hips, not with digital ones",
    )  # fmt: skip
    p.set_defaults(run=run_check)


def _add_study(p: argparse.ArgumentParser) -> None:
    p.add_argument("study", type=Path, metavar="STUDY", help="a study's folder")


def _add_annotators(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--annotator", action="append", metavar="NAME",
        help="whose labels; can be given several times (default: everybody's)",
    )  # fmt: skip


def run_export(args: argparse.Namespace) -> int:
    """Export; 3 when a case had to be left out."""
    from ..study import Study
    from ..study.exchange import export_labels

    study = Study.open(args.study)
    bar = Bar("labels")
    done = export_labels(
        study, args.format, args.out, args.annotator, lambda _what, i, n: bar(i, n)
    )
    for who, cases in done.cases.items():
        say(f"{len(cases)} cases by {who}")
    for sentence in (*done.lost, *done.left_out):
        say(sentence)
    say(f"labels in {shlex.quote(str(args.out))}")
    return SOME_LEFT_OUT if done.left_out else 0


def run_import(args: argparse.Namespace) -> int:
    """Import all cases of a file or folder, or none."""
    from ..study import Study
    from ..study.exchange import Names, Plan, import_labels, read_names

    study = Study.open(args.study)
    names = Names() if args.names is None else read_names(args.names)
    plan = Plan(args.annotator, args.by, names, args.replace, args.outside)
    bars: dict[str, Bar] = {}

    def report(what: str, done: int, count: int) -> None:
        bars.setdefault(what, Bar(f"cases {what}"))(done + 1, count)

    done = import_labels(study, args.format, args.path, plan, report)
    for sentence in done.told:
        say(sentence)
    so = f"; {len(done.unchanged)} were so already" if done.unchanged else ""
    say(
        f"{done.landmarks} landmarks and {done.outlines} outlines of"
        f" {len(done.cases)} cases imported for {args.annotator}{so}"
    )
    if done.cases:
        say(f"hipbmd labels undo … --annotator {args.annotator} takes it back")
    if done.states:
        say(", ".join(f"{count} {state}" for state, count in done.states.items()))
    for sentence in done.doubts:
        say(f"look at {sentence}")
    return SOME_LEFT_OUT if done.doubts else 0


def run_undo(args: argparse.Namespace) -> int:
    """Undo the last import."""
    from ..study import Study
    from ..study.exchange import undo_import

    done = undo_import(Study.open(args.study), args.annotator)
    say(f"undone in {len(done.cases)} cases: {done.text}")
    return 0


def run_compare(args: argparse.Namespace) -> int:
    """Print distances by landmark: mean, SD, 95 %; and write the tables."""
    from ..evaluation.observers import (
        PREDICTIONS,
        TRUTH,
        ObserverErrors,
        Pair,
        compare,
        errors_text,
        write_errors,
    )
    from ..study import Study

    study = Study.open(args.study)
    known = (*study.annotators(), PREDICTIONS, TRUTH)
    for name in (args.a, args.b):
        if name not in known:
            raise FilmRefused(
                f"{name[:40]!r} has no labels in this study: choose two of"
                f" {', '.join(known)}."
            )
    if args.a == args.b:
        raise FilmRefused("Whoever is compared with oneself agrees: name two.")
    found = compare(study, Pair(args.a, args.b), Bar("cases"))
    if not found.differences:
        raise FilmRefused(f"There is no film that {args.a} and {args.b} both have.")
    errors = ObserverErrors(study.folder.name, (found,))
    say(errors_text(errors), end="")
    if args.out is not None:
        write_errors(errors, args.out)
        say(f"tables in {shlex.quote(str(args.out))}")
    return 0


def run_status(args: argparse.Namespace) -> int:
    """Print a row a case and a column an annotator."""
    from ..study import STATUSES, Queue, Study

    study = Study.open(args.study)
    names = args.annotator or study.annotators() or ("nobody",)
    queues = [Queue(study, name) for name in names]
    rows = [("case", *names, "notes")]
    for case in study.cases:
        entries = [queue.entry(case.case_id) for queue in queues]
        notes = [
            f"{queue.annotator}: {entry.note}"
            for queue, entry in zip(queues, entries, strict=True)
            if entry.note
        ]
        statuses = [entry.status for entry in entries]
        rows.append((case.case_id, *statuses, "; ".join(notes)))
    say(_table(rows))
    for queue in queues:
        counts = queue.counts()
        said = [f"{counts[status]} {status}" for status in STATUSES if counts[status]]
        say(f"{queue.annotator}: {', '.join(said)}")
        _tell_orphans(study, queue.annotator)
    return 0


def run_check(args: argparse.Namespace) -> int:
    """Print a line a doubt; 3 when there are doubts."""
    from ..study import Study
    from ..study.doubts import study_doubts
    from ..study.shapes import shapes_of_study

    study = Study.open(args.study)
    known = study.annotators()
    names = args.annotator or known
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        who = f"by {unknown[0][:40]!r} " if unknown else ""
        raise FilmRefused(f"There are no labels {who}in this study.")
    count = 0
    for name in names:
        model = shapes_of_study(study, name) if args.own else None
        doubts = study_doubts(study, name, model, Bar(f"cases of {name}"))
        count += len(doubts)
        if doubts:
            say(_table([(name, d.case_id, d.text) for d in doubts]))
        orphans = _tell_orphans(study, name)
        count += orphans
        if not doubts and not orphans:
            say(f"{name}: nothing looks wrong")
    return SOME_LEFT_OUT if count else 0


def _tell_orphans(study: Study, annotator: str) -> int:
    """Print labels that no case of the table has; gives how many."""
    found = study.orphans(annotator)
    for case_id, likely in found.items():
        of = f"; they may be those of {likely}" if likely else ""
        say(
            f"{annotator}: there are labels of {case_id}, a case that cases.csv does"
            f" not have{of}"
        )
    return len(found)


def _table(rows: Iterable[Sequence[str]]) -> str:
    """Columns that are as wide as their widest cell."""
    lines = [tuple(map(str, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
