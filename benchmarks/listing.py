"""How long listing a folder of 500 films takes, beside reading them all.

    .venv/bin/python benchmarks/listing.py

The films are 640 × 640 pixels as an archive names them. Each way is run three times and
the best is taken; the files are in the system's cache for all of them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom

from napari_hipbmd.dicom import FilmTags, catalogue, list_films, write_film

SHAPE = (640, 640)


def make(folder: Path, count: int) -> None:
    """Write ``count`` films without suffix, ten a study."""
    stored = np.random.default_rng(0).integers(0, 4096, SHAPE, np.uint16)
    for number in range(count):
        place = folder / f"ST{number // 10:04d}" / f"IM{number:06d}"
        place.parent.mkdir(parents=True, exist_ok=True)
        write_film(
            place,
            stored,
            FilmTags(f"case-{number}", side="L", pixel_spacing_mm=(0.2, 0.2)),
        )


def best_of_three(work: Callable[[], object]) -> float:
    """Seconds on the clock."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> None:
    """Make the films, take the times, print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory(prefix="hipbmd-listing-") as name:
        folder = Path(name)
        make(folder, count)
        paths = list(folder.rglob("IM*"))
        ours = best_of_three(lambda: catalogue(folder))
        names = best_of_three(lambda: list_films(folder))
        read = best_of_three(lambda: [pydicom.dcmread(path) for path in paths])
        shown = best_of_three(lambda: [pydicom.dcmread(p).pixel_array for p in paths])
    print(f"{count} films of {SHAPE[0]} × {SHAPE[1]} pixels")
    print(f"{ours:6.2f} s  catalogue: grouped, ordered, what is no film told apart")
    print(f"{names:6.2f} s  list_films: candidates by their first bytes")
    print(
        f"{read:6.2f} s  pydicom.dcmread of everything: {read / ours:.1f} × catalogue"
    )
    print(f"{shown:6.2f} s  … and its pixel_array: {shown / ours:.1f} × catalogue")


if __name__ == "__main__":
    main()
