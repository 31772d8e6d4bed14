"""What a command takes, as argparse knows it: its options, and which are paths."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

COMMAND = "command"


@dataclass(frozen=True)
class TextOrPath:
    """The type of an argument that is a path unless it is one of some words.

    Attributes
    ----------
    is_path
        Tells which.
    """

    is_path: Callable[[str], bool]

    def __call__(self, text: str) -> str:
        """The text as it is."""
        return text


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser, or those of its commands."""
    inner = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not inner:
        yield parser
    for action in inner:
        for one in action.choices.values():
            yield from leaves(one)


def actions_of(leaf: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """What may stand in a file."""
    for action in leaf._actions:
        hidden = isinstance(action, argparse._HelpAction) or (
            action.help == argparse.SUPPRESS or action.dest == "config"
        )
        if not hidden:
            yield action


def name_of(leaf: argparse.ArgumentParser) -> str:
    """``labels export`` of ``hipbmd labels export``."""
    return leaf.prog.split(" ", 1)[-1]


def is_path(text: str, action: argparse.Action) -> bool:
    """Whether a value of an option, or of an argument, is a path."""
    kind = action.type
    return kind is Path or (isinstance(kind, TextOrPath) and kind.is_path(text))
