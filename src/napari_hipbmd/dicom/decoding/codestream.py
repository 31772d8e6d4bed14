"""What a compressed frame says about its own size, read before a codec is asked.

Codecs allocate what the frame claims, not what the DICOM header claims, so both must
agree. Only the few bytes of the frame's own header are looked at (ISO/IEC 10918-1
B.2.2, 14495-1 C.2.2, 15444-1 A.5.1).
"""

from __future__ import annotations

from dataclasses import dataclass

_SOI = b"\xff\xd8"
_SOC_SIZ = b"\xff\x4f\xff\x51"
_JP2_BOX = b"\0\0\0\x0cjP  "
_RLE_HEADER = 64
_JP2_SEARCH_BYTES = 4096
# SOF0 … SOF15 without DHT, JPG and DAC; SOF55 is JPEG-LS.
_SOFS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_MAX_SEGMENTS = 1000


@dataclass(frozen=True)
class FrameSize:
    """Size of a frame as its own header has it."""

    rows: int
    columns: int
    samples: int
    precision: int


def begins_a_frame(fragment: bytes) -> bool:
    """Whether a fragment begins as a JPEG, JPEG 2000 or RLE frame does."""
    if fragment.startswith((_SOI + b"\xff", _SOC_SIZ, _JP2_BOX)):
        return True
    # Where the first of 1 … 15 segments begins, behind 64 bytes of offsets (RLE).
    count, first = _u32_little(fragment, 0), _u32_little(fragment, 4)
    return len(fragment) > _RLE_HEADER == first and 1 <= count <= 15


def frame_size(frame: bytes) -> FrameSize | None:
    """Size of a JPEG, JPEG-LS or JPEG 2000 frame, None where it cannot be found."""
    if frame.startswith(_SOI):
        return _jpeg(frame)
    start = frame.find(_SOC_SIZ, 0, _JP2_SEARCH_BYTES)
    return _jpeg_2000(frame[start:]) if start >= 0 else None


def _jpeg(frame: bytes) -> FrameSize | None:
    at = 2
    for _ in range(_MAX_SEGMENTS):
        while frame[at : at + 2] == b"\xff\xff":
            at += 1
        if len(frame) < at + 10 or frame[at] != 0xFF:
            return None
        marker, length = frame[at + 1], _u16(frame, at + 2)
        if marker in _SOFS:
            return FrameSize(
                _u16(frame, at + 5), _u16(frame, at + 7), frame[at + 9], frame[at + 4]
            )
        at += 2 + max(length, 2)
    return None


def _jpeg_2000(stream: bytes) -> FrameSize | None:
    if len(stream) < 43:
        return None
    right, bottom, left, top = (_u32(stream, at) for at in (8, 12, 16, 20))
    return FrameSize(
        bottom - top, right - left, _u16(stream, 40), (stream[42] & 0x7F) + 1
    )


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


def _u32_little(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")
