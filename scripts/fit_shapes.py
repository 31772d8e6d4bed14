"""Fit the bundled shape model to digital hips, and measure it on others.

    hipbmd phantom --n 1200 --seed 1 --pixels 450 --out STUDY
    hipbmd phantom --n 200 --seed 9 --family shifted --out SHIFTED
    python scripts/fit_shapes.py STUDY SHIFTED

Three quarters of the first study are fitted to, the rest is held out; the second one
is never fitted to. Writes ``landmarks/shapes.json`` and the table in
``docs/annotating.md``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_hipbmd.core.anatomy import LANDMARK_IDS, TWICE_FOUND
from napari_hipbmd.core.files import write_text_atomic
from napari_hipbmd.landmarks.shape import OBSERVER_SD_MM, ShapeModel
from napari_hipbmd.landmarks.shape_doubts import shape_doubts
from napari_hipbmd.landmarks.shape_fitting import fit_shapes
from napari_hipbmd.study import Study
from napari_hipbmd.study.shapes import canonical_shapes_mm

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "src" / "napari_hipbmd" / "landmarks" / "shapes.json"
PAGE = ROOT / "docs" / "annotating.md"
START, END = "<!-- shapes -->", "<!-- end of shapes -->"
FIRST = 1200
Shapes = NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """Shares of hips: doubted at all, and just with what is wrong."""

    doubted: float
    named: float

    def __str__(self) -> str:
        return f"{100 * self.doubted:.1f} % | {100 * self.named:.1f} %"


def doubts(model: ShapeModel, shape: Shapes, side: str = "L") -> list[str]:
    """What is said about a shape in mm."""
    return shape_doubts(shape, side, (1.0, 1.0), model)


def quiet(model: ShapeModel, shapes: Shapes) -> str:
    """The share of false alarms."""
    found = np.mean([bool(doubts(model, shape)) for shape in shapes])
    return f"{100 * found:.1f} % | –"


def moved(model: ShapeModel, shapes: Shapes, mm: float) -> Rates:
    """One landmark of each hip moved, in every direction and each in turn."""
    dice = np.random.default_rng(2)
    hit = named = 0
    for k, shape in enumerate(shapes):
        i, angle = k % len(LANDMARK_IDS), dice.uniform(0, 2 * np.pi)
        wrong = shape.copy()
        wrong[i] += mm * np.array([np.cos(angle), np.sin(angle)])
        found = doubts(model, wrong)
        hit += bool(found)
        named += len(found) == 1 and found[0].startswith(f"{LANDMARK_IDS[i]} lies")
    return Rates(hit / len(shapes), named / len(shapes))


def swapped(model: ShapeModel, shapes: Shapes) -> Rates:
    """Two landmarks of each hip exchanged; twins, which are one place, are not."""
    twins = [set(pair) for pair in TWICE_FOUND]
    pairs = [p for p in combinations(LANDMARK_IDS, 2) if set(p) not in twins]
    dice = np.random.default_rng(3)
    hit = named = 0
    for shape in shapes:
        a, b = pairs[dice.integers(len(pairs))]
        i, j = LANDMARK_IDS.index(a), LANDMARK_IDS.index(b)
        wrong = shape.copy()
        wrong[[i, j]] = wrong[[j, i]]
        found = doubts(model, wrong)
        hit += bool(found)
        named += found == [f"{a} and {b} look swapped."]
    return Rates(hit / len(shapes), named / len(shapes))


def other_side(model: ShapeModel, shapes: Shapes) -> Rates:
    """Each hip said to be one of the other side."""
    found = [doubts(model, shape, "R") for shape in shapes]
    return Rates(
        float(np.mean([bool(f) for f in found])),
        float(np.mean(["other side" in " ".join(f) for f in found])),
    )


def table(model: ShapeModel, held: Shapes, shifted: Shapes) -> str:
    """Every rate, as Markdown."""
    dice = np.random.default_rng(1)
    by_hand = held + dice.normal(0, OBSERVER_SD_MM[:, None], held.shape)
    rows = [
        ("nothing is wrong (false alarms), exact landmarks", quiet(model, held)),
        ("nothing is wrong, landmarks with a hand's spread", quiet(model, by_hand)),
        ("nothing is wrong, exact landmarks of the family *shifted*",
         quiet(model, shifted)),
        *((f"one landmark moved by {mm} mm, with a hand's spread",
           moved(model, by_hand, mm)) for mm in (5, 8, 10, 15, 20)),
        ("two landmarks swapped, with a hand's spread", swapped(model, by_hand)),
        ("left taken for right, with a hand's spread", other_side(model, by_hand)),
    ]  # fmt: skip
    lines = ["| what is wrong | doubted | just that is named |", "|---|---|---|"]
    lines += [f"| {what} | {rates} |" for what, rates in rows]
    return "\n".join(lines)


def main() -> None:
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("shifted", type=Path)
    args = parser.parse_args()
    study = Study.open(args.study)
    study = Study(study.folder, study.cases[:FIRST])
    shapes, groups = canonical_shapes_mm(study)
    patients = sorted(set(groups))
    inside = {p for p in patients if patients.index(p) % 4 != 3}
    fitted = np.array([group in inside for group in groups])
    model = fit_shapes(
        shapes[fitted], f"{fitted.sum()} digital hips of family train, seed 1"
    )
    write_text_atomic(MODEL, model.to_json())
    other, _groups = canonical_shapes_mm(Study.open(args.shifted))
    text = (
        f"Fitted to {model.count} digital hips, measured on {(~fitted).sum()} others"
        f" of the same family and {len(other)} of *shifted*:\n\n"
        + table(model, shapes[~fitted], other)
    )
    print(text)
    page = PAGE.read_text("utf-8")
    start, end = page.index(START) + len(START), page.index(END)
    write_text_atomic(PAGE, f"{page[:start]}\n\n{text}\n\n{page[end:]}")


if __name__ == "__main__":
    main()
