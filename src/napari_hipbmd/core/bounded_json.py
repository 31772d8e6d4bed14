"""JSON that somebody else may have written: bounded, finite, and of the right types.

Every JSON file that is read goes through :func:`read_json` or :func:`parse_json`, and
:func:`as_type` checks what came out against types, dataclasses included. Whatever is
wrong is a :class:`JsonRefused`, a sentence without its subject: "it is larger than
32 MB".
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import (
    Any,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from .errors import Refused
from .reading import read_regular

LARGEST_BYTES = 32_000_000
MOST_VALUES = 2_000_000
DEEPEST = 64
LONGEST_NUMBER = 40
_SHOWN = 40

T = TypeVar("T")


class JsonRefused(Refused):
    """What is wrong with a JSON file, as a clause: "it is nested too deep"."""


def read_json(path: Path, largest: int = LARGEST_BYTES) -> Any:
    """The content of a JSON file.

    Raises
    ------
    FileNotFoundError, OSError
        If it is missing or cannot be read.
    JsonRefused
        If it is no regular file, too large, or as :func:`parse_json`.
    """
    try:
        data = read_regular(path, largest)
    except Refused as refusal:
        raise JsonRefused(str(refusal)) from None
    return parse_json(data, largest)


def parse_json(data: bytes | str, largest: int = LARGEST_BYTES) -> Any:
    """JSON, with what no file of ours has refused before it costs memory.

    Raises
    ------
    JsonRefused
        If it is too large, nested deeper than 64, holds more than two million values,
        a number that no computer holds, a name twice in one table, or is no JSON.
    """
    if len(data) > largest:
        raise JsonRefused(f"it is larger than {largest / 1e6:g} MB")
    try:
        raw = data.encode() if isinstance(data, str) else data
        if sum(map(raw.count, (b"[", b"{", b","))) > MOST_VALUES:
            raise JsonRefused(f"it holds more than {MOST_VALUES} values")
        text = raw.decode("utf-8-sig")
    except UnicodeError:
        raise JsonRefused("it is not UTF-8 text") from None
    try:
        found = _decoder.decode(text)
    except RecursionError:
        raise JsonRefused("it is nested too deep") from None
    except json.JSONDecodeError as error:
        raise JsonRefused(
            f"it is not whole JSON (line {error.lineno}: {error.msg})"
        ) from None
    if sum(map(text.count, "[{")) > DEEPEST:
        _refuse_deep(found)
    return found


def as_type(kind: type[T], value: Any, name: str = "it") -> T:
    """A parsed value as a type, or a sentence about the first part that is not.

    Parameters
    ----------
    kind
        A table (``dict[str, …]``) or a dataclass of ``bool``, ``int``, ``float``
        (takes whole numbers, too), ``str``, ``None``, ``Any``, ``Literal``, unions,
        ``tuple``, ``list`` and further tables and dataclasses. Names that a dataclass
        does not know are passed over, as newer versions may write them.
    name
        What the value is called in the sentence.

    Raises
    ------
    JsonRefused
        If it is something else.
    """
    found: T = _as(kind, value, name)
    return found


def _as(kind: Any, value: Any, name: str) -> Any:
    origin = get_origin(kind)
    if kind is Any:
        return value
    if origin is Literal:
        return _checked(value in get_args(kind), value, name, _choices(kind))
    if origin in (Union, types.UnionType):
        return _one_of(get_args(kind), value, name)
    if kind is None or kind is type(None):
        return _checked(value is None, value, name, "null")
    if kind is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(_checked(number, value, name, "a number"))
    if kind is int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return _checked(whole, value, name, "a whole number")
    if kind in (str, bool):
        what = "text" if kind is str else "true or false"
        return _checked(isinstance(value, kind), value, name, what)
    if origin in (tuple, list) or kind in (tuple, list):
        return _sequence(kind, value, name)
    if isinstance(kind, type) and is_dataclass(kind):
        return kind(**_table(*_parts(kind), value, name))
    _checked(isinstance(value, dict), value, name, "a table of names and values")
    of_key, of_value = get_args(kind) or (str, Any)
    return {
        _as(of_key, k, f"a name in {name}"): _as(of_value, v, _inner(name, k))
        for k, v in value.items()
    }


def _one_of(kinds: tuple[Any, ...], value: Any, name: str) -> Any:
    """The first type that fits; the last one says what is wrong."""
    *others, last = sorted(kinds, key=lambda kind: kind is not type(None))
    for kind in others:
        try:
            return _as(kind, value, name)
        except JsonRefused:
            continue
    return _as(last, value, name)


def _sequence(kind: Any, value: Any, name: str) -> Any:
    _checked(isinstance(value, list | tuple), value, name, "a list")
    args = get_args(kind)
    whole = get_origin(kind) or kind
    if whole is tuple and args and args[-1] is not Ellipsis:
        _checked(len(value) == len(args), value, name, f"a list of {len(args)}")
        kinds = list(args)
    else:
        kinds = [args[0] if args else Any] * len(value)
    both = zip(kinds, value, strict=True)
    return whole(_as(k, v, f"{name}[{i}]") for i, (k, v) in enumerate(both))


@cache
def _parts(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The types of a dataclass's fields, and the names of those without a default."""
    needed = [
        one.name
        for one in fields(kind)
        if one.default is MISSING and one.default_factory is MISSING
    ]
    return get_type_hints(kind), frozenset(needed)


def _table(
    hints: Mapping[str, Any], needed: frozenset[str], value: Any, name: str
) -> dict[str, Any]:
    _checked(isinstance(value, dict), value, name, "a table of names and values")
    for key in hints:
        if key in needed and key not in value:
            where = "" if name == "it" else f" in {name}"
            raise JsonRefused(f"it lacks {key!r}{where}")
    return {
        key: _as(kind, value[key], _inner(name, key))
        for key, kind in hints.items()
        if key in value
    }


def _inner(name: str, key: Any) -> str:
    last = str(key)[:_SHOWN]
    return last if name == "it" else f"{name}.{last}"


def _choices(kind: Any) -> str:
    return f"one of {', '.join(map(str, get_args(kind)))}"


def _checked(good: bool, value: Any, name: str, what: str) -> Any:
    if not good:
        shown = "" if isinstance(value, dict | list) else f" ({str(value)[:_SHOWN]!r})"
        raise JsonRefused(f"{name} is not {what}{shown}")
    return value


def _refuse_deep(found: Any) -> None:
    level = [found]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise JsonRefused("it is nested too deep")


def _inside(one: Any) -> list[Any]:
    if isinstance(one, dict):
        return list(one.values())
    return one if isinstance(one, list) else []


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise JsonRefused(f"it holds a number of {len(digits)} digits")
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise JsonRefused("it holds a number that is too large for any computer")
    return value


def _word(word: str) -> float:
    raise JsonRefused(f"it holds {word}, which is not a number")


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JsonRefused(f"it gives {twice[:_SHOWN]!r} twice")
    return found


_decoder = json.JSONDecoder(
    parse_int=_whole,
    parse_float=_real,
    parse_constant=_word,
    object_pairs_hook=_named_once,
)
