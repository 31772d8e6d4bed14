"""``hipbmd labels``: what people placed, out and in, compared and checked."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable, Sequence

from ..evaluation.observers import errors_text
from ..study import STATUSES, Queue, Study
from ..study.exchange import undo_import
from ..tasks.labels import (
    CheckOptions,
    ExportOptions,
    ImportOptions,
    PeersOptions,
    PeopleOptions,
    UndoOptions,
    check_labels,
    compare_people,
    export_for,
    import_from,
)
from .arguments import add_options, options_from
from .printing import say
from .progress import Bar

SOME_LEFT_OUT = 3


def add_arguments(p: argparse.ArgumentParser) -> None:
    """Its own commands."""
    inner = p.add_subparsers(required=True, metavar="COMMAND")
    for name, help, options, run in (
        ("export", "write labels for other programs", ExportOptions, run_export),
        ("import", "take labels of other programs over", ImportOptions, run_import),
        ("undo", "take the last import back, all its cases", UndoOptions, run_undo),
        ("compare", "how far apart two people place landmarks", PeersOptions,
         run_compare),
        ("status", "the queue: what is done, and notes", PeopleOptions, run_status),
        ("check", "what does not look like a hip, and why", CheckOptions, run_check),
    ):  # fmt: skip
        command = inner.add_parser(name, help=help)
        add_options(command, options)
        command.set_defaults(run=run)


def run_export(args: argparse.Namespace) -> int:
    """Export; 3 when a case had to be left out."""
    options, bar = options_from(args, ExportOptions), Bar("labels")
    done = export_for(options, lambda _what, i, n: bar(i, n))
    for who, cases in done.cases.items():
        say(f"{len(cases)} cases by {who}")
    for sentence in (*done.lost, *done.left_out):
        say(sentence)
    say(f"labels in {shlex.quote(str(options.out))}")
    return SOME_LEFT_OUT if done.left_out else 0


def run_import(args: argparse.Namespace) -> int:
    """Import all cases of a file or folder, or none."""
    options = options_from(args, ImportOptions)
    bars: dict[str, Bar] = {}

    def report(what: str, done: int, count: int) -> None:
        bars.setdefault(what, Bar(f"cases {what}"))(done + 1, count)

    done = import_from(options, report)
    for sentence in done.told:
        say(sentence)
    so = f"; {len(done.unchanged)} were so already" if done.unchanged else ""
    say(
        f"{done.landmarks} landmarks and {done.outlines} outlines of"
        f" {len(done.cases)} cases imported for {options.annotator}{so}"
    )
    if done.cases:
        say(f"hipbmd labels undo … --annotator {options.annotator} takes it back")
    if done.states:
        say(", ".join(f"{count} {state}" for state, count in done.states.items()))
    for sentence in done.doubts:
        say(f"look at {sentence}")
    return SOME_LEFT_OUT if done.doubts else 0


def run_undo(args: argparse.Namespace) -> int:
    """Undo the last import."""
    options = options_from(args, UndoOptions)
    done = undo_import(Study.open(options.study), options.annotator)
    say(f"undone in {len(done.cases)} cases: {done.text}")
    return 0


def run_compare(args: argparse.Namespace) -> int:
    """Print distances by landmark: mean, SD, 95 %; and write the tables."""
    options = options_from(args, PeersOptions)
    say(errors_text(compare_people(options, Bar("cases"))), end="")
    if options.out is not None:
        say(f"tables in {shlex.quote(str(options.out))}")
    return 0


def run_status(args: argparse.Namespace) -> int:
    """Print a row a case and a column an annotator."""
    options = options_from(args, PeopleOptions)
    study = Study.open(options.study)
    names = options.names(study) or ("nobody",)
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
    options = options_from(args, CheckOptions)
    found, study, count = check_labels(options, Bar), Study.open(options.study), 0
    for name, doubts in found.items():
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
