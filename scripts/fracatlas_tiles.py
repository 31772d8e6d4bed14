"""Make a folder of FracAtlas films with the marks of ``labels/fracatlas``.

    python scripts/fracatlas_tiles.py FILMS OUT --part learn|test
    hipbmd pairs OUT DIGITAL_HIPS --n 1200 --out PAIRS

FILMS is a folder with ``images/`` of FracAtlas (CC BY 4.0; figshare 22363012). The
STO boxes lie on soft tissue without bone; films of even soft tissue have a mask of
their hips, too, whose bone can be projected (``hipbmd pairs OUT --out PAIRS``).
``test`` takes the films of the patients that networks are tested on, ``learn`` all
others.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from pathlib import Path

from fracatlas_study import labelled_boxes

from napari_hipbmd.study.boxes import place_boxes
from napari_hipbmd.study.film_marks import list_marked, read_marks, write_marks

LABELS = Path(__file__).resolve().parents[1] / "labels" / "fracatlas"


def main() -> None:
    """Copy the films of one part, and their marks."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("films", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--part", choices=("learn", "test"), default="learn")
    given = parser.parse_args()
    with (LABELS / "split.csv").open(encoding="utf-8", newline="") as file:
        part = {row["group"]: row["part"] for row in csv.DictReader(file)}
    with (LABELS / "cases.csv").open(encoding="utf-8", newline="") as file:
        hip_boxes = labelled_boxes(list(csv.DictReader(file)))
    boxes = films = hips = 0
    (given.out / "images").mkdir(parents=True, exist_ok=True)
    for name in list_marked(LABELS):
        marks = read_marks(LABELS, name)
        assert marks is not None
        if (part[marks.patient] == "test") != (given.part == "test"):
            continue
        shutil.copy(given.films / marks.image, given.out / marks.image)
        write_marks(given.out, marks)
        if marks.has_bone:
            placed = {marks.image: hip_boxes[marks.image]}
            place_boxes(given.out, placed)  # type: ignore[arg-type]
            hips += len(hip_boxes[marks.image])
        boxes, films = boxes + len(marks.sto_boxes), films + 1
    print(f"{boxes} STO boxes on {films} films, and masks of {hips} hips")


if __name__ == "__main__":
    main()
