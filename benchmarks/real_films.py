"""How far predicted landmarks lie from people's on real films.

    python scripts/fracatlas_study.py FILMS STUDY
    python benchmarks/real_films.py STUDY [--models DIR] [--part test]

Errors are in mm by the head: a circle of 47 mm in diameter. Hips are found in the hip
box around the observer's landmarks, and once more from the whole film alone. The test
part is never used to choose anything.
"""

from __future__ import annotations

import argparse
import csv
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_hipbmd.bmd import patient_weights
from napari_hipbmd.core.anatomy import ADULT_HEAD_MM, LANDMARK_IDS, Points, is_mirrored
from napari_hipbmd.core.canvas import make_canvas
from napari_hipbmd.core.radiograph import HipBox, Radiograph
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.evaluation.bootstrap import SAMPLES, interval
from napari_hipbmd.landmarks.locate import propose
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.study import Study
from napari_hipbmd.study.cases.case import Case
from napari_hipbmd.study.split import read_split

ROOT = Path(__file__).resolve().parents[1]
HEADS = ROOT / "labels" / "fracatlas" / "heads.csv"
Distances = NDArray[np.float64]


@cache
def heads_px() -> dict[tuple[str, str], float]:
    """Radius of the head in pixels by case and observer."""
    with HEADS.open(encoding="utf-8", newline="") as file:
        return {
            (row["case_id"], row["observer"]): float(row["radius_px"])
            for row in csv.DictReader(file)
        }


def overlap(a: HipBox, b: HipBox) -> float:
    """Intersection over union."""
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.y1, b.y1) - max(a.y0, b.y0)
    both = max(width, 0) * max(height, 0)
    return both / (a.width * a.height + b.width * b.height - both)


def told(name: str, distances: Distances, cases: list[Case]) -> str:
    """One line of figures; the 95 % interval of the mean is by patient."""
    known = distances[np.isfinite(distances)]
    weights = patient_weights([case.group or case.case_id for case in cases], SAMPLES)
    count = np.isfinite(distances).sum(axis=1)
    low, high = interval(weights @ np.nansum(distances, axis=1) / (weights @ count))
    return (
        f"{name:34s} {len(distances):3d} hips  mean {known.mean():5.2f}"
        f" ({low:.2f} to {high:.2f})  median {np.median(known):5.2f} mm  within 2 mm"
        f" {100 * (known <= 2).mean():3.0f} %  within 5 mm"
        f" {100 * (known <= 5).mean():3.0f} %"
    )


def by_landmark(distances: Distances) -> str:
    """Mean of each landmark."""
    means = np.nanmean(distances, axis=0)
    return "  ".join(f"{n} {m:.1f}" for n, m in zip(LANDMARK_IDS, means, strict=True))


def in_box(
    study: Study, cases: list[Case], finder: LandmarkFinder
) -> tuple[Distances, NDArray[np.float64]]:
    """Distances to the observer's landmarks and expected errors, mm, in his box."""
    inside, sigma = [], []
    for case in cases:
        film, xy, mm = _labelled(study, case)
        assert case.side is not None and case.box is not None
        canvas = make_canvas(film.grey(), case.box, is_mirrored(case.side))
        marks = finder.find(canvas, (mm, mm))
        inside.append(np.linalg.norm(marks.xy - xy, axis=1) * mm)
        sigma.append(marks.sigma_mm)
    return np.array(inside), np.array(sigma)


def alone(
    study: Study, cases: list[Case], finder: LandmarkFinder
) -> tuple[Distances, int]:
    """The same distances from the film alone, and how many boxes were right."""
    out, found = [], 0
    for case in cases:
        film, xy, mm = _labelled(study, case)
        assert case.side is not None and case.box is not None
        box = propose(finder, film).get(case.side)
        if box is None:
            out.append(np.full(len(LANDMARK_IDS), np.nan))
            continue
        found += overlap(box, case.box) > 0.4
        canvas = make_canvas(film.grey(), box, is_mirrored(case.side))
        marks = finder.find(canvas, (mm, mm))
        out.append(np.linalg.norm(marks.xy - xy, axis=1) * mm)
    return np.array(out), found


def _labelled(study: Study, case: Case) -> tuple[Radiograph, Points, float]:
    """Film, the observer's landmarks, and mm a pixel by the head."""
    labels = study.labels("observer-1", case.case_id)
    assert labels is not None
    mm = ADULT_HEAD_MM / 2 / heads_px()[case.case_id, "observer-1"]
    return read_film(case.image), labels.xy, mm


def observers(study: Study) -> tuple[Distances, list[Case]]:
    """Distances between the two observers, mm, and the cases that both labelled."""
    radius = heads_px()
    by_id = {case.case_id: case for case in study.cases}
    out, cases = [], []
    for path in sorted((study.folder / "labels" / "observer-2").glob("*.json")):
        first = study.labels("observer-1", path.stem)
        second = study.labels("observer-2", path.stem)
        if first is None or second is None:
            continue
        heads = [radius[path.stem, f"observer-{i}"] for i in (1, 2)]
        mm = ADULT_HEAD_MM / 2 / float(np.mean(heads))
        out.append(np.linalg.norm(first.xy - second.xy, axis=1) * mm)
        cases.append(by_id[path.stem])
    return np.array(out), cases


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("--models", type=Path, default=weights_dir())
    parser.add_argument("--part", default="test")
    given = parser.parse_args()
    study = Study.open(given.study)
    split = read_split(given.study)
    cases = [c for c in study.cases if split.get(c.group or c.case_id) == given.part]
    finder = LandmarkFinder.load(given.models)
    inside, sigma = in_box(study, cases, finder)
    from_film, found = alone(study, cases, finder)
    print(told(f"{given.part}: in the observer's box", inside, cases))
    print(by_landmark(inside))
    print(told(f"{given.part}: from the film alone", from_film, cases))
    print(f"hip boxes right: {found} of {len(cases)}")
    known = np.isfinite(inside)
    print(f"error / expected error: {inside[known].mean() / sigma[known].mean():.2f}")
    pair, both = observers(study)
    print(told("between the two observers", pair, both))
    tested = [case.case_id for case in cases]
    same = [case.case_id in tested for case in both]
    if any(same):
        rows = [tested.index(c.case_id) for c in both if c.case_id in tested]
        pairs_of = [case for case in both if case.case_id in tested]
        print(told("the same hips: two observers", pair[same], pairs_of))
        print(told("the same hips: from the film alone", from_film[rows], pairs_of))
    print(by_landmark(pair))


if __name__ == "__main__":
    main()
