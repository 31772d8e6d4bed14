"""Landmarks on films that are turned, cut, covered or boxed badly, and their sigma.

    python benchmarks/landmark_robustness.py --study STUDY [--films 100]

STUDY is ``hipbmd phantom --n 1200 --seed 2 --family train --pixels 450 --whole-pelvis
--out STUDY``, whose hips trained no landmark network. Writes the tables of
``docs/landmark-errors.md`` between their marks.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pages import write_into
from skimage.transform import SimilarityTransform, warp

from napari_hipbmd.core.anatomy import (
    INDEX,
    LANDMARK_IDS,
    Points,
    distances_mm,
    is_mirrored,
)
from napari_hipbmd.core.canvas import Canvas, make_canvas
from napari_hipbmd.core.radiograph import FloatImage, HipBox, Radiograph
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.landmarks.predict import LandmarkFinder, find_on_batch
from napari_hipbmd.study import Study

FROG_LEG_DEG = 15.0
FROG_LEG = f"the leg turned out by more than {FROG_LEG_DEG:.0f}°, of all hips"
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Film:
    """One way to show a hip: what the networks get, and where the landmarks are."""

    grey: FloatImage
    box: HipBox
    mirrored: bool
    xy: Points


@dataclass(frozen=True, eq=False)
class Tried:
    """Radial errors in mm ``(16,)`` as found and corrected, and the expected ones."""

    found: Numbers
    corrected: Numbers
    sigma: Numbers


def ways(film: Radiograph, xy: Points, mirrored: bool, number: int) -> Iterator[
    tuple[str, Film]
]:  # fmt: skip
    """Every way to show one hip, by name."""
    rng = np.random.default_rng(number)
    grey, whole = film.grey(), film.whole_box()
    rows, columns = grey.shape
    side = whole.width
    plain = Film(grey, whole, mirrored, xy)
    yield "as it is", plain
    middle = np.array([columns / 2, rows / 2])
    for degrees in (-15, 15):
        turn = (
            SimilarityTransform(translation=-middle)
            + SimilarityTransform(rotation=np.radians(degrees))
            + SimilarityTransform(translation=middle)
        )
        turned = warp(grey, turn.inverse, order=1, mode="edge").astype(np.float32)
        yield f"turned by {degrees:+d}°", replace(plain, grey=turned, xy=turn(xy))
    around = tuple(xy.mean(0) - (0, 0.05 * side))
    for factor, at, says in (
        (1.25, whole.centre_xy, "box a quarter too large"),
        (1 / 1.2, around, "box a sixth too small"),
    ):
        yield says, replace(plain, box=HipBox.square(at, side * factor))
    shift = rng.uniform(-0.12, 0.12, 2) * side
    moved = HipBox.square((middle[0] + shift[0], middle[1] + shift[1]), side)
    yield "box moved by up to 12 %", replace(plain, box=moved)
    flipped = np.ascontiguousarray(grey[:, ::-1])
    other = np.column_stack([columns - 1 - xy[:, 0], xy[:, 1]])
    yield "mirrored, as the other side", Film(flipped, whole, not mirrored, other)
    low = np.maximum(xy.min(0) - 0.03 * side, 0).astype(int)
    high = (xy.max(0) + 0.03 * side).astype(int)
    lead = np.zeros_like(grey)
    seen = np.s_[low[1] : high[1], low[0] : high[0]]
    lead[seen] = grey[seen]
    yield "collimated to 3 % around the landmarks", replace(plain, grey=lead)
    marked = grey.copy()
    high_mark, wide_mark = round(0.013 * rows), round(0.04 * columns)
    for _ in range(8):
        x = rng.integers(0, columns - wide_mark)
        y = rng.integers(0, rows - high_mark)
        marked[y : y + high_mark, x : x + wide_mark] = 1
    yield "eight bright marks", replace(plain, grey=marked)
    yield "both hips on the film, box loose", _pelvis(plain, rng)
    for gamma in (0.6, 1.6):
        curved = np.clip(grey, 0, 1) ** np.float32(gamma)
        yield f"display curve, exponent {gamma}", replace(plain, grey=curved)
    hidden = grey.copy()
    at, half = xy[rng.integers(len(xy))].astype(int), round(0.065 * side)
    low, high = np.maximum(at - half, 0), at + half
    hidden[low[1] : high[1], low[0] : high[0]] = np.median(grey)
    yield "a grey square of 25 mm over a landmark", replace(plain, grey=hidden)


def _pelvis(film: Film, rng: np.random.Generator) -> Film:
    """The hip beside its mirror image; the box a third too large and off by 10 %."""
    rows, columns = film.grey.shape
    flipped = film.grey[:, ::-1]
    # a left hip lies at the right of an AP film
    wide = [film.grey, flipped] if film.mirrored else [flipped, film.grey]
    start = 0 if film.mirrored else columns
    grey = np.pad(np.hstack(wide), rows // 4, mode="edge").astype(np.float32)
    xy = film.xy + (start + rows // 4, rows // 4)
    shift = rng.uniform(-0.1, 0.1, 2) * columns
    centre = np.array([start + columns / 2, rows / 2]) + rows // 4 + shift
    box = HipBox.square((float(centre[0]), float(centre[1])), columns / 0.75)
    return Film(grey, box, film.mirrored, xy)


def _shaft_deg(xy: Points, mirrored: bool) -> float:
    """How far the shaft's foot points outwards from straight down."""
    low = (xy[INDEX["I2"]] + xy[INDEX["I3"]]) / 2
    high = (xy[INDEX["T4"]] + xy[INDEX["N4"]]) / 2
    x, y = low - high
    return float(np.degrees(np.arctan2(-x if mirrored else x, y)))


