"""Thirty labelled films of an unfamiliar look: what retraining makes of others of it.

    python benchmarks/retraining.py --study STUDY [--first 1200] [--out FOLDER]

The look is outside everything that the networks were trained on: negative, blurred,
on coarse pixels, and grainy. STUDY holds digital hips of which those from ``--first``
on trained no landmark network; 30 are labelled, the next 60 are others of that look.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.landmarks.errors import measure_errors
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.landmarks.retraining import BATCH, EPOCHS, retrain
from napari_hipbmd.learning.hips import LEVELS, Hips, to_levels
from napari_hipbmd.learning.training import Fit
from napari_hipbmd.study import Study
from napari_hipbmd.tasks.training_data import load_hips

LABELLED, OTHERS = 30, 60


def unfamiliar(hips: Hips) -> Hips:
    """The same hips with another look."""
    rng = np.random.default_rng(0)
    films = []
    for levels in hips.film:
        grey = gaussian_filter(1 - levels / LEVELS, 4)[::4, ::4]
        coarse = zoom(grey + rng.normal(0, 0.02, grey.shape), 4, order=0)
        films.append(to_levels(coarse))
    return replace(hips, film=np.stack(films))


def main() -> None:
    """Retrain, and print the errors before and after."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, required=True)
    parser.add_argument("--first", type=int, default=1200)
    parser.add_argument("--out", type=Path, default=Path(mkdtemp()))
    args = parser.parse_args()
    study = Study.open(args.study)
    cases = study.cases[args.first : args.first + LABELLED + OTHERS]
    hips = unfamiliar(load_hips(replace(study, cases=cases)))
    labelled = hips.take(np.arange(LABELLED))
    others = hips.take(np.arange(LABELLED, len(hips)))
    started = perf_counter()
    found = retrain(labelled, weights_dir(), Fit(args.out, EPOCHS, BATCH, device="cpu"))
    seconds = perf_counter() - started
    print(found.sentence())
    for name, folder in (("before", weights_dir()), ("after", args.out)):
        network = LandmarkFinder.load(folder).network
        print(
            f"{name} on {len(others)} others:",
            measure_errors(network, others).figures(),
        )
    print(f"{seconds:.0f} s")


if __name__ == "__main__":
    main()
