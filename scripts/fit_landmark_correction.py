"""Fit the landmark networks' correction anew, and how sure they are after it.

    python scripts/fit_landmark_correction.py --study STUDY --models DIR --out OUT

The networks in DIR stay as they are. The correction is fitted to the first ``--first``
hips of STUDY, and the expected errors and the card's figures to the others, which
should have trained nothing. ``hipbmd train landmarks`` does the same with its own
validation hips; this is for networks that are there already.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from napari_hipbmd.landmarks.correction import Correction
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.landmarks.training import (
    NAME,
    correction_from,
    expected_errors,
    measure_errors,
)
from napari_hipbmd.learning.training import write_model
from napari_hipbmd.study import Study
from napari_hipbmd.tasks.train import load_hips


def main() -> None:
    """Fit, and write the model with its new correction."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--first", type=int, default=1200)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    study = Study.open(args.study)
    seen = {case.group or case.case_id for case in study.cases[: args.first]}
    others = [c for c in study.cases if (c.group or c.case_id) not in seen]
    fitted = load_hips(replace(study, cases=study.cases[: args.first]))
    held = load_hips(replace(study, cases=others))
    finder = LandmarkFinder.load(args.models)
    network = finder.network
    network.correction = Correction()
    before = measure_errors(network, held).figures()
    network.correction = correction_from(network, fitted)
    after = measure_errors(network, held)
    card: dict[str, Any] = {
        **finder.card,
        "uncertainty": expected_errors(after),
        "correction": {
            "command": "python scripts/fit_landmark_correction.py --study STUDY"
            f" --models MODELS --first {args.first} --out OUT",
            "hips": {"train": len(fitted), "validation": len(held)},
            "figures": {"before": before, "after": after.figures()},
        },
    }
    write_model(args.out, NAME, network.state_dict(), card)
    print(before, after.figures())


if __name__ == "__main__":
    main()
