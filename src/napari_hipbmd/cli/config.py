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
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import Refused
from .command_options import actions_of, is_path, leaves, name_of
from .config_values import read_config

_NOT_GIVEN: Any = object()


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config`` for a command, or for each of its own."""
    for leaf in leaves(parser):
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
    for action in actions_of(args.command):
        setattr(args, action.dest, _from_home(getattr(args, action.dest), action))
    return args


def _with_file(
    parser: argparse.ArgumentParser, given: Sequence[str]
) -> argparse.Namespace:
    if not any(word.partition("=")[0] == "--config" for word in given):
        return parser.parse_args(given)
    usual = {leaf: _let_go(leaf) for leaf in leaves(parser)}
    args = parser.parse_args(given)
    for action, (_, _, nargs) in usual[args.command].items():
        action.nargs = nargs
    leaf: argparse.ArgumentParser = args.command
    told: Mapping[str, Any] = {}
    if isinstance(args.config, Path):
        told = read_config(Path(os.path.expanduser(args.config)), leaf)
    missing = []
    for action, (default, required, _) in usual[leaf].items():
        if getattr(args, action.dest) not in (_NOT_GIVEN, None):
            continue
        if required and action.dest not in told:
            missing.append("/".join(action.option_strings) or action.dest)
        setattr(args, action.dest, told.get(action.dest, default))
    if missing and isinstance(args.config, Path) and not told:
        raise Refused(
            f"{args.config.name} holds no options, and hipbmd {name_of(leaf)} needs"
            f" {', '.join(missing)}: write it there or type it."
        )
    if missing:
        leaf.error(f"the following arguments are required: {', '.join(missing)}")
    return args


def _let_go(
    leaf: argparse.ArgumentParser,
) -> dict[argparse.Action, tuple[Any, bool, Any]]:
    """Require nothing and show what was given.

    Gives default, whether it is required, and how many values: what was so before.
    """
    usual = {}
    for action in actions_of(leaf):
        usual[action] = (action.default, action.required, action.nargs)
        action.required = False
        # One that collects copies its default and adds to it.
        collects = isinstance(action, argparse._AppendAction)
        action.default = None if collects else _NOT_GIVEN
        if not action.option_strings:
            action.nargs = "?" if action.nargs in (None, "?") else "*"
    return usual


def _from_home(value: Any, action: argparse.Action) -> Any:
    """A value with ``~`` at the beginning of its paths filled in."""
    if isinstance(value, list):
        return [_from_home(one, action) for one in value]
    if isinstance(value, str | Path) and is_path(str(value), action):
        return type(value)(os.path.expanduser(value))
    return value
