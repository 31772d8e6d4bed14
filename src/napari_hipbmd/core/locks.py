"""Keeping others out of a file: by a lock of the system, or by a file that says so.

Some network drives have no locks. There a small file beside the locked one, ``….held``,
which only one program can make, names who works on it; one that a program left behind
on this computer is taken away when that program is no longer there.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .bounded_json import as_type, read_json
from .errors import Refused

if sys.platform == "win32":
    import ctypes
    import msvcrt
else:
    try:
        import fcntl
    except ModuleNotFoundError:  # a Python without locks, as in a browser
        fcntl = None  # type: ignore[assignment]

WAIT_SECONDS = 10.0
_BUSY = {errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}


class Busy(Refused):
    """Somebody else works on it; the message says who, where that is known."""


class NoLocks(OSError):
    """This folder has no locks."""


@contextmanager
def locked(file: BinaryIO) -> Iterator[None]:
    """Keep other processes that ask for the same lock out; waits for them.

    Raises
    ------
    Busy
        If a folder has no locks and another program does not let go.
    """
    try:
        lock(file, wait=True)
    except NoLocks:
        held = Claim(Path(file.name))
        held.take(WAIT_SECONDS)
        try:
            yield
        finally:
            held.release()
        return
    try:
        yield
    finally:
        unlock(file)


@contextmanager
def kept_alone(path: Path) -> Iterator[None]:
    """Keep others out of what a lock file stands for, without waiting for them.

    Parameters
    ----------
    path
        The lock file; its folder is made when missing, and the file goes at the end.

    Raises
    ------
    Busy
        If somebody else is there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        while True:
            file = held.enter_context(path.open("ab"))
            try:
                lock(file, wait=False)
            except NoLocks:
                claim = Claim(path)
                held.callback(_gone, path)
                held.callback(claim.release)
                claim.take()
                break
            if _is_still(path, file):
                held.callback(unlock, file)
                held.callback(_gone, path)  # first: who waits for it looks again
                break
        yield


def _is_still(path: Path, file: BinaryIO) -> bool:
    """Whether an open file still has its name: who had it before took it away."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


class Claim:
    """A file ``….held`` that says who works on another one.

    It goes when this object does, or this program ends.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.held")
        self._mine: Callable[[], object] | None = None

    def take(self, wait: float = 0.0) -> None:
        """Claim it; nothing happens when it is claimed already.

        Raises
        ------
        Busy
            If another program has it and does not let go while this one waits.
        OSError
            If the folder cannot be written.
        """
        until = time.monotonic() + wait
        while self._mine is None:
            if self._made():
                self._mine = weakref.finalize(self, _let_go, self.path, os.getpid())
            elif (holder := self.holder()) and time.monotonic() >= until:
                raise Busy(
                    f"another window or program works on it ({holder}): close it there,"
                    f" or delete {self.path.name} if that is gone"
                )
            elif holder:
                time.sleep(0.02)

    def release(self) -> None:
        """Let others in; nothing happens when it is not claimed."""
        if self._mine is not None:
            self._mine()
            self._mine = None

    def holder(self) -> str:
        """Who has it, or nothing; a program of this computer that is gone has not."""
        try:
            found = as_type(_Holder, read_json(self.path))
        except FileNotFoundError:
            return ""
        except Refused:
            found = _Holder("another computer", 0)
        if self._mine is None and found.host == _HOST and not _runs(found.pid):
            _gone(self.path)
            return ""
        return f"process {found.pid} on {found.host}"

    def _made(self) -> bool:
        try:
            handle = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            return False
        with os.fdopen(handle, "w") as file:
            json.dump({"host": _HOST, "pid": os.getpid()}, file)
        return True


@dataclass(frozen=True)
class _Holder:
    host: str
    pid: int


_HOST = socket.gethostname()


def _let_go(path: Path, pid: int) -> None:
    if pid == os.getpid():  # and not a child that was forked meanwhile
        _gone(path)


def _gone(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


if sys.platform == "win32":
    _FAR = 1 << 40  # a byte that no content reaches: a lock also bars readers

    def lock(file: BinaryIO, *, wait: bool) -> None:
        """See the POSIX one."""
        file.seek(_FAR)
        try:
            msvcrt.locking(
                file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1
            )
        except OSError as error:
            _tell(error)

    def unlock(file: BinaryIO) -> None:
        """Let others in."""
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

    _QUERY, _STILL_ACTIVE, _NO_SUCH = 0x1000, 259, 87

    def _runs(pid: int) -> bool:
        """Whether a process is there; ``os.kill(pid, 0)`` would send it Ctrl-C here."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(kernel.OpenProcess(_QUERY, False, pid & 0xFFFFFFFF))
        if not handle:
            return ctypes.get_last_error() != _NO_SUCH
        status = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(status))
        kernel.CloseHandle(handle)
        return status.value == _STILL_ACTIVE

else:

    def _runs(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except (OSError, OverflowError):
            return True
        return True

    def lock(file: BinaryIO, *, wait: bool) -> None:
        """Lock an open file against other processes.

        Raises
        ------
        Busy
            If somebody else has it and this does not wait.
        NoLocks
            If the folder has no locks.
        """
        if fcntl is None:
            raise NoLocks(errno.ENOLCK, os.strerror(errno.ENOLCK))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            _tell(error)

    def unlock(file: BinaryIO) -> None:
        """Let others in."""
        fcntl.flock(file, fcntl.LOCK_UN)


def _tell(error: OSError) -> None:
    if error.errno in _BUSY:
        raise Busy("another program works on it") from None
    raise NoLocks(error.errno, error.strerror) from None
