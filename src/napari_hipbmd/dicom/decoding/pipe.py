"""Messages between this process and its helper: JSON and bytes, lengths first."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct("<QQ")


def send(
    pipe: IO[bytes], message: dict[str, Any], data: bytes | memoryview = b""
) -> None:
    """Write one message and the bytes that go with it."""
    head = json.dumps(message).encode()
    pipe.write(_LENGTHS.pack(len(head), len(data)) + head)
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read one message and its bytes.

    Raises
    ------
    EOFError
        If the other end is gone.
    """
    head_bytes, data_bytes = _LENGTHS.unpack(_exactly(pipe, _LENGTHS.size))
    head = json.loads(_exactly(pipe, head_bytes))
    return head, _exactly(pipe, data_bytes)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) < count:
        raise EOFError("the other end is gone")
    return data
