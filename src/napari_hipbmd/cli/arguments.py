"""Options of a dataclass as arguments of a command, and back."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from ..core.options import Option, options_of, wrong
from .command_options import TextOrPath

T = TypeVar("T")


def add_options(
    parser: argparse._ActionsContainer,
    kind: type,
    names: Collection[str] | None = None,
) -> None:
    """One argument an option, in the order of the dataclass; all, or those named."""
    for one in options_of(kind):
        if names is None or one.name in names:
            _add(parser, one)


def add_paths(parser: argparse._ActionsContainer) -> None:
    """What a command is done to, as a task's function takes it."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH",
        help="films, folders of films, or studies",
    )  # fmt: skip


def options_from(args: argparse.Namespace, kind: type[T]) -> T:
    """The dataclass that was asked for.

    Raises
    ------
    Refused
        If options do not go together.
    """
    given = {one.name: getattr(args, one.name) for one in options_of(kind)}
    several = {k: tuple(v) for k, v in given.items() if isinstance(v, list)}
    return kind(**given | several)


def _add(parser: argparse._ActionsContainer, one: Option) -> None:
    setting = one.setting
    text = help_of(one).replace("%", "%%") or None
    if one.kind is bool:
        action = "store_false" if one.default else "store_true"
        parser.add_argument(one.flag, dest=one.name, action=action, help=text)
        return
    known: dict[str, Any] = {"help": text}
    if setting.metavar:
        known["metavar"] = setting.metavar
    if not setting.positional:
        known |= {"dest": one.name, "required": one.is_required}
    if not one.is_required:
        known["default"] = one.default
    name = one.name if setting.positional else one.flag
    if one.choices and not one.has_several:
        known.pop("metavar", None)
        parser.add_argument(name, choices=one.choices, **known)
        return
    element = one.kind
    if get_origin(one.kind) is tuple and setting.parse is None:
        element = get_args(one.kind)[0]
        if setting.repeated:
            known |= {"action": "append", "default": list(one.default)}
        elif not one.has_several:
            known["nargs"] = len(get_args(one.kind))
        else:
            known["nargs"] = "*" if setting.positional and not one.is_required else "+"
    parser.add_argument(name, type=_parser(element, one), **known)


def help_of(one: Option) -> str:
    """The help text of an option, with its unit and its default."""
    text, told = one.setting.help, []
    if one.setting.unit and one.setting.unit not in text:
        told.append(one.setting.unit)
    default = None if one.is_required else one.default
    if isinstance(default, tuple):
        default = " ".join(map(str, default))
    if default not in (None, "") and not isinstance(default, bool):
        text = text.removesuffix(f"({default})").rstrip()
        if "default" not in text:
            told.append(f"default: {default}")
    return f"{text} ({', '.join(told)})" if told else text


def _parser(kind: Any, one: Option) -> Callable[[str], Any]:
    """Reads one value; argparse names the argument before the sentence."""
    if one.setting.parse is not None:
        return _told(one.setting.parse)
    if kind is str and one.setting.path is not None:
        return TextOrPath(one.setting.path)
    if kind in (str, Path):
        return kind
    whole = kind is int

    def number(text: str) -> float:
        try:
            value = int(text) if whole else float(text)
        except ValueError:
            what = "whole number" if whole else "number"
            raise argparse.ArgumentTypeError(f"{text!r} is no {what}") from None
        if why := wrong(value, one.setting):
            raise argparse.ArgumentTypeError(why)
        return value

    return number


def _told(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    def told(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return told
