"""Damage: bytes flipped, cut and moved; elements changed, doubled and nested."""

from __future__ import annotations

import random
import struct

_LENGTHS = (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", bytes(4), b"\xff\xff")
_NUMBERS = (0, 1, 2, 7, 8, 9, 15, 16, 31, 32, 255, 256, 32767, 32768, 65535)
_TEXTS = (b"", b"-1", b"1e308", b"nan", b"0\\0", b"\xff\xfe", b"9" * 40, b"\\" * 30)
_KINDS = (
    "flip", "flip", "byte", "cut", "drop", "insert", "length", "copy", "splice",
    "number", "number", "text", "vr", "double", "nest",
)  # fmt: skip
_VRS = b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OW PN SH SL SQ SS ST TM UI UN US"
_HEAD = 2000
"""Half of the damage goes where the tags are."""


def mutated(rng: random.Random, data: bytes, other: bytes = b"\0") -> bytes:
    """``data`` with one to sixteen damages of one kind.

    Parameters
    ----------
    rng
        The same state gives the same damage.
    other
        Another file, to splice a piece of.
    """
    changed = bytearray(data)
    kind = rng.choice(_KINDS)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        end = min(_HEAD, len(changed)) if rng.random() < 0.5 else len(changed)
        at = rng.randrange(end)
        if kind == "cut":
            return bytes(changed[: max(1, at)])
        _damage(rng, changed, kind, at, other)
        if not changed:
            return b"\0"
    return bytes(changed)


def _damage(
    rng: random.Random, changed: bytearray, kind: str, at: int, other: bytes
) -> None:
    if kind == "flip":
        changed[at] ^= 1 << rng.randrange(8)
    elif kind == "byte":
        changed[at] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
    elif kind == "drop":
        del changed[at : at + rng.randrange(1, 64)]
    elif kind == "insert":
        changed[at:at] = rng.randbytes(rng.randrange(1, 32))
    elif kind == "length":
        changed[at : at + 4] = rng.choice(_LENGTHS)
    elif kind == "copy":
        source, size = rng.randrange(len(changed)), rng.randrange(1, 128)
        changed[at : at + size] = changed[source : source + size]
    elif kind == "splice":
        source, size = rng.randrange(len(other)), rng.randrange(1, 256)
        changed[at : at + size] = other[source : source + size]
    else:
        _damage_element(rng, changed, kind)


def _damage_element(rng: random.Random, changed: bytearray, kind: str) -> None:
    """Change one explicit little-endian element of the header as a whole."""
    elements = _elements(bytes(changed))
    if not elements:
        changed[rng.randrange(len(changed))] ^= 0xFF
        return
    start, value, end = rng.choice(elements)
    if kind == "number" and end - value >= 2:
        struct.pack_into("<H", changed, value, rng.choice(_NUMBERS))
    elif kind == "text":
        text = rng.choice(_TEXTS)
        changed[value:end] = text.ljust(end - value, b" ")[: max(end - value, 2)]
    elif kind == "vr":
        changed[start + 4 : start + 6] = rng.choice(_VRS.split())
    elif kind == "double":
        changed[end:end] = changed[start:end]
    elif kind == "nest":
        item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
        tag = bytes(changed[start : start + 4])
        opened = tag + struct.pack("<2sHI", b"SQ", 0, 0xFFFFFFFF) + item
        changed[start:start] = opened * rng.choice((1, 3, 50, 2000))


def _elements(data: bytes) -> list[tuple[int, int, int]]:
    """Where elements, their values and their ends are; short forms only."""
    found: list[tuple[int, int, int]] = []
    at = 132 if data[128:132] == b"DICM" else 0
    known = set(_VRS.split())
    while at + 8 <= len(data) and len(found) < 200:
        vr, length = (
            data[at + 4 : at + 6],
            int.from_bytes(data[at + 6 : at + 8], "little"),
        )
        if vr not in known:
            break
        value = at + 8
        if vr in (b"OB", b"OW", b"OD", b"OF", b"SQ", b"UN"):
            length, value = int.from_bytes(data[at + 8 : at + 12], "little"), at + 12
        if value + length > len(data):
            break
        found.append((at, value, value + length))
        at = value + length
    return found