def tried(finder: LandmarkFinder, film: Film, spacing_mm: tuple[float, float]) -> Tried:
    """Find the landmarks of one film, without and with the correction."""
    canvas = make_canvas(film.grey, film.box, film.mirrored)
    seen = torch.from_numpy(canvas.grey)[None, None]
    plain = find_on_batch(finder.network, seen, correct=False).points

    def errors(xy: Points) -> Numbers:
        return np.asarray(distances_mm(xy, film.xy, spacing_mm))

    placed = finder.find(canvas, spacing_mm)
    return Tried(
        errors(_on_film(canvas, plain)), errors(placed.xy), np.asarray(placed.sigma_mm)
    )


def _on_film(canvas: Canvas, points: torch.Tensor) -> Points:
    size = canvas.grey.shape[0]
    return canvas.to_film((points[0].double().numpy() + 1) * size / 2 - 0.5)


def robustness(found: dict[str, list[Tried]]) -> str:
    """A row for each way."""
    lines = [
        "| film | films | as found, mm | corrected, mm | median | within 2 mm |",
        "|---|---|---|---|---|---|",
    ]
    for name, tries in found.items():
        before = np.array([t.found for t in tries])
        after = np.array([t.corrected for t in tries])
        lines.append(
            f"| {name} | {len(tries)} | {before.mean():.2f} | {after.mean():.2f} |"
            f" {np.median(after):.2f} | {100 * np.mean(after <= 2):.0f} % |"
        )
    return "\n".join(lines)


def by_landmark(tries: list[Tried]) -> str:
    """Mean errors and what was expected, for each landmark."""
    before, after, sigma = (
        np.mean([getattr(t, part) for t in tries], axis=0)
        for part in ("found", "corrected", "sigma")
    )
    lines = [
        f"| | {' | '.join(LANDMARK_IDS)} | all |",
        "|---" * (len(LANDMARK_IDS) + 2) + "|",
    ]
    for name, row in (
        ("as found, mm", before),
        ("corrected, mm", after),
        ("expected, mm", sigma),
    ):
        told = " | ".join(f"{v:.1f}" for v in row)
        lines.append(f"| {name} | {told} | {row.mean():.2f} |")
    return "\n".join(lines)


def calibration(found: dict[str, list[Tried]]) -> str:
    """Error over expected error, in four parts by the expected error."""
    lines = [
        "| films | expected, mm | error, mm | ratio | within 2 × expected |",
        "|---|---|---|---|---|",
    ]
    plain = found["as it is"]
    every = [t for tries in found.values() for t in tries]
    both = {"as it is": plain, "all ways together": every}
    for name, tries in both.items() if len(found) > 1 else [("as it is", plain)]:
        error = np.concatenate([t.corrected for t in tries])
        sigma = np.concatenate([t.sigma for t in tries])
        edges = np.quantile(sigma, [0, 0.25, 0.5, 0.75, 1])
        parts = [
            (f"{name}, quarter {k + 1}", (sigma >= a) & (sigma <= b))
            for k, (a, b) in enumerate(zip(edges, edges[1:], strict=False))
        ]
        for says, part in ((name, np.ones(len(error), bool)), *parts):
            e, s = error[part], sigma[part]
            lines.append(
                f"| {says} | {s.mean():.2f} | {e.mean():.2f} |"
                f" {e.mean() / s.mean():.2f} | {100 * np.mean(e <= 2 * s):.0f} % |"
            )
    return "\n".join(lines)


def main() -> None:
    """Try every way on every film, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, required=True)
    parser.add_argument("--models", type=Path, default=weights_dir())
    parser.add_argument("--films", type=int, default=100)
    parser.add_argument("--plain", action="store_true", help="films as they are only")
    parser.add_argument("--page", type=Path, help="docs/landmark-errors.md")
    args = parser.parse_args()
    finder = LandmarkFinder.load(args.models)
    study = Study.open(args.study)
    found: dict[str, list[Tried]] = {}
    every = max(1, len(study.cases) // args.films)
    for number, case in enumerate(study.cases):
        truth = study.truth(case.case_id, with_sto=False)
        assert truth is not None
        xy, mirrored = truth.landmarks_xy, is_mirrored(case.side or "L")
        turned_out = _shaft_deg(xy, mirrored) > FROG_LEG_DEG
        if number % every and not turned_out:
            continue
        film = read_film(case.image)
        assert film.spacing_mm is not None
        shown = {} if number % every else dict(ways(film, xy, mirrored, number))
        if args.plain:
            shown = {"as it is": shown["as it is"]} if shown else {}
        elif turned_out:
            box = case.box or film.whole_box()
            shown[FROG_LEG] = Film(film.grey(), box, mirrored, xy)
        for name, one in shown.items():
            found.setdefault(name, []).append(tried(finder, one, film.spacing_mm))
    tables = {
        "ways": robustness(found),
        "landmarks": by_landmark(found["as it is"]),
        "sigma": calibration(found),
    }
    print("\n\n".join(tables.values()))
    if args.page:
        write_into(args.page, tables)


if __name__ == "__main__":
    main()
