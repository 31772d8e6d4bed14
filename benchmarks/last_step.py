"""What the other landmarks, and the edges of the film, add to what the networks see.

    python scripts/fracatlas_study.py FILMS REAL
    hipbmd phantom --n 60 --seed 21 --family shifted --out SHIFTED
    python benchmarks/last_step.py REAL SHIFTED [--page docs/landmark-errors.md]

Real hips of the part *validation*, by a head of 47 mm, and digital ones of another
hospital: as they are, and with a square of one grey, 25 mm wide, over a random landmark
(three films a hip). Nothing was learned from any of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pages import write_into
from real_films import heads_px
from scipy.ndimage import gaussian_filter, map_coordinates

from napari_hipbmd.core.anatomy import (
    ADULT_HEAD_MM,
    INDEX,
    LANDMARK_IDS,
    Points,
    is_mirrored,
)
from napari_hipbmd.core.canvas import Canvas, make_canvas
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.landmarks.predict import RADIAL, LandmarkFinder, find_on_batch
from napari_hipbmd.landmarks.shape import bundled_shapes, most_plausible
from napari_hipbmd.learning import augmentation
from napari_hipbmd.study import Study
from napari_hipbmd.study.split import read_split

SQUARE_MM, SQUARES = 25.0, 3
REACH_MM, BLUR_MM = 3.0, 0.5
TURN_DEG = 6.0
STEPS = (
    "networks alone",
    "corrected",
    "corrected, at their levels",
    "the same, lost landmarks by the others (used)",
    "the same, then contours moved to the steepest edge along the normal",
    "all landmarks by the shape that they make",
    "corrected, at their levels, mean of three views",
)


@dataclass(frozen=True, eq=False)
class Hip:
    """A hip on its canvas: where its landmarks are, and mm a canvas pixel."""

    canvas: Canvas
    xy: Points
    mm: float


def real_hips(study: Study) -> Iterator[Hip]:
    """Hips to choose on."""
    split, radius = read_split(study.folder), heads_px()
    for case in study.cases:
        labels = study.labels("observer-1", case.case_id)
        if split.get(case.group or "") != "validation" or labels is None:
            continue
        assert case.side is not None and case.box is not None
        mm = ADULT_HEAD_MM / 2 / radius[case.case_id, "observer-1"]
        grey = read_film(case.image).grey()
        canvas = make_canvas(grey, case.box, is_mirrored(case.side))
        yield Hip(canvas, canvas.from_film(labels.xy), canvas.pixel_mm((mm, mm)))


def digital_hips(study: Study) -> Iterator[Hip]:
    """Those of another hospital."""
    for case in study.cases:
        truth, film = study.truth(case.case_id, with_sto=False), read_film(case.image)
        assert truth is not None and film.spacing_mm is not None
        mirrored = is_mirrored(case.side or "L")
        canvas = make_canvas(film.grey(), film.whole_box(), mirrored)
        xy = canvas.from_film(truth.landmarks_xy)
        yield Hip(canvas, xy, canvas.pixel_mm(film.spacing_mm))


def covered(hip: Hip, rng: np.random.Generator) -> NDArray[np.float32]:
    """The hip's picture with a square of one grey over a random landmark."""
    grey, half = hip.canvas.grey.copy(), SQUARE_MM / 2 / hip.mm
    at = hip.xy[rng.integers(len(hip.xy))] + rng.uniform(-0.3, 0.3, 2) * half
    x, y = (slice(max(0, int(v - half)), max(0, int(v + half))) for v in at)
    grey[y, x] = rng.choice([0.0, 1.0, float(np.median(grey))])
    return grey


def edges(grey: NDArray[np.float32], xy: Points, mm: float) -> Points:
    """Landmarks of the contour moved to the steepest edge along its normal."""
    smooth, out = gaussian_filter(grey, BLUR_MM / mm), xy.copy()
    away = np.arange(-REACH_MM, REACH_MM, 0.1)
    for name, normal in normals(xy).items():
        line = xy[INDEX[name]] + away[:, None] / mm * normal
        slope = -np.gradient(map_coordinates(smooth, line.T[::-1], order=1))
        near = np.maximum(slope, 0) * np.exp(-0.5 * away**2)
        if near.max() > 0:
            out[INDEX[name]] = line[near.argmax()]
    return out


