"""The options of a task, told once: type, range, unit, default and help in a dataclass.

The command line and the forms of the docks are made from it, and both give the same
sentence for a value that makes no sense::

    @dataclass(frozen=True)
    class Options:
        age_years: float | None = option(
            None, "of the patient", low=0, high=120, unit="years"
        )

        def __post_init__(self) -> None:
            check(self)
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from .errors import Refused

REQUIRED: Any = MISSING


class Private(str):
    """Who somebody is, as an option has it: used, and written into no file."""


@dataclass(frozen=True)
class Setting:
    """What is known of an option.

    Attributes
    ----------
    help
        A phrase for people, without a full stop.
    low, high, unit
        The range of a number, or of each of several.
    choices
        The only values; those of a :data:`Literal` need not be repeated.
    metavar
        What stands for a value in the help of the command line: one word, or one a
        number.
    flag
        The name on the command line where it is another one, such as ``--no-flip``.
    parse
        Makes a value of what was typed; raises :class:`ValueError` with a sentence.
    path
        Of a text that may be a path: whether this one is.
    positional, repeated
        On the command line: without a flag; with a flag for each of several values.
    label
        Before its control in a form; what it says beside a box to tick.
    step
        By which a control of a form changes a number.
    words, tips
        What a choice is called in a form, where it is not its own name, and what is
        said of it there.
    tip
        What a form says of the option instead of the help.
    """

    help: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    metavar: str | tuple[str, ...] = ""
    flag: str = ""
    parse: Callable[[str], Any] | None = None
    path: Callable[[str], bool] | None = None
    positional: bool = False
    repeated: bool = False
    label: str = ""
    step: float | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    tips: Mapping[str, str] = field(default_factory=dict)
    tip: str = ""


@dataclass(frozen=True)
class Option:
    """One option of a dataclass: its name, type without ``None``, default, setting."""

    name: str
    kind: Any
    default: Any
    setting: Setting

    @property
    def words(self) -> str:
        """The name for people: ``age_years`` is *age*."""
        last = self.name.rsplit("_", 1)[-1]
        units = {"years", "cm", "kg", "mm", "deg"}
        bare = self.name.removesuffix(f"_{last}") if last in units else self.name
        return bare.replace("_", " ")

    @property
    def flag(self) -> str:
        """The name on the command line."""
        return self.setting.flag or "--" + self.name.replace("_", "-")

    @property
    def is_required(self) -> bool:
        """Whether there is no default."""
        return self.default is MISSING

    @property
    def has_several(self) -> bool:
        """Whether it takes any number of values."""
        return get_origin(self.kind) is tuple and get_args(self.kind)[-1] is ...

    @property
    def choices(self) -> tuple[str, ...]:
        """The only values, or those of each of several, where there are such."""
        kind = get_args(self.kind)[0] if self.has_several else self.kind
        if get_origin(kind) is Literal:
            return tuple(get_args(kind))
        return self.setting.choices


def option(default: Any, help: str = "", **known: Any) -> Any:
    """A field of a dataclass that is an option; see :class:`Setting`.

    :data:`REQUIRED` as the default says that there is none.
    """
    return field(default=default, metadata={"setting": Setting(help, **known)})


def options_of(kind: type) -> Iterator[Option]:
    """The options of a dataclass, in their order; fields that are none are left out."""
    hints = get_type_hints(kind)
    for one in fields(kind):
        setting = one.metadata.get("setting")
        if setting is not None:
            yield Option(one.name, _bare(hints[one.name]), one.default, setting)


def as_arguments(options: Any, names: Collection[str] | None = None) -> list[str]:
    """What has to be typed for these options; what is as by default is left out."""
    first: list[str] = []
    typed: list[str] = []
    for one in options_of(type(options)):
        value = getattr(options, one.name)
        if value == one.default or (names is not None and one.name not in names):
            continue
        values = [str(v) for v in value] if isinstance(value, tuple) else [str(value)]
        if one.setting.positional:
            first += values
        elif one.kind is bool:
            typed.append(one.flag)
        elif one.setting.parse is not None:
            typed += [one.flag, ",".join(values) or "none"]
        elif one.setting.repeated:
            typed += [word for value in values for word in (one.flag, value)]
        else:
            typed += [one.flag, *values]
    return first + typed


def wrong(value: Any, setting: Setting) -> str:
    """What is wrong with a number, as the end of a sentence; empty when nothing is."""
    low, high = setting.low, setting.high
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    if high is not None:
        return f"{value:g} is not between {low:g} and {high:g} {setting.unit}".rstrip()
    return f"{value:g} is less than {low:g} {setting.unit}".rstrip()


def check(options: Any) -> None:
    """Refuse numbers out of their range and words that are no choice.

    Raises
    ------
    Refused
        With one sentence about the first of them.
    """
    for one in options_of(type(options)):
        value = getattr(options, one.name)
        parts = value if isinstance(value, tuple) else (value,)
        for part in parts:
            if why := wrong(part, one.setting):
                raise Refused(f"{one.words.capitalize()}: {why}.")
            if one.choices and part is not None and part not in one.choices:
                raise Refused(
                    f"{one.words.capitalize()}: {part!r} is none of"
                    f" {', '.join(one.choices)}."
                )


def _bare(hint: Any) -> Any:
    """A type without the None that says that nothing was given."""
    if get_origin(hint) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not type(None)]
        return kinds[0]
    return hint
