"""How often both hips of a whole-pelvis film are found, and how long it takes.

    hipbmd phantom --n 1200 --seed 2 --pixels 450 --whole-pelvis --out DIR
    python benchmarks/whole_pelvis.py DIR --films 120

Hips are looked for on each film as a whole, without a box or a side. A hip is found if
the box that is proposed for its side holds all its landmarks, and is not larger than
half the film; films that show one hip alone are left out. The time is one core's own
work, without reading.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import process_time

import numpy as np
import torch

from napari_hipbmd.core.anatomy import Points
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.landmarks.locate import propose
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.study import Case, Study

LARGEST_SHARE = 0.5


def holds(box: HipBox, xy: Points) -> bool:
    """Whether all landmarks lie in a box."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    return bool(
        box.x0 <= low[0]
        and box.y0 <= low[1]
        and box.x1 >= high[0]
        and box.y1 >= high[1]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("--models", type=Path, default=weights_dir())
    parser.add_argument("--films", type=int, default=100)
    given = parser.parse_args()
    torch.set_num_threads(1)
    study = Study.open(given.study)
    films: dict[Path, list[Case]] = {}
    for case in study.cases:
        films.setdefault(case.image, []).append(case)
    pelves = {image: both for image, both in films.items() if len(both) == 2}
    finder = LandmarkFinder.load(given.models)
    hips, both_found, seconds = 0, 0, []
    chosen = list(pelves.items())[: given.films]
    for image, cases in chosen:
        film = read_film(image)
        started = process_time()
        boxes = propose(finder, film)
        seconds.append(process_time() - started)
        rows, columns = film.shape
        right = 0
        for case in cases:
            truth = study.truth(case.case_id, with_sto=False)
            assert truth is not None and case.side is not None
            box = boxes.get(case.side)
            small = box is not None and (
                box.width * box.height < LARGEST_SHARE * rows * columns
            )
            right += box is not None and small and holds(box, truth.landmarks_xy)
        hips += right
        both_found += right == len(cases)
    count = len(chosen)
    print(
        f"{count} whole-pelvis films: both hips found on {both_found}"
        f" ({both_found / count:.1%}), {hips} of {2 * count} hips;"
        f" {np.median(seconds):.2f} s a film (95 %: {np.percentile(seconds, 95):.2f} s)"
    )


if __name__ == "__main__":
    main()
