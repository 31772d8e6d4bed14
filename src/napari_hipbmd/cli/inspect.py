"""``hipbmd inspect``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ..dicom import inspect, public_elements
from .printing import say

REFUSED = 3


def add_arguments(p: argparse.ArgumentParser) -> None:
    """The film, and how much of it is told."""
    p.add_argument("file", type=Path, metavar="FILE", help="a film")
    p.add_argument("--json", action="store_true", help="the same for programs")
    p.add_argument(
        "--deidentified", action="store_true",
        help="add every DICOM element that tells nothing about a person",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print what the reader understood of one file."""
    found = inspect(args.file)
    if args.deidentified:
        found["elements"] = {
            f"{element.tag} {element.name}": element.value
            for element in public_elements(args.file)
        }
    if args.json:
        say(json.dumps(found, indent=1, allow_nan=False))
    else:
        for name, value in found.items():
            for line in _lines(name, value):
                say(line)
    return 0 if found["status"] == "readable" else REFUSED


def _lines(name: str, value: Any) -> list[str]:
    label = f"{name.replace('_', ' '):<16}"
    if name == "flags":
        return [f"{label} {flag['code']}: {flag['text']}" for flag in value]
    if name == "elements":
        return [f"{tag:<48} {text}" for tag, text in value.items()]
    if name == "windows":
        return [f"{label} {json.dumps(window)}" for window in value]
    return [] if value is None else [f"{label} {value}"]
