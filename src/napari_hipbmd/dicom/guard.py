"""What stands between somebody's file and this program.

A file may be damaged, made to do harm, or merely odd. Reading it ends in a film or in
one sentence, and pydicom's remarks about it are no business of the user's console.
"""

from __future__ import annotations

import io
import logging
import os
import threading
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..core.errors import FilmRefused, Refused

MAX_FILE_BYTES = 1 << 29
MAX_PIXELS = 50_000_000
"""A 43 cm × 130 cm stitched film at .14 mm has 28 million pixels."""

_MAX_HEADER_BYTES = 1 << 26
_MAX_HEADER_READS = 100_000

_lock = threading.RLock()


@contextmanager
def quietly() -> Iterator[None]:
    """Silence pydicom's warnings and log while a file is read.

    The filters of :mod:`warnings` belong to the whole process, so that reading is
    one film at a time: two threads that left in the other order than they came
    would leave everybody's warnings off.
    """
    logger = logging.getLogger("pydicom")
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        disabled, logger.disabled = logger.disabled, True
        try:
            yield
        finally:
            logger.disabled = disabled


@contextmanager
def refusing(what: str = "The file") -> Iterator[None]:
    """Turn every failure inside into :class:`FilmRefused`.

    Wide on purpose: parsers and codecs fail in more ways than they document, and
    none of them is worth a traceback. The cause stays chained for a developer.
    """
    try:
        yield
    except Refused:
        raise
    except FileNotFoundError as error:
        raise FilmRefused(f"There is no such file: {_remedy(error)}.") from error
    except PermissionError as error:
        raise FilmRefused(
            "The file may not be read: ask for permission or copy it elsewhere."
        ) from error
    except MemoryError as error:
        raise FilmRefused(
            f"{what} asks for more memory than there is: it is damaged or not a film."
        ) from error
    except RecursionError as error:
        raise FilmRefused(
            f"{what} is nested too deeply: it is damaged, so export it again."
        ) from error
    except Exception as error:
        raise FilmRefused(
            f"{what} is damaged or not what it claims to be"
            f" ({type(error).__name__}): export it again."
        ) from error


def _remedy(missing: FileNotFoundError) -> str:
    """What to do about a missing file; no name, since files are named after people."""
    if isinstance(missing.filename, str) and _is_nearly_there(Path(missing.filename)):
        return (
            "one lies there of which the path differs in capitals, in the bytes of an"
            " accent or in its ending alone, so write it as it is there"
        )
    return "check the path and the spelling"


def _is_nearly_there(path: Path) -> bool:
    """Whether a name would be found on a computer that is less particular."""
    try:
        found = next(one for one in path.absolute().parents if one.is_dir())
        for wanted in path.absolute().relative_to(found).parts:
            there = {_name(one.name): one for one in found.iterdir()}
            endings = {_name(one.stem): one for one in found.iterdir()}
            bare = _name(Path(wanted).stem)
            near = there.get(_name(wanted)) or endings.get(bare)
            if near is None:
                return False
            found = near
    except (OSError, StopIteration):
        return False
    return found.is_file()


def _name(written: str) -> str:
    return unicodedata.normalize("NFC", written).casefold()


def regular_file(path: Path) -> int:
    """Size in bytes of an ordinary file that can be a film.

    Raises
    ------
    FilmRefused
        For folders, pipes, devices, empty files and files above 512 MiB.
    """
    if path.is_dir():
        os.listdir(path)  # one that may not be opened is refused for that
        raise FilmRefused("This is a folder, not a film: open the films inside it.")
    size = path.stat().st_size
    if not path.is_file():
        raise FilmRefused("This is not an ordinary file: copy the film to a disk.")
    if size == 0:
        raise FilmRefused("The file is empty: export it again.")
    if size > MAX_FILE_BYTES:
        raise FilmRefused(
            f"The file has {size >> 20} MiB, more than any film"
            f" ({MAX_FILE_BYTES >> 20} MiB): export a single film."
        )
    return size


class Metered:
    """A file that ends a parse which takes too much of it.

    A million tiny elements cost a parser gigabytes; a length of 4 GiB is no reason
    to ask for 4 GiB. Real headers stay a hundred times below these limits.

    ``is_short`` once a value was to be longer than what is left of the file.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.name = ""
        self.size = file.seek(0, io.SEEK_END)
        file.seek(0)
        self.tell = file.tell
        self.seek = file.seek
        self.is_short = False
        self._reads = 0
        self._bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read at most ``size`` bytes, and at most what there is."""
        left = max(0, self.size - self.tell())
        wanted = left if size is None or size < 0 else min(size, left)
        # A few loose bytes behind the last element are none: pydicom asks for 8 there.
        self.is_short |= size is not None and size != 8 and 0 < left < size
        self._reads += 1
        self._bytes += wanted
        if self._reads > _MAX_HEADER_READS or self._bytes > _MAX_HEADER_BYTES:
            raise FilmRefused(
                "The file's header is larger than any film's: it is damaged or not a"
                " film, so export it again."
            )
        return self._file.read(wanted)
