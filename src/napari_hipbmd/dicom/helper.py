"""The helper process of :mod:`napari_hipbmd.dicom.isolation`: decode until told off."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

import numpy as np

from .codecs import Frame, MissingCodec, decode_frame
from .guard import quietly
from .pipe import receive, send

_CPU_SECONDS, _CPU_SECONDS_PER_MEGAPIXEL = 1.0, 0.4
_MAX_ADDRESS_BYTES = 4 << 30


def main() -> None:
    """Answer frames from standard input on standard output until it closes."""
    requests, answers = sys.stdin.buffer, _own_standard_output()
    _limit_memory()
    send(answers, {"ready": True})
    while True:
        try:
            message, data = receive(requests)
        except EOFError:
            return
        _answer(answers, Frame(**message, data=data))


def _answer(answers: BinaryIO, frame: Frame) -> None:
    _limit_time(frame.rows * frame.columns / 1e6)
    try:
        with quietly():
            array = np.ascontiguousarray(decode_frame(frame))
    except MissingCodec as error:
        send(answers, {"missing": str(error)})
    except Exception as error:
        send(answers, {"failed": f"{type(error).__name__}: {error}"[:500]})
    else:
        header = {"dtype": array.dtype.str, "shape": array.shape}
        send(answers, header, array.reshape(-1).view(np.uint8).data)


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


def _limit_time(megapixels: float) -> None:
    """End this process once it has worked too long on one frame.

    Processor time, not time on the clock: a busy machine is not a damaged film.
    """
    try:
        import resource
    except ImportError:  # not on Windows
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    budget = _CPU_SECONDS + _CPU_SECONDS_PER_MEGAPIXEL * megapixels
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # The limit is in whole seconds.
    soft = round(usage.ru_utime + usage.ru_stime + budget + 0.5)
    if hard == resource.RLIM_INFINITY or soft < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if __name__ == "__main__":
    main()
