"""A few labelled films of an unfamiliar look: what retraining makes of others of it.

    python benchmarks/retraining.py [--digital STUDY] [--real STUDY]
        [--page docs/retraining.md]

The look is outside everything that the networks were trained on: negative, blurred,
on coarse pixels, and grainy. Of digital hips (``hipbmd phantom --n 90 --seed 2 --family
train --pixels 450 --whole-pelvis --out STUDY``, which trained no landmark network) 30
are labelled and the other 60 are measured on. Of real ones (``python
scripts/fracatlas_study.py FILMS STUDY``) 20 of the part *validation* are, and the rest
of it and the part *test* are measured on, in mm by a head of 47 mm: nothing of these
was ever learned from.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from time import process_time

import numpy as np
from pages import write_into
from real_films import heads_px
from scipy.ndimage import gaussian_filter, zoom

from napari_hipbmd.core.anatomy import ADULT_HEAD_MM
from napari_hipbmd.core.canvas import make_canvas
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.landmarks.errors import measure_errors
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.landmarks.retraining import BATCH, EPOCHS, retrain
from napari_hipbmd.learning.hips import LEVELS, Hips, to_levels
from napari_hipbmd.learning.training import Fit
from napari_hipbmd.study import Study
from napari_hipbmd.study.split import read_split
from napari_hipbmd.tasks.training_data import load_hips

DIGITAL, REAL = 30, 20


def unfamiliar(hips: Hips) -> Hips:
    """The same hips with another look."""
    rng = np.random.default_rng(0)
    films = []
    for levels in hips.film:
        grey = gaussian_filter(1 - levels / LEVELS, 4)[::4, ::4]
        coarse = zoom(grey + rng.normal(0, 0.02, grey.shape), 4, order=0)
        films.append(to_levels(coarse))
    return replace(hips, film=np.stack(films))


def digital_hips(study: Study) -> tuple[Hips, Hips]:
    """Labelled ones, and others."""
    hips = load_hips(study)
    return hips.take(np.arange(DIGITAL)), hips.take(np.arange(DIGITAL, len(hips)))


def real_hips(study: Study) -> tuple[Hips, Hips]:
    """Labelled ones of some patients, and hips of other patients."""
    split, radius = read_split(study.folder), heads_px()
    cases = []
    for part in ("validation", "test"):
        for case in study.cases:
            labels = study.labels("observer-1", case.case_id)
            if labels is None or not np.isfinite(labels.xy).all():
                continue
            if split.get(case.group or case.case_id) == part:
                cases.append(case)
    hips = load_hips(replace(study, cases=tuple(cases)), "observer-1")
    mm_per_px = []
    for case in cases:
        assert case.box is not None
        mm = ADULT_HEAD_MM / 2 / radius[case.case_id, "observer-1"]
        canvas = make_canvas(read_film(case.image).grey(), case.box, False)
        mm_per_px.append(canvas.pixel_mm((mm, mm)))
    hips = replace(hips, mm_per_px=np.array(mm_per_px))
    labelled = set(hips.group[:REAL])  # both hips of a patient
    first = np.array([group in labelled for group in hips.group])
    return hips.take(np.flatnonzero(first)[:REAL]), hips.take(np.flatnonzero(~first))


def told(name: str, labelled: Hips, others: Hips, out: Path) -> str:
    """Retrain, and tell the errors before and after in a row of a table."""
    labelled, others = unfamiliar(labelled), unfamiliar(others)
    started = process_time()
    found = retrain(labelled, weights_dir(), Fit(out, EPOCHS, BATCH, device="cpu"))
    seconds = process_time() - started
    print(found.sentence(), flush=True)
    errors = []
    for folder in (weights_dir(), out):
        network = LandmarkFinder.load(folder).network
        figures = measure_errors(network, others).figures()
        errors += [
            f"{figures['mean_radial_error_mm']:.2f} mm",
            f"{100 * figures['within_2_mm']:.0f} %",
        ]
    return (
        f"| {name} | {len(labelled)} | {len(others)} | {' | '.join(errors)} |"
        f" {seconds:.0f} s |"
    )


def main() -> None:
    """Retrain on digital and on real hips, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--digital", type=Path, metavar="STUDY")
    parser.add_argument("--real", type=Path, metavar="STUDY")
    parser.add_argument("--out", type=Path, default=Path(mkdtemp()))
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    lines = [
        "| hips | labelled | others | before | ≤ 2 mm | after | ≤ 2 mm | one core |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, folder, parts in (
        ("digital", given.digital, digital_hips),
        ("real", given.real, real_hips),
    ):
        if folder is not None:
            hips = parts(Study.open(folder))
            lines.append(told(name, *hips, given.out / name))
    print("\n".join(lines))
    if given.page:
        write_into(given.page, {"retraining": "\n".join(lines)})


if __name__ == "__main__":
    main()
