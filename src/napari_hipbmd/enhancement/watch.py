"""What a person watches while the autoencoder learns: its loss, and one film.

``curve.csv`` has one line an epoch; ``validation.tif`` holds the film, the STO that the
network draws by now, and the exact STO. Both are whole at any time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from ..core.files import write_bytes_atomic, write_text_atomic
from ..core.radiograph import FloatImage

CURVE, PICTURE = "curve.csv", "validation.tif"
FIGURES = ("reconstruction", "penalty", "validation")
LossRow = tuple[int, dict[str, float]]


def read_curve(out: Path) -> list[LossRow]:
    """Epochs with their figures; empty when there are none yet, or it is damaged."""
    try:
        lines = csv.DictReader(io.StringIO((out / CURVE).read_text("utf-8")))
        return [
            (int(line["epoch"]), {name: float(line[name]) for name in FIGURES})
            for line in lines
        ]
    except (OSError, KeyError, TypeError, ValueError, csv.Error):
        return []


def add_to_curve(out: Path, epoch: int, figures: Mapping[str, float]) -> None:
    """Add an epoch; what an earlier run had from here on is replaced."""
    rows = [row for row in read_curve(out) if row[0] < epoch]
    nothing = float("nan")
    rows.append((epoch, {name: figures.get(name, nothing) for name in FIGURES}))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *FIGURES])
    for number, values in rows:
        writer.writerow([number, *(repr(float(values[name])) for name in FIGURES)])
    write_text_atomic(out / CURVE, text.getvalue())


def write_picture(
    out: Path, film: FloatImage, drawn: FloatImage, exact: FloatImage
) -> None:
    """Film, drawn STO and exact STO, ``(rows, columns)`` each, on one grey scale."""
    buffer = io.BytesIO()
    pages = np.stack([film, drawn, exact]).astype(np.float32)
    tifffile.imwrite(buffer, pages, photometric="minisblack", metadata=None)
    write_bytes_atomic(out / PICTURE, buffer.getvalue())


def read_picture(out: Path) -> NDArray[np.float32] | None:
    """``(3, rows, columns)`` film, drawn and exact STO; None when there is none yet."""
    try:
        pages: NDArray[np.float32] = tifffile.imread(out / PICTURE)
    except (OSError, ValueError):
        return None
    return pages if pages.ndim == 3 and len(pages) == 3 else None
