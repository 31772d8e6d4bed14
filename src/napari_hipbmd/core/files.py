"""Files that are either the old one or the new one, never half of one.

A crash, a full disk or a pulled plug leaves the previous content in place: the new
content is written to a temporary name in the same folder, flushed to the disk, and
renamed over the old file.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


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
        If the folder cannot be written. The old file is then untouched.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name[:64]}.", suffix=".tmp"
    )
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner may read; a study is shared.
        temporary.chmod(_mode_of(target))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def numbered_stem(name: str, taken: set[str]) -> str:
    """A name as a file's without its ending; one that is taken gets a number.

    Parameters
    ----------
    taken
        The names given so far; the new one joins them.
    """
    stem = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)
    free, number = stem, 2
    while free in taken:
        free, number = f"{stem}-{number}", number + 1
    taken.add(free)
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


@contextmanager
def locked(file: BinaryIO) -> Iterator[None]:
    """Keep other processes that ask for the same lock out.

    A network drive without locks lets everybody in: whoever uses this also has to
    notice afterwards that somebody else has written.
    """
    try:
        _lock(file)
    except OSError:
        yield
        return
    try:
        yield
    finally:
        _unlock(file)


if sys.platform == "win32":
    _FAR = 1 << 40  # a byte that no content reaches: a lock also bars readers

    def _lock(file: BinaryIO) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)

    def _unlock(file: BinaryIO) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

    def _unlock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


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
