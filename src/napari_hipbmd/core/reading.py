"""Files that anybody may have put there: regular ones alone, bounded, read once."""

from __future__ import annotations

import hashlib
import io
import os
import stat

from .errors import Refused


def open_regular(path: str | os.PathLike[str]) -> io.BufferedReader:
    """Open a file to read it; never waits for what is no file.

    Raises
    ------
    OSError
        If it is missing or cannot be read.
    Refused
        If it is a folder, a pipe or a device: a clause, "it is no regular file".
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # a device may act on being opened
        raise Refused("it is no regular file")
    # Without O_NONBLOCK, opening a named pipe waits until somebody writes into it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise Refused("it is no regular file")
    return file


def file_sha256(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file: whether it is the same is not told by its date.

    Raises
    ------
    OSError, Refused
        As :func:`open_regular`.
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_regular(path: str | os.PathLike[str], largest: int) -> bytes:
    """The bytes of a file that is not larger than ``largest``.

    Raises
    ------
    OSError
        If it is missing or cannot be read.
    Refused
        If it is no regular file or too large, as a clause: "it is larger than 4 MB".
    """
    with open_regular(path) as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise Refused(f"it is larger than {largest / 1e6:g} MB")
    return data
