"""Make a study of the FracAtlas films that ``labels/fracatlas`` has landmarks for.

    python scripts/fracatlas_study.py FILMS OUT

FILMS is a folder with ``images/`` of FracAtlas (CC BY 4.0; figshare 22363012). Films
and labels are copied; every labelled hip gets a hip box around its landmarks.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from pathlib import Path

import numpy as np

from napari_hipbmd.landmarks.locate import usual_box
from napari_hipbmd.study.boxes import place_boxes
from napari_hipbmd.study.boxes_file import PlacedBox
from napari_hipbmd.study.labelling.labels import read_labels

LABELS = Path(__file__).resolve().parents[1] / "labels" / "fracatlas"


def main() -> None:
    """Copy films, labels, table and split; place the boxes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("films", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    shutil.copytree(LABELS / "labels", given.out / "labels", dirs_exist_ok=True)
    shutil.copy(LABELS / "split.csv", given.out)
    labelled = {path.stem for path in (LABELS / "labels/observer-1").glob("*.json")}
    with (LABELS / "cases.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["case_id"] in labelled]
    with (given.out / "cases.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    (given.out / "images").mkdir(exist_ok=True)
    for row in rows:
        shutil.copy(given.films / row["image"], given.out / row["image"])
    boxes = labelled_boxes(rows)
    place_boxes(given.out, boxes)  # type: ignore[arg-type]
    print(json.dumps({"hips": len(rows), "films": len(boxes)}))


def labelled_boxes(rows: list[dict[str, str]]) -> dict[str, dict[str, PlacedBox]]:
    """Film → side → hip box around the landmarks of its labelled hips."""
    boxes: dict[str, dict[str, PlacedBox]] = {}
    for row in rows:
        labels = read_labels(LABELS, "observer-1", row["case_id"])
        if labels is None:
            continue
        xy = labels.xy[np.isfinite(labels.xy).all(1)]
        box = PlacedBox(usual_box(xy), "observer-1", labels.modified)
        boxes.setdefault(row["image"], {})[row["side"]] = box
    return boxes


if __name__ == "__main__":
    main()
