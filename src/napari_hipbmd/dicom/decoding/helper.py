"""The helper process of :mod:`.isolation`: decode until told off.

Where processes can fork, each codec works in a child. One that crashes or is stopped
is replaced in milliseconds, with everything imported already.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, BinaryIO

import numpy as np

from ..guard import quietly
from .codecs import Frame, MissingCodec, decode_frame
from .pipe import receive, send

CPU_SECONDS, CPU_SECONDS_PER_MEGAPIXEL = 1.0, 0.4
WALL_SECONDS, WALL_SECONDS_PER_MEGAPIXEL = 20.0, 4.0
_MAX_ADDRESS_BYTES = 4 << 30
_CODECS = ("gdcm", "jpeg_ls", "openjpeg", "PIL.Jpeg2KImagePlugin")
DIED = "the codec did not survive the frame"


def main() -> None:
    """Answer frames from standard input on standard output until it closes."""
    requests, answers = sys.stdin.buffer, _own_standard_output()
    _limit_memory()
    for name in _CODECS:
        with suppress(ImportError):
            import_module(name)
    send(answers, {"ready": True})
    if not hasattr(os, "fork"):
        _serve(requests, answers)
        return
    while True:
        child = os.fork()
        if child == 0:
            _serve(requests, answers)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return
        send(answers, {"failed": DIED})


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    while True:
        try:
            message, data = receive(requests)
        except EOFError:
            return
        number = message.pop("number")
        answer, pixels = _answer(Frame(**message, data=data))
        send(answers, {"number": number, **answer}, pixels)


def _answer(frame: Frame) -> tuple[dict[str, Any], bytes | memoryview]:
    try:
        with quietly(), _limited_time(frame.rows * frame.columns / 1e6):
            array = np.ascontiguousarray(decode_frame(frame))
    except MissingCodec as error:
        return {"missing": str(error)}, b""
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"[:500]}, b""
    header = {"dtype": array.dtype.str, "shape": array.shape}
    return header, array.reshape(-1).view(np.uint8).data


def _own_standard_output() -> BinaryIO:
    """Keep the pipe to ourselves: codecs print to standard output."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or hard > _MAX_ADDRESS_BYTES:
        resource.setrlimit(resource.RLIMIT_AS, (_MAX_ADDRESS_BYTES, hard))


@contextmanager
def _limited_time(megapixels: float) -> Iterator[None]:
    """End this process once it has worked, or slept, too long over one frame.

    The short limit is processor time: a busy machine is not a damaged film.
    """
    if not hasattr(signal, "setitimer"):  # not on Windows
        yield
        return
    busy = CPU_SECONDS + CPU_SECONDS_PER_MEGAPIXEL * megapixels
    asleep = WALL_SECONDS + WALL_SECONDS_PER_MEGAPIXEL * megapixels
    signal.setitimer(signal.ITIMER_PROF, busy)
    signal.setitimer(signal.ITIMER_REAL, asleep)
    try:
        yield
    finally:  # or the pause until the next film would count
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main()
