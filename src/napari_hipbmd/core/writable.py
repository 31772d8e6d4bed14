"""Whether a place can be written to, and the sentence for where it cannot."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from .errors import Refused

_MAY_NOT = (errno.EROFS, errno.EACCES, errno.EPERM)


def unwritable(error: OSError) -> Path | None:
    """The file or folder that may not be written; None where that is not the matter.

    Parameters
    ----------
    error
        Of whatever failed: of a film that may not be read, a full disk, a folder that
        is write-protected.
    """
    if error.errno not in _MAY_NOT or not isinstance(error.filename, str | bytes):
        return None
    path = Path(os.fsdecode(error.filename))
    seen = path if os.path.exists(path) else path.parent
    if error.errno != errno.EROFS and not os.access(seen, os.R_OK):
        return None  # it may not even be read
    return path.parent if path.name.startswith(".") else path  # ours have a dot


def is_writable(folder: str | os.PathLike[str]) -> bool:
    """Whether something can be written there, or a folder of that name be made."""
    path = Path(folder).absolute()
    there = next(p for p in (path, *path.parents) if os.path.exists(p))
    return os.access(there, os.W_OK)


def refuse_unwritable(path: str | os.PathLike[str]) -> None:
    """Refuse, before long work, a file or folder that could not be written after it.

    Raises
    ------
    Refused
        If so; says why.
    """
    target = Path(path).absolute()
    if os.path.exists(target) and not (target.is_file() or target.is_dir()):
        return  # a device: whoever writes it says why not
    there = next(p for p in (target, *target.parents) if os.path.isdir(p))
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise Refused(f"{there} {cannot_be_written(error)}") from None


def cannot_be_written(error: OSError) -> str:
    """The rest of a sentence that begins with a folder's name."""
    return f"cannot be written ({error.strerror or error}): choose another folder."
