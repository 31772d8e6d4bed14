"""Pictures of pairs at rest: 16-bit TIFF pages that any viewer opens.

Grey values may leave 0 … 1 when a hip is added to dense soft tissue, so levels 0 and
65535 stand for −0.5 and 1.5: ``grey = level / 65535 · 2 − 0.5``.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from ..core.errors import Refused
from ..core.files import write_bytes_atomic
from ..core.radiograph import FloatImage

OFFSET, SCALE, LEVELS = -0.5, 2.0, 65535


def to_levels(grey: FloatImage) -> NDArray[np.uint16]:
    """Grey −0.5 … 1.5 → level; beyond, the ends."""
    values = np.rint((grey.astype(np.float64) - OFFSET) * (LEVELS / SCALE))
    return np.clip(values, 0, LEVELS).astype(np.uint16)


def to_grey(levels: NDArray[np.uint16]) -> FloatImage:
    """The inverse of :func:`to_levels`."""
    grey = levels.astype(np.float64) * (SCALE / LEVELS) + OFFSET
    return grey.astype(np.float32)


def stored(pages: Sequence[FloatImage]) -> NDArray[np.uint16]:
    """``(pages, rows, columns)`` levels, as they lie in a file."""
    return np.stack([to_levels(page) for page in pages])


def write_pages(path: Path, levels: NDArray[np.uint16], text: str = "") -> None:
    """Write the pages of one file, all or nothing; the same pages, the same bytes."""
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        levels,
        photometric="minisblack",
        compression="zlib",
        predictor=True,
        metadata=None,
        software=False,
        description=text.encode("ascii", "replace").decode("ascii"),
    )
    write_bytes_atomic(path, buffer.getvalue())


def read_pages(path: Path, pages: int, pixels: int) -> NDArray[np.uint16]:
    """The pages of one file, ``(pages, pixels, pixels)`` levels.

    Raises
    ------
    Refused
        If the file is missing, damaged or of another size.
    """
    try:
        levels = tifffile.imread(path)
        levels = levels.reshape(-1, *levels.shape[-2:])
    except FileNotFoundError:
        raise Refused(
            f"{path.name} is missing from its pairs: make them again."
        ) from None
    except (OSError, ValueError, TypeError, KeyError, IndexError, zlib.error):
        raise Refused(
            f"{path.name} is damaged: delete it and make the pairs again."
        ) from None
    if levels.shape != (pages, pixels, pixels) or levels.dtype != np.uint16:
        raise Refused(
            f"{path.name} is {levels.shape[-1]} × {levels.shape[-2]} pixels with"
            f" {len(levels)} pages, and the manifest says {pixels} × {pixels} with"
            f" {pages}: the manifest is of other pairs."
        )
    return levels
