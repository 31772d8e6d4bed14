"""The options that a command used, beside what it wrote."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from ..core.cells import readable
from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.options import Private
from ..core.version import __version__
from .command_options import COMMAND, actions_of, is_path, name_of


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
    command = name_of(leaf)
    words = [command]
    again = f"hipbmd {command} --config THIS_FILE"
    lines = [
        f"# hipbmd {command}, version {__version__}; again: {again}",
        f"{COMMAND} = {_toml(command)}",
    ]
    for action in actions_of(leaf):
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
    if not isinstance(value, str | Path) or not is_path(str(value), action):
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
