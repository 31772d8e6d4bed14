"""Codecs at arm's length: in a process of their own.

Damaged frames make C codecs abort, run for minutes or overwrite memory (GDCM does all
three). Here that costs a child of one helper process and gives one sentence. The helper
is started for the first compressed film, kept for the next ones, and ends with this
process. It gets pixels and their format, no other tag of the film.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .codecs import Frame, MissingCodec, decode_frame
from .pipe import receive, send

START_SECONDS = 60.0
_WALL_SECONDS, _WALL_SECONDS_PER_MEGAPIXEL = 30.0, 6.0
"""Longer than the helper's own limits: it is killed only when it is stuck itself."""

_MOST_THREADS = 4
"""That OpenJPEG unpacks one film with."""

_PACKAGE_ROOT = Path(__file__).resolve().parents[3]


def decode_apart(frame: Frame) -> NDArray[np.integer]:
    """:func:`codecs.decode_frame` in the helper process.

    Raises
    ------
    MissingCodec
        If nothing installed reads the transfer syntax.
    ValueError
        If the frame cannot be decoded, whatever the codec did about it.
    """
    return _helper.decode(frame)


class _Helper:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def decode(self, frame: Frame) -> NDArray[np.integer]:
        with self._lock:
            process = self._running()
            if process is None:
                return decode_frame(frame)
            megapixels = frame.rows * frame.columns / 1e6
            limit = _WALL_SECONDS + _WALL_SECONDS_PER_MEGAPIXEL * megapixels
            watch = threading.Timer(limit, process.kill)
            watch.start()
            try:
                return _ask(process, frame)
            except (OSError, EOFError) as error:
                self.stop()
                raise ValueError("the codec did not survive the frame") from error
            except KeyboardInterrupt:
                # Half an answer may be left in the pipe.
                self.stop()
                raise
            finally:
                watch.cancel()

    def _running(self) -> subprocess.Popen[bytes] | None:
        """The helper, started if need be; None where no process can be started."""
        process = self._process
        # A forked child must not talk to its parent's helper.
        if self._owner == os.getpid() and process and process.poll() is None:
            return process
        self._process, self._owner = _start(), os.getpid()
        return self._process

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


_helper = _Helper()
_numbers = count()
atexit.register(_helper.stop)


def _start() -> subprocess.Popen[bytes] | None:
    path = [str(_PACKAGE_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "napari_hipbmd.dicom.decoding.helper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                "OPJ_NUM_THREADS": str(min(os.cpu_count() or 1, _MOST_THREADS)),
                **os.environ,
                "PYTHONPATH": os.pathsep.join(path),
            },
        )
    except OSError:
        return None
    watch = threading.Timer(START_SECONDS, process.kill)
    watch.start()
    try:
        assert process.stdout is not None
        started = receive(process.stdout)[0] == {"ready": True}
    except (OSError, EOFError, ValueError):
        started = False
    finally:
        watch.cancel()
    if not started:
        process.kill()
        process.communicate()
        return None
    return process


def _ask(process: subprocess.Popen[bytes], frame: Frame) -> NDArray[np.integer]:
    assert process.stdin is not None and process.stdout is not None
    header = asdict(frame) | {"number": next(_numbers)}
    send(process.stdin, header, header.pop("data"))
    answer, data = receive(process.stdout)
    if answer.get("number", header["number"]) != header["number"]:
        raise EOFError("the helper answers for another frame")
    if "missing" in answer:
        raise MissingCodec(answer["missing"])
    if "failed" in answer:
        raise ValueError(answer["failed"])
    return np.frombuffer(data, answer["dtype"]).reshape(answer["shape"])
