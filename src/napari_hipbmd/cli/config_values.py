"""The values of a TOML file, checked as if they had been typed."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..core.errors import Refused
from ..core.reading import read_regular
from .command_options import COMMAND, TextOrPath, actions_of, is_path, name_of

LARGEST_BYTES = 1_000_000


def read_config(path: Path, leaf: argparse.ArgumentParser) -> dict[str, Any]:
    """The values of a file, as the arguments take them."""
    content = _parsed_toml(path)
    command = content.pop(COMMAND, name_of(leaf))
    if command != name_of(leaf):
        raise Refused(
            f"{path.name} has options of hipbmd {str(command)[:40]}, and this is hipbmd"
            f" {name_of(leaf)}."
        )
    known = _known(leaf)
    found = {}
    for key, value in content.items():
        action = known.get(key.replace("-", "_"))
        if action is None:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"; {near[0]} is" if near else ""
            raise Refused(
                f"{path.name}: {key[:40]!r} is no option of hipbmd"
                f" {name_of(leaf)}{hint}."
            )
        if action.dest in found:
            raise Refused(
                f"{path.name} gives {action.dest} twice, as {key[:40]!r}, too: keep one"
                " of the two."
            )
        try:
            found[action.dest] = _value(value, action, path.parent)
        except (ValueError, argparse.ArgumentTypeError) as why:
            raise Refused(f"{path.name}: {key}: {why}.") from None
    return found


def _parsed_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_regular(path, LARGEST_BYTES).decode("utf-8-sig"))
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    except Refused as refusal:
        raise Refused(f"{path.name} cannot be used: {refusal}.") from None
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "no text"
        raise Refused(f"{path.name} is no TOML file: {why}.") from None


def _known(leaf: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """The options by their names in Python, and by their flags."""
    by_name = {}
    for action in actions_of(leaf):
        by_name[action.dest] = action
        if not isinstance(action, argparse._StoreFalseAction):
            for flag in action.option_strings:
                by_name.setdefault(flag.lstrip("-").replace("-", "_"), action)
    return by_name


def _value(value: Any, action: argparse.Action, folder: Path) -> Any:
    """A value of a file, or several, checked as if it had been typed."""
    if action.nargs == 0:  # a switch
        if not isinstance(value, bool):
            raise ValueError(f"{_shown(value)} is neither true nor false")
        return value
    many = isinstance(value, list)
    if action.nargs is None or action.nargs == "?":
        if isinstance(action, argparse._AppendAction):
            return _several(value if many else [value], action, folder)
        if many and not action.choices and _joins(action):
            value = ",".join(map(str, value)) or "none"
        return _one(value, action, folder)
    values = _several(value if many else [value], action, folder)
    if isinstance(action.nargs, int) and len(values) != action.nargs:
        raise ValueError(
            f"{action.nargs} values are needed, and these are {len(values)}"
        )
    if not values and action.nargs == "+":
        raise ValueError("the list is empty")
    return values


def _joins(action: argparse.Action) -> bool:
    """Whether several values are typed as one word, with commas between them."""
    return action.type not in (None, str, Path, int, float) and not isinstance(
        action.type, TextOrPath
    )


def _several(values: Iterable[Any], action: argparse.Action, folder: Path) -> list[Any]:
    return [_one(value, action, folder) for value in values]


def _one(value: Any, action: argparse.Action, folder: Path) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{_shown(value)} is no value of it")
    text = str(value)
    if is_path(text, action):
        if re.search(r"[\x00-\x1f]", text):
            raise ValueError(
                f"{_shown(value)} holds a line break or a tab, which a backslash makes"
                " in TOML: write C:/films, or put 'C:\\films' between such quotes"
            )
        text = os.path.normpath(folder / os.path.expanduser(text))
    made = action.type(text) if callable(action.type) else text
    if action.choices is not None and made not in action.choices:
        raise ValueError(f"{_shown(value)} is none of {', '.join(action.choices)}")
    return made


def _shown(value: Any) -> str:
    return repr(value)[:40]
