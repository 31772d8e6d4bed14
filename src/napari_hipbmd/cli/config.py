"""Options from a TOML file, and the file of the options that a run used.

What is given on the command line goes before the file, and the file before defaults::

    hipbmd measure --config results/measure.toml --workers 4

Paths in a file are relative to its folder, and ``~`` is the home folder, there and
where it is typed (shells leave that of ``--out=~/x`` as it is). The folder of
``--out`` gets such a file from each command that writes there, so that what lies in it
can be made again.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.cells import readable
from ..core.errors import Refused
from ..core.files import read_regular, write_text_atomic
from ..core.options import Private
from ..core.version import __version__

LARGEST_BYTES = 1_000_000
_COMMAND = "command"
_NOT_GIVEN: Any = object()


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


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config`` for a command, or for each of its own."""
    for leaf in _leaves(parser):
        leaf.add_argument(
            "--config", type=Path, metavar="FILE.toml",
            help="options from a file, such as the one that a run left in its --out;"
            " those that are given here go before it",
        )  # fmt: skip
        leaf.set_defaults(command=leaf)


def parsed(parser: argparse.ArgumentParser, given: Sequence[str]) -> argparse.Namespace:
    """The arguments, with those of ``--config``.

    Raises
    ------
    Refused
        If the file cannot be used: a sentence with its name and the key.
    SystemExit
        As :meth:`argparse.ArgumentParser.parse_args`.
    """
    args = _with_file(parser, given)
    for action in _options(args.command):
        setattr(args, action.dest, _from_home(getattr(args, action.dest), action))
    return args


def _with_file(
    parser: argparse.ArgumentParser, given: Sequence[str]
) -> argparse.Namespace:
    if not any(_asks_for_config(word) for word in given):
        return parser.parse_args(given)
    usual = {leaf: _let_go(leaf) for leaf in _leaves(parser)}
    args = parser.parse_args(given)
    for action, (_, _, nargs) in usual[args.command].items():
        action.nargs = nargs
    leaf: argparse.ArgumentParser = args.command
    told: Mapping[str, Any] = {}
    if isinstance(args.config, Path):
        told = _read(Path(os.path.expanduser(args.config)), leaf)
    missing = []
    for action, (default, required, _) in usual[leaf].items():
        if getattr(args, action.dest) not in (_NOT_GIVEN, None):
            continue
        if required and action.dest not in told:
            missing.append("/".join(action.option_strings) or action.dest)
        setattr(args, action.dest, told.get(action.dest, default))
    if missing and isinstance(args.config, Path) and not told:
        raise Refused(
            f"{args.config.name} holds no options, and hipbmd {_name(leaf)} needs"
            f" {', '.join(missing)}: write it there or type it."
        )
    if missing:
        leaf.error(f"the following arguments are required: {', '.join(missing)}")
    return args


def keep_config(args: argparse.Namespace) -> None:
    """Write the options that were used into the folder of ``--out``.

    What says who somebody is, such as a path that names the patient of its film, is
    left out, and the file says so.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    out = getattr(args, "out", None)
    if not isinstance(out, Path) or not out.is_dir() or not any(out.iterdir()):
        return
    leaf: argparse.ArgumentParser = args.command
    command = _name(leaf)
    words = [command]
    again = f"hipbmd {command} --config THIS_FILE"
    lines = [
        f"# hipbmd {command}, version {__version__}; again: {again}",
        f"{_COMMAND} = {_toml(command)}",
    ]
    for action in _options(leaf):
        value = getattr(args, action.dest)
        if not action.option_strings and action.choices:
            words.append(str(value))
        if value is None or value == [] or value == ():
            continue
        try:
            value = _portable(value, action, out)
        except Refused as refusal:
            lines.append(f"# {action.dest}: {refusal}")
            continue
        lines.append(f"{action.dest} = {_toml(value)}")
    name = "-".join(words).replace(" ", "-")
    write_text_atomic(out / f"{name}.toml", "\n".join(lines) + "\n")


def _asks_for_config(word: str) -> bool:
    """Whether argparse may take a word for ``--config``, or a beginning of it."""
    flag = word.partition("=")[0]
    return len(flag) > 2 and "--config".startswith(flag)


def _leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser, or those of its commands."""
    inner = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not inner:
        yield parser
    for action in inner:
        for one in action.choices.values():
            yield from _leaves(one)


