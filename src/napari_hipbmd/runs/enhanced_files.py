"""What was made of a film as files that any viewer opens, and a card about them.

``sto.tif`` and ``bone.tif`` are float32 on the film's fixed 0 … 1 grey range, at its
full resolution; ``error.tif`` is |STO − exact STO| where the truth is known;
``latent.tif`` and ``stage_1.tif``, … are stacks ``(channels, n, n)``. ``film.json``
tells where they lie in the film and of what they were made. It is written last.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from ..core.files import write_bytes_atomic, write_text_atomic
from ..core.radiograph import FloatImage
from ..pipeline.enhanced import Enhanced

LAYERS = ("sto.tif", "bone.tif")
MINERAL = "mineral.tif"  # bone image over the film's gain, g/cm²
MEASURED = (*LAYERS, MINERAL)
ERROR, LATENT, CARD = "error.tif", "latent.tif", "film.json"


def tiff_bytes(image: FloatImage, corner_row_col: tuple[int, int]) -> bytes:
    """A part of a film as float32 TIFF that knows where in the film it lies."""
    row, column = corner_row_col
    return _tiff(image, {"corner_row": row, "corner_column": column})


def write_enhanced(
    folder: Path, enhanced: Enhanced, *, latent: bool = False, stages: bool = False
) -> list[Path]:
    """Write what was made of one film, each file whole or not at all.

    Parameters
    ----------
    folder
        Made when missing; files of an earlier run are replaced.
    latent, stages
        Whether to write the latent z, and the encoder's other stages.

    Returns
    -------
    list
        The files; the card is the last.
    """
    images = enhanced.images
    corner = images.corner_row_col
    pictures = dict(zip(LAYERS, (images.sto, images.bone), strict=True))
    if enhanced.error is not None:
        pictures[ERROR] = enhanced.error
    files = {name: tiff_bytes(image, corner) for name, image in pictures.items()}
    for number, stage in enumerate(enhanced.stages, 1):
        last = number == len(enhanced.stages)
        if latent if last else stages:
            (row, column), (height, width) = stage.first_row_col, stage.cell_row_col
            files[LATENT if last else f"stage_{number}.tif"] = _tiff(
                stage.values,
                {
                    "first_row": row,
                    "first_column": column,
                    "cell_rows": height,
                    "cell_columns": width,
                },
            )
    for name, data in files.items():
        write_bytes_atomic(folder / name, data)
    card = json.dumps(_card(enhanced, list(files)), indent=1, ensure_ascii=False)
    write_text_atomic(folder / CARD, card + "\n")
    return [folder / name for name in (*files, CARD)]


def _card(enhanced: Enhanced, files: list[str]) -> dict[str, Any]:
    seen, film = enhanced.seen, enhanced.film
    box = seen.box
    return {
        "case_id": film.case_id,
        "model": enhanced.model_name,
        "side": seen.side,
        "box": [box.x0, box.y0, box.x1, box.y1],
        "corner_row_col": list(enhanced.images.corner_row_col),
        "spacing_mm": None if film.spacing_mm is None else list(film.spacing_mm),
        "flags": [flag.text for flag in (*film.flags, *seen.flags)],
        "files": files,
    }


def _tiff(image: FloatImage, facts: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        np.ascontiguousarray(image, np.float32),
        photometric="minisblack",
        metadata=facts,
    )
    return buffer.getvalue()
