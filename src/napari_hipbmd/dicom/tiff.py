"""What a TIFF says of itself and Pillow does not heed."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import BinaryIO

_MAGICS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_WHITE_IS_ZERO, _BLACK_IS_ZERO = 0, 1
_SIGNED, _IN_PLANES = 2, 2
"""TIFF 6.0: photometric interpretations, sample format and planar configuration."""

_SAMPLE_FORMAT, _PLANAR, _SAMPLES, _BITS = 339, 284, 277, 258


def black_zero(path: Path) -> BinaryIO | None:
    """A TIFF whose white is zero, changed to call black zero; None for other files.

    Pillow inverts some depths, leaves others as they are and refuses the rest.
    """
    with path.open("rb") as file:
        if file.read(4) not in _MAGICS:
            return None
    import tifffile  # films of DICOM do without

    try:
        with tifffile.TiffFile(path) as tiff:
            tag = tiff.pages.first.tags.get("PhotometricInterpretation")
            order = tiff.byteorder
    except Exception:  # what is no TIFF is refused by who reads its pixels
        return None
    if tag is None or tag.value != _WHITE_IS_ZERO:
        return None
    data = bytearray(path.read_bytes())
    struct.pack_into(f"{order}H", data, tag.valueoffset, _BLACK_IS_ZERO)
    return io.BytesIO(data)


def misread(tags: dict[int, object]) -> str | None:
    """What Pillow would read wrongly without a word; None for all other pictures."""
    bits, samples = _first(tags.get(_BITS)), _first(tags.get(_SAMPLES))
    if _first(tags.get(_SAMPLE_FORMAT)) == _SIGNED and bits == 8:
        return "values with a sign"
    if tags.get(_PLANAR) == _IN_PLANES and samples > 1 and bits > 8:
        return "colours in planes"
    return None


def _first(value: object) -> int:
    """A number of a tag, or the first of several; 1 where there is none."""
    one = value[0] if isinstance(value, tuple) and value else value
    return one if isinstance(one, int) else 1