def normals(xy: Points) -> dict[str, Points]:
    """Outward normals of landmarks in the middle of smooth contours."""

    def unit(v: Points) -> Points:
        return np.asarray(v / np.linalg.norm(v))

    at = dict(zip(LANDMARK_IDS, xy, strict=True))
    down = unit(at["I2"] + at["I3"] - at["T4"] - at["N4"])
    out = unit(at["I2"] - at["I3"])
    out = unit(out - (out @ down) * down)
    neck = unit(at["N2"] - at["N5"])
    return {
        "T2": -down, "T3": out, "T4": out, "I1": out, "I2": out, "I3": -out,
        "I4": -out, "N2": neck, "N5": -neck,
    }  # fmt: skip


def errors(
    finder: LandmarkFinder, hip: Hip, grey: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Radial errors in mm after each step, ``(steps, 16)``."""
    canvas = Canvas(grey, hip.canvas.square, hip.canvas.mirrored)
    seen = torch.from_numpy(np.ascontiguousarray(grey))[None, None]

    def on_canvas(points: torch.Tensor) -> Points:
        return (points[0].double().numpy() + 1) * len(grey) / 2 - 0.5

    def turned(degrees: float) -> Points:
        zero = torch.zeros(1)
        frame = augmentation.frames(zero + np.radians(degrees), zero + 1, zero, zero)
        view = augmentation.view(seen, frame, len(grey))
        points = find_on_batch(finder.network, view).points
        back = augmentation.from_view(points, frame)[0].double().numpy()
        return (back + 1) * len(grey) / 2 - 0.5

    plain = find_on_batch(finder.network, seen, correct=False)
    found = finder.find(canvas, (1.0, 1.0))
    sd = found.sigma_mm / canvas.pixel_mm((1.0, 1.0)) / RADIAL
    levelled = on_canvas(find_on_batch(finder.network, seen).points)
    used = canvas.from_film(found.xy)
    steps = (
        on_canvas(plain.points),
        on_canvas(finder.network.correction(plain.points, plain.ruler)),
        levelled,
        used,
        edges(grey, used, hip.mm),
        most_plausible(bundled_shapes(), levelled, sd),
        np.mean([levelled, turned(-TURN_DEG), turned(TURN_DEG)], axis=0),
    )
    return np.stack([np.linalg.norm(xy - hip.xy, axis=1) * hip.mm for xy in steps])


def main() -> None:
    """Try every step on every film, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("real", type=Path)
    parser.add_argument("shifted", type=Path)
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    finder = LandmarkFinder.load(weights_dir())
    columns, lost = [], []
    for hips in (
        list(real_hips(Study.open(given.real))),
        list(digital_hips(Study.open(given.shifted))),
    ):
        rng = np.random.default_rng(5)
        plain = np.stack([errors(finder, hip, hip.canvas.grey) for hip in hips])
        hidden = np.stack(
            [errors(finder, h, covered(h, rng)) for h in hips for _ in range(SQUARES)]
        )
        columns += [np.nanmean(plain, (0, 2)), np.nanmean(hidden, (0, 2))]
        for found in (plain, hidden):
            moved = np.abs(found[:, 2] - found[:, 3]) > 0.05  # mm
            told = f"{moved.sum()} of {moved.size}"
            if moved.any():
                before, after = (found[:, k][moved].mean() for k in (2, 3))
                told += f": {before:.1f} → {after:.1f}"
            lost.append(told)
    head = (
        "landmarks, mean error in mm | real hips | … covered | digital hips | … covered"
    )
    lines = [f"| {head} |", "|---|---|---|---|---|"]
    for name, row in zip(STEPS, np.array(columns).T, strict=True):
        lines.append(f"| {name} | {' | '.join(f'{v:.2f}' for v in row)} |")
    lines.append(f"| *lost landmarks, before → after* | {' | '.join(lost)} |")
    print("\n".join(lines))
    if given.page:
        write_into(given.page, {"last step": "\n".join(lines)})


if __name__ == "__main__":
    main()
