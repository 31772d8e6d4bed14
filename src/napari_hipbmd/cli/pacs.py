"""``hipbmd pacs``: look for films in an archive, take them, send reports back."""

from __future__ import annotations

import argparse
from collections import Counter

from ..dicom import patient_key
from ..tasks.pacs import (
    FindOptions,
    GetOptions,
    SendOptions,
    find,
    get,
    send,
)
from .arguments import add_options, options_from
from .printing import say
from .progress import Bar

SOME_LEFT_OUT = 3


def add_arguments(p: argparse.ArgumentParser) -> None:
    """Its own commands."""
    inner = p.add_subparsers(required=True, metavar="COMMAND")
    for name, help, options, run in (
        ("find", "radiographs of hips and pelves", FindOptions, run_find),
        ("get", "take them, without the person", GetOptions, run_get),
        ("send", "structured reports, under their studies", SendOptions, run_send),
    ):
        command = inner.add_parser(name, help=help)
        add_options(command, options)
        command.set_defaults(run=run)


def run_find(args: argparse.Namespace) -> int:
    """Print a line a patient and kind of film; nobody is named."""
    found = find(options_from(args, FindOptions))
    lines = Counter(
        (patient_key(one.patient_id) or "?", one.modality) for one in found.series
    )
    for (patient, modality), count in sorted(lines.items()):
        say(f"{patient:<20} {modality:<4} {count} series")
    say(f"{len(found.series)} series of hips or pelves")
    if found.passed_over:
        say(
            f"{found.passed_over} others say nothing of a hip or the pelvis"
            " (--all-parts takes them, too)"
        )
    return 0


def run_get(args: argparse.Namespace) -> int:
    """Take the films; 3 when one has writing in it, or did not come whole."""
    options = options_from(args, GetOptions)
    done = get(options, Bar("films"))
    new = len(done.files) - done.before
    say(f"{new} films in {options.out}, {done.before} were there already")
    for path in done.burned_in:
        say(f"look at {path.name}: it says that writing is burned into the picture")
    for path in done.cut_short:
        say(
            f"{path.name} was not kept: the server gave a part of its picture; run the"
            " same again, and look at the film there if it stays so"
        )
    return SOME_LEFT_OUT if done.burned_in or done.cut_short else 0


def run_send(args: argparse.Namespace) -> int:
    """Send the reports; 3 when one has no study there, or was not taken."""
    done = send(options_from(args, SendOptions), Bar("reports"))
    say(f"{done.sent} reports sent, {done.before} were there already")
    for sentence in done.left:
        say(sentence)
    return SOME_LEFT_OUT if done.left else 0
