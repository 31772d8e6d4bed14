"""Files that are either the old one or the new one, never half of one.

A crash, a full disk or a pulled plug leaves the previous content in place: the new
content is written to a temporary name in the same folder, flushed to the disk, and
renamed over the old file.
"""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO


def write_text_atomic(path: str | os.PathLike[str], text: str) -> None:
    """Write ``text`` as UTF-8, all of it or nothing; line ends are kept as given.

    Parameters
    ----------
    path
        The file; its folder is made when missing.
    text
        The whole content.

    Raises
    ------
    OSError
        If the folder cannot be written. The old file is then untouched.
    """
    write_bytes_atomic(path, text.encode("utf-8"))


def write_bytes_atomic(path: str | os.PathLike[str], data: bytes) -> None:
    """Write ``data``, all of it or nothing.

    Parameters
    ----------
    path
        The file; its folder is made when missing.
    data
        The whole content.

    Raises
    ------
    OSError
        If the folder cannot be written, or a device or pipe would be replaced. What
        was there is then untouched.
    """
    with _whole(path) as file:
        file.write(data)


@contextmanager
def text_atomic(path: str | os.PathLike[str]) -> Iterator[TextIO]:
    """A file of UTF-8 text that is written part by part, and there when all is.

    Raises
    ------
    OSError
        As :func:`write_bytes_atomic`.
    """
    with _whole(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            yield text
        finally:
            text.detach()


@contextmanager
def _whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """The new content of a file, which takes its place at the end."""
    target = Path(path)
    _refuse_devices(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.parent not in _swept:
        sweep(target.parent)
        _swept.add(target.parent)
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name[:64]}.", suffix=".tmp"
    )
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner may read; a study is shared.
        temporary.chmod(_mode_of(target))
        temporary.replace(target)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and not error.filename:
            error.filename = str(target.parent)  # a full disk names nothing
        raise
    flush_folder(target.parent)


def _refuse_devices(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError:  # nothing is there yet
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        what = "A device or pipe is not written over: give the name of a file"
        raise OSError(errno.EINVAL, what, str(path))


_TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}\.tmp")
_STALE_SECONDS = 3600.0
_LONGEST_STEM = 200  # bytes; a file's name has 255
_swept: set[Path] = set()


def is_temporary(name: str) -> bool:
    """Whether a file's name is one that a write that was killed leaves behind."""
    return _TEMPORARY.fullmatch(name) is not None


def sweep(folder: Path, older_than: float = _STALE_SECONDS) -> None:
    """Take away what writes that were killed have left behind in a folder.

    Parameters
    ----------
    older_than
        Seconds; what is younger may be another program's that is still at work.
    """
    with suppress(OSError):
        now = time.time()
        for entry in os.scandir(folder):
            with suppress(OSError):
                stale = now - entry.stat(follow_symlinks=False).st_mtime > older_than
                if stale and is_temporary(entry.name):
                    if entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path, ignore_errors=True)
                    else:
                        os.unlink(entry.path)


def numbered_stem(name: str, taken: set[str]) -> str:
    """A name as a file's without its ending; one that is taken gets a number.

    It is short enough for an ending, and leads into no other folder.

    Parameters
    ----------
    taken
        The names given so far without capitals (``str.casefold``), since Windows and
        macOS take ``A`` and ``a`` for one file; the new one joins them.
    """
    stem = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)
    stem = stem.encode()[:_LONGEST_STEM].decode(errors="ignore")
    if not stem.strip("."):
        stem = "_"
    free, number = stem, 2
    while free.casefold() in taken:
        free, number = f"{stem}-{number}", number + 1
    taken.add(free.casefold())
    return free


@contextmanager
def new_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder that appears with everything that was written into it, or not at all.

    Yields a hidden folder beside it, which gets the right name at the end.

    Raises
    ------
    FileExistsError
        If there is something of that name.
    """
    target = Path(path).absolute()
    if target.exists():
        raise FileExistsError(17, "There is already something of that name", str(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    made = tempfile.mkdtemp(
        dir=target.parent, prefix=f".{target.name[:64]}.", suffix=".tmp"
    )
    temporary = Path(made)
    try:
        yield temporary
        temporary.chmod(0o755)  # as with files: others may read it
        temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    flush_folder(target.parent)


def _mode_of(target: Path) -> int:
    """The permissions of the file to be replaced, or those of a new file."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        return 0o644


def flush_folder(folder: Path) -> None:
    """Make new names in a folder last; Windows has no such call and needs none."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
