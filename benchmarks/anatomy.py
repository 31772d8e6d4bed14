"""Where landmarks lie on digital femora and on labelled real ones, in head radii.

    python benchmarks/anatomy.py [--hips 200] [--page docs/digital-hip.md]

Each hip is turned until its shaft is upright, its head's centre is the origin, x points
outwards and y down. Real hips: those of ``labels/fracatlas`` outside its test part.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pages import write_into

from napari_hipbmd.core.anatomy import INDEX, LANDMARK_IDS
from napari_hipbmd.phantom.layout import lay_out
from napari_hipbmd.study.labelling.labels import read_labels

LABELS = Path(__file__).resolve().parents[1] / "labels" / "fracatlas"
SHOWN = ("N1", "N2", "N3", "N4", "N5", "N6", "T2", "T3", "T4", "I2", "I3", "I4")
FIRST_SEED = 6_600_000


def upright(
    xy: NDArray[np.float64], centre: NDArray[np.float64], radius: float, side: str
) -> NDArray[np.float64]:
    """``(16, 2)`` head radii from the head's centre, the shaft upright."""
    p = (xy - centre) / radius * (1.0 if side == "L" else -1.0, 1.0)
    cut = p[INDEX["I2"]] - p[INDEX["I3"]]
    down = np.array([-cut[1], cut[0]]) / np.hypot(*cut)
    down = down if down[1] > 0 else -down
    turned: NDArray[np.float64] = p @ np.array(
        [[down[1], down[0]], [-down[0], down[1]]]
    )
    return turned


def digital(hips: int) -> NDArray[np.float64]:
    """Both hips of so many pelves of the family ``train``."""
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + hips // 2):
        laid = lay_out(seed, "train", 450, "pelvis")
        beam = laid.beam
        for hip in laid.hips:
            uv = beam.project(hip.femur.centre[None])[0][0]
            centre = (
                np.array([uv[0] - beam.u_mm[0], beam.v_mm[0] - uv[1]]) / beam.pixel_mm
            )
            magnify = beam.sid_mm / (beam.source_z_mm - hip.femur.centre[2])
            radius = hip.femur.bone.radius_mm * magnify / beam.pixel_mm
            found.append(upright(hip.landmarks_xy, centre, radius, hip.femur.side))
    return np.array(found)


def real() -> NDArray[np.float64]:
    """Hips that a person labelled, outside the test part; missing points are NaN."""
    part = {row["group"]: row["part"] for row in table("split.csv")}
    group = {row["case_id"]: row["group"] for row in table("cases.csv")}
    found = []
    for row in table("heads.csv"):
        case_id = row["case_id"]
        if row["observer"] != "observer-1" or part[group[case_id]] == "test":
            continue
        labels = read_labels(LABELS, "observer-1", case_id)
        if labels is None:
            continue
        xy = np.full((len(LANDMARK_IDS), 2), np.nan)
        for name, label in labels.landmarks.items():
            if label.xy is not None:
                xy[INDEX[name]] = label.xy
        centre = np.array([float(row["centre_x"]), float(row["centre_y"])])
        found.append(upright(xy, centre, float(row["radius_px"]), case_id[-1]))
    return np.array(found)


def table(name: str) -> list[dict[str, str]]:
    """Rows of a table beside the labels."""
    with (LABELS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Measure, print, and write into the page if one is named."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--hips", type=int, default=200)
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    ours, theirs = digital(given.hips), real()
    lines = [
        f"| | {len(ours)} digital, mean | SD | {len(theirs)} real, mean | SD |",
        "|---|---|---|---|---|",
    ]
    for name in SHOWN:
        cells = []
        for hips in (ours, theirs):
            places = hips[:, INDEX[name]]
            for value in (np.nanmean(places, 0), np.nanstd(places, 0)):
                cells.append(f"{value[0]:.2f}, {value[1]:.2f}")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    text = "\n".join(lines)
    print(text)
    if given.page is not None:
        write_into(given.page, {"layout": text})


if __name__ == "__main__":
    main()