def _options(leaf: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """What may stand in a file."""
    for action in leaf._actions:
        hidden = isinstance(action, argparse._HelpAction) or (
            action.help == argparse.SUPPRESS or action.dest == "config"
        )
        if not hidden:
            yield action


def _name(leaf: argparse.ArgumentParser) -> str:
    """``labels export`` of ``hipbmd labels export``."""
    return leaf.prog.split(" ", 1)[-1]


def _let_go(
    leaf: argparse.ArgumentParser,
) -> dict[argparse.Action, tuple[Any, bool, Any]]:
    """Require nothing and show what was given.

    Gives default, whether it is required, and how many values: what was so before.
    """
    usual = {}
    for action in _options(leaf):
        usual[action] = (action.default, action.required, action.nargs)
        action.required = False
        # One that collects copies its default and adds to it.
        collects = isinstance(action, argparse._AppendAction)
        action.default = None if collects else _NOT_GIVEN
        if not action.option_strings:
            action.nargs = "?" if action.nargs in (None, "?") else "*"
    return usual


def _read(path: Path, leaf: argparse.ArgumentParser) -> dict[str, Any]:
    """The values of a file, as the arguments take them."""
    content = _parsed_toml(path)
    command = content.pop(_COMMAND, _name(leaf))
    if command != _name(leaf):
        raise Refused(
            f"{path.name} has options of hipbmd {str(command)[:40]}, and this is hipbmd"
            f" {_name(leaf)}."
        )
    known = _known(leaf)
    found = {}
    for key, value in content.items():
        action = known.get(key.replace("-", "_"))
        if action is None:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"; {near[0]} is" if near else ""
            raise Refused(
                f"{path.name}: {key[:40]!r} is no option of hipbmd {_name(leaf)}{hint}."
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
    for action in _options(leaf):
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
    if _is_path(text, action):
        text = os.path.normpath(folder / os.path.expanduser(text))
    made = action.type(text) if callable(action.type) else text
    if action.choices is not None and made not in action.choices:
        raise ValueError(f"{_shown(value)} is none of {', '.join(action.choices)}")
    return made


def _is_path(text: str, action: argparse.Action) -> bool:
    kind = action.type
    return kind is Path or (isinstance(kind, TextOrPath) and kind.is_path(text))


def _from_home(value: Any, action: argparse.Action) -> Any:
    """A value with ``~`` at the beginning of its paths filled in."""
    if isinstance(value, list):
        return [_from_home(one, action) for one in value]
    if isinstance(value, str | Path) and _is_path(str(value), action):
        return type(value)(os.path.expanduser(value))
    return value


def _shown(value: Any) -> str:
    return repr(value)[:40]


def _portable(value: Any, action: argparse.Action, out: Path) -> Any:
    """A value with its paths relative to the folder of the file.

    Raises
    ------
    Refused
        If it says who somebody is, or a path names a patient or is no text: a clause.
    """
    if isinstance(value, Private):
        raise Refused("left out, since it is somebody's; give it again")
    if isinstance(value, list | tuple):
        return [_portable(one, action, out) for one in value]
    if not isinstance(value, str | Path) or not _is_path(str(value), action):
        return value
    from ..dicom import names_its_patient

    try:
        text = Path(os.path.relpath(value, out)).as_posix()
    except ValueError:  # another drive of Windows
        text = Path(value).absolute().as_posix()
    if text != "." and names_its_patient(Path(value), text):
        raise Refused(
            "left out, since it names a patient; name it after --config again"
        )
    if readable(text) != text:
        raise Refused(
            "left out, since its name is no UTF-8; name it after --config again"
        )
    return text


def _toml(value: Any) -> str:
    """A value as TOML writes it; JSON's texts are TOML's but for one character."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    written = str(value).encode("utf-8", "replace").decode()
    return json.dumps(written, ensure_ascii=False).replace("\x7f", "\\u007f")
