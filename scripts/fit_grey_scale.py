"""Fit the calibration of the grey scale to digital hips, whose gain is known.

    python scripts/fit_grey_scale.py STUDY [--models DIR] [--cases N] [--exact]
        [--out src/napari_hipbmd/weights]

Every film is read with the networks' own STO and landmarks (or the exact ones, with
``--exact``), as it will be when it is measured. Never give a study of the family
``shifted``: that one is for testing.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from napari_hipbmd.core.files import write_text_atomic
from napari_hipbmd.core.measurement import HipImages
from napari_hipbmd.core.radiograph import FilmRefused
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.grey_scale import Reading, fit_calibration, read_signs, true_gain
from napari_hipbmd.pipeline import prepare
from napari_hipbmd.pipeline.models import load_networks
from napari_hipbmd.study import Case, Study

JITTER_MM = 1.5  # of exact landmarks


def reading_of(
    study: Study, models: Path | None, exact: bool, case: Case
) -> tuple[Reading, float] | None:
    """The signs of one film and its true gain; None where there is no such film."""
    truth = study.truth(case.case_id)
    if truth is None or truth.sto is None:
        return None
    try:
        film = read_film(case.image)
        grey = film.grey()
        gain = true_gain(grey - truth.sto, truth.regions, truth.bmd_g_cm2["total"])
        if exact:
            rng = np.random.default_rng(len(case.case_id) + int(1e6 * gain))
            spacing = film.spacing_mm or (1.0, 1.0)
            moved = rng.normal(0, JITTER_MM / 2**0.5, truth.landmarks_xy.shape)
            marks = truth.landmarks_xy + moved / np.array(spacing[::-1])
            images = HipImages((0, 0), grey, truth.sto)
        else:
            found = prepare(film, load_networks(models), side=case.side, box=case.box)
            assert found.images is not None and found.landmarks is not None
            images, marks = found.images, found.landmarks.xy
        patient = case.patient.or_else(film.patient)
        found = read_signs(images, marks, film.spacing_mm, patient, film.kvp)
    except FilmRefused:
        return None
    return (found, gain) if gain > 0 else None


def main() -> None:
    """Read every film, fit, and write ``grey_scale.json``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--cases", type=int)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--out", type=Path, default=weights_dir())
    args = parser.parse_args()
    study = Study.open(args.study)
    if any(case.extra.get("family") == "shifted" for case in study.cases):
        parser.error("films of the family 'shifted' are for testing")
    cases = study.cases[: args.cases]
    kept, readings, gains = [], [], []
    with ProcessPoolExecutor(1 if args.exact else 2) as pool:
        work = partial(reading_of, study, args.models, args.exact)
        results: Iterator[tuple[Reading, float] | None] = pool.map(
            work, cases, chunksize=4
        )
        for done, (case, found) in enumerate(zip(cases, results, strict=True), 1):
            print(f"\rfilms {done}/{len(cases)}", end="", flush=True)
            if found is not None:
                kept.append(case)
                readings.append(found[0])
                gains.append(found[1])
    print()
    command = f"python scripts/{Path(sys.argv[0]).name} {shlex.join(sys.argv[1:])}"
    images = "exact STO, landmarks moved" if args.exact else "predicted STO, landmarks"
    card = {"calibrated_on": "digital hips", "command": command, "images": images}
    fitted = fit_calibration(
        readings, np.array(gains), [c.group or c.case_id for c in kept], card
    )
    write_text_atomic(args.out / "grey_scale.json", fitted.to_json())
    print(fitted.card["figures"])
    for name, ruler in fitted.rulers.items():
        print(f"{name}: error {100 * ruler.error:.1f} %")
    print(f"spread {100 * fitted.spread:.1f} %, together × {fitted.together:.2f}")


if __name__ == "__main__":
    main()
