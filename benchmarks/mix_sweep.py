"""How often a labelled real hip is best seen.

    hipbmd phantom --n 400 --seed 1 --family train --pixels 450 --whole-pelvis --out D
    hipbmd phantom --n 60 --seed 21 --family shifted --out SHIFTED
    python scripts/fracatlas_study.py FILMS REAL
    python benchmarks/mix_sweep.py D REAL SHIFTED --out OUT [--page docs/real-films.md]

Every row goes on from the bundled networks, on the same digital hips, with the same
seed. Rows that are in OUT are not trained again, and one that was broken off goes on.
Errors are those on real hips of the part *validation*, by a head of 47 mm, and on
digital hips of another hospital. The test part plays no role.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pages import write_into
from real_films import in_box

from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.landmarks.errors import measure_errors
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.landmarks.training import RealHips, learn_landmarks
from napari_hipbmd.learning.hips import Hips
from napari_hipbmd.learning.training import LAST, Fit, read_model
from napari_hipbmd.study import Study
from napari_hipbmd.study.split import read_split
from napari_hipbmd.tasks.training_data import RealFilms, load_hips, real_hips

BATCH, SEED = 16, 3
TIMES = (0, 1, 4)


@dataclass(frozen=True, eq=False)
class Data:
    """What all rows share."""

    digital: Hips
    real: RealHips
    shifted: Hips
    study: Study


def train(times: int, data: Data, out: Path, epochs: int) -> None:
    """Train one row, or go on with it."""
    learn_landmarks(
        replace(data.digital, sto=None),
        "default",
        Fit(out, epochs, BATCH, SEED, "cpu", resume=(out / LAST).exists()),
        replace(data.real, times=times),
        read_model(weights_dir(), "landmarks")[0],
    )


def measured(
    folder: Path, data: Data
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean error of each hip in mm: real ones held out, and shifted ones."""
    finder = LandmarkFinder.load(folder)
    split = read_split(data.study.folder)
    held = [c for c in data.study.cases if split.get(c.group or "") == "validation"]
    real, _sigma = in_box(data.study, held, finder)
    shifted = measure_errors(finder.network, data.shifted).mm
    return np.nanmean(real, axis=1), np.nanmean(shifted, axis=1)


def told(errors: NDArray[np.float64], before: NDArray[np.float64]) -> str:
    """Mean error, and how much it changed with the standard error of that."""
    change = errors - before
    if not change.any():
        return f"{errors.mean():.2f} | "
    se = change.std(ddof=1) / np.sqrt(len(change))
    return f"{errors.mean():.2f} | {change.mean():+.2f} ± {se:.2f}"


def main() -> None:
    """Train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("digital", "real", "shifted"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hips", type=int, default=400, help="digital ones")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--page", type=Path, help="docs/real-films.md")
    given = parser.parse_args()
    digital = Study.open(given.digital)
    data = Data(
        load_hips(replace(digital, cases=digital.cases[: given.hips])),
        real_hips(RealFilms(given.real, "observer-1"), None),
        load_hips(Study.open(given.shifted)),
        Study.open(given.real),
    )
    before = measured(weights_dir(), data)
    real, shifted = (f"{len(errors)} {what} hips, mm | change" for errors, what in
                     zip(before, ("real", "shifted"), strict=True))  # fmt: skip
    lines = [f"| networks | {real} | {shifted} |", "|---|---|---|---|---|"]
    tell = "| {} | {} | {} |".format
    lines.append(tell("bundled", *map(told, before, before)))
    print("\n".join(lines), flush=True)
    for times in TIMES:
        out = given.out / f"times-{times}"
        if not (out / "landmarks.json").exists():
            train(times, data, out, given.epochs)
        says = f"each real hip {times} times an epoch"
        lines.append(tell(says, *map(told, measured(out, data), before)))
        print(lines[-1], flush=True)
    if given.page:
        write_into(given.page, {"mix": "\n".join(lines)})


if __name__ == "__main__":
    main()
