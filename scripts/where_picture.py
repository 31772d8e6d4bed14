"""Make the small hip that the workbench marks landmarks on, from a digital hip.

    .venv/bin/python scripts/where_picture.py

Takes the first left hip of the sample data that is not turned outwards.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.canvas import make_canvas
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.study import Study

OUT = (
    Path(__file__).resolve().parent.parent
    / "src/napari_hipbmd/plugin/workbench/landmarks"
)
SIZE = 400
AROUND = 1.42
"""The picture's side, in extents of the landmarks."""


def main() -> None:
    """Write ``where.png`` and ``where.json``."""
    study = Study.open(sample_data_dir())
    case = next(case for case in study.cases if case.side == "L")
    film, truth = read_film(case.image), study.truth(case.case_id, with_sto=False)
    assert truth is not None
    low, high = truth.landmarks_xy.min(axis=0), truth.landmarks_xy.max(axis=0)
    extent = float(np.max(high - low))
    middle = (low + high) / 2 - [0.16 * extent, 0.12 * extent]
    box = HipBox.square((float(middle[0]), float(middle[1])), AROUND * extent)
    canvas = make_canvas(film.grey(), box, mirrored=False, size=SIZE)
    dark, bright = np.percentile(canvas.grey, (1, 99.5))
    grey = np.clip((canvas.grey - dark) / (bright - dark), 0, 1) * 215
    # The lowest bits of a film are noise that nobody sees, and half of the bytes.
    picture = Image.fromarray(grey.astype(np.uint8) & 0xFC)
    picture.save(OUT / "where.png", optimize=True)
    xy = (canvas.from_film(truth.landmarks_xy) + 0.5) / SIZE
    known = {
        name: [round(float(v), 4) for v in at]
        for name, at in zip(LANDMARK_IDS, xy, strict=True)
    }
    text = json.dumps(known, indent=1)
    (OUT / "where.json").write_text(text + "\n", encoding="utf-8")
    print(OUT / "where.png", (OUT / "where.png").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
