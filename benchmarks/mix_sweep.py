"""How often a labelled real hip is best seen, and what films without labels add.

    hipbmd phantom --n 1400 --seed 1 --family train --pixels 450 --whole-pelvis --out D
    hipbmd train landmarks --study D --epochs 12 --device cpu --out START
    hipbmd phantom --n 60 --seed 21 --family shifted --out SHIFTED
    python scripts/fracatlas_study.py FILMS REAL
    python benchmarks/mix_sweep.py START D REAL SHIFTED FILMS --out OUT
        [--page docs/real-films.md]

Every row goes on from START, which knows digital hips alone, on the same digital hips,
with the same seed. Rows that are in OUT are not trained again, and one that was broken
off goes on. Errors are those on real hips of the part *validation*, by a head of 47 mm,
and on digital hips of another hospital. The test part plays no role.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from looks import Films, fourier, histogram, sure_hips, unlabelled
from numpy.typing import NDArray
from pages import write_into
from real_films import in_box

from napari_hipbmd.landmarks.errors import measure_errors
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.landmarks.training import RealHips, learn_landmarks
from napari_hipbmd.learning.hips import Hips
from napari_hipbmd.learning.training import LAST, Fit
from napari_hipbmd.learning.weights import read_model
from napari_hipbmd.study import Study
from napari_hipbmd.study.split import read_split
from napari_hipbmd.tasks.training_data import RealFilms, load_hips, real_hips

Mix = Callable[["Data"], tuple[Hips, RealHips]]
BATCH, SEED = 16, 3
AS_MANY = 4
"""Times that a hip of a film without labels is seen in an epoch."""


@dataclass(frozen=True, eq=False)
class Data:
    """What all rows share."""

    start: LandmarkFinder
    folder: Path
    digital: Hips
    real: RealHips
    unlabelled: Hips
    shifted: Hips
    study: Study


def seen(times: int) -> Mix:
    """Each labelled real hip so often an epoch."""
    return lambda data: (data.digital, replace(data.real, times=times))


def lent(look: Callable[[Films, Films, np.random.Generator], Films], times: int) -> Mix:
    """Digital hips with the look of films without labels, half of them."""

    def mix(data: Data) -> tuple[Hips, RealHips]:
        rng = np.random.default_rng(SEED)
        film = data.digital.film.copy()
        film[::2] = look(film[::2], data.unlabelled.film, rng)
        return replace(data.digital, film=film), replace(data.real, times=times)

    return mix


def self_taught(data: Data) -> tuple[Hips, RealHips]:
    """Landmarks that the networks are sure of count as labels."""
    sure = sure_hips(data.unlabelled, data.start)
    return data.digital, RealHips(sure, data.real.held, AS_MANY)


ROWS: dict[str, Mix] = {
    "digital hips alone": seen(0),
    "each real hip once an epoch": seen(1),
    "… 4 times": seen(4),
    "… 12 times": seen(12),
    "no labels: large waves of real films lent to digital ones": lent(fourier, 0),
    "no labels: grey values lent": lent(histogram, 0),
    "no labels: what the networks are sure of learned": self_taught,
    "4 times, and large waves lent": lent(fourier, 4),
}


def train(mix: Mix, data: Data, out: Path, epochs: int) -> None:
    """Train one row, or go on with it."""
    digital, real = mix(data)
    learn_landmarks(
        [digital],
        "default",
        Fit(out, epochs, BATCH, SEED, "cpu", resume=(out / LAST).exists()),
        real,
        read_model(data.folder, "landmarks")[0],
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
    for name in ("start", "digital", "real", "shifted", "films"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hips", type=int, default=700, help="digital ones")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--page", type=Path, help="docs/real-films.md")
    given = parser.parse_args()
    digital, study = Study.open(given.digital), Study.open(given.real)
    start = LandmarkFinder.load(given.start)
    hips = load_hips(replace(digital, cases=digital.cases[: given.hips]))
    data = Data(
        start,
        given.start,
        replace(hips, sto=None),
        real_hips(RealFilms(given.real, "observer-1"), None),
        unlabelled(given.films, study, start),
        load_hips(Study.open(given.shifted)),
        study,
    )
    before = measured(given.start, data)
    real, shifted = (f"{len(errors)} {what} hips, mm | change" for errors, what in
                     zip(before, ("real", "shifted"), strict=True))  # fmt: skip
    lines = [f"| networks | {real} | {shifted} |", "|---|---|---|---|---|"]
    tell = "| {} | {} | {} |".format
    lines.append(tell("before", *map(told, before, before)))
    print("\n".join(lines), flush=True)
    for number, (says, mix) in enumerate(ROWS.items()):
        out = given.out / f"row-{number}"
        if not (out / "landmarks.json").exists():
            train(mix, data, out, given.epochs)
        lines.append(tell(says, *map(told, measured(out, data), before)))
        print(lines[-1], flush=True)
    print(f"{len(data.unlabelled)} hips without labels")
    if given.page:
        write_into(given.page, {"mix": "\n".join(lines)})


if __name__ == "__main__":
    main()
