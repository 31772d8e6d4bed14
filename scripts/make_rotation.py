"""The weights by which landmarks tell how far a leg is turned (quality/rotation.json).

    python scripts/make_rotation.py STUDY

STUDY is a cohort of digital hips (``hipbmd phantom --family train --seed S``); their
poses are drawn again from the seed, without rendering. A ridge regression goes from
the aligned landmarks to the angle between femoral neck and film, with as much noise on
the landmarks as the networks have. Prints what it reaches out of fold.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from napari_hipbmd import quality
from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.files import write_text_atomic
from napari_hipbmd.phantom import FAMILIES
from napari_hipbmd.phantom.cohort import draw_person
from napari_hipbmd.phantom.family import Plan, draw_plan
from napari_hipbmd.quality.rotation import align, prominence
from napari_hipbmd.study import Case, Study
from napari_hipbmd.tasks.digital_hips import PAIR_EVERY

NOISE_HEAD_RADII = 0.07  # 1.5 mm
COPIES = 4
AP_DEG = 22.0  # more abduction than that is another view
TRIES = 6


def plan_of(case: Case) -> Plan | None:
    """The plan behind a case, where its table tells which draw was rendered."""
    family, seed, index = case.case_id.rsplit("-", 2)
    number, kind = int(index), FAMILIES.index(family)
    pair = number % PAIR_EVERY == PAIR_EVERY - 1
    patient = number - 1 if pair else number
    person = draw_person(np.random.default_rng([int(seed), kind, patient]))
    stream = np.random.default_rng([int(seed), kind, patient, number])
    film_seed = int(stream.integers(1 << 62))
    fits = []
    for attempt in range(TRIES):
        rng = np.random.default_rng([film_seed, attempt])
        side = "L" if rng.random() < 0.5 else "R"
        if number % PAIR_EVERY >= PAIR_EVERY - 2:  # its side is given, not drawn
            rng = np.random.default_rng([film_seed, attempt])
            side = "R" if pair else "L"
        plan = draw_plan(rng, person, family, side)
        told = (str(plan.film_type), f"{plan.setup.kvp:.0f}", plan.side)
        if told == (case.extra["film_type"], case.extra["kvp"], case.side):
            fits.append(plan)
    return fits[0] if len(fits) == 1 else None


def poses(study: Study) -> tuple[np.ndarray, np.ndarray]:
    """Canonical landmarks ``(n, 16, 2)``, and the neck's angle to the film, degrees."""
    marks, angles = [], []
    for case in study.cases:
        plan, truth = plan_of(case), study.truth(case.case_id, with_sto=False)
        if plan is None or truth is None or plan.pose.abduction > AP_DEG:
            continue
        xy = truth.landmarks_xy * (-1 if case.side == "R" else 1, 1)
        marks.append(xy)
        angles.append(plan.pose.anteversion - plan.pose.internal_rotation)
    return np.array(marks), np.array(angles)


def auc(score: np.ndarray, angles: np.ndarray) -> float:
    """How well a score tells necks 30° out of the plane from those within 15°."""
    known = (angles > 30) | (np.abs(angles) < 15)
    return float(roc_auc_score(angles[known] > 30, score[known]))


def main() -> None:
    """Fit, print, write."""
    marks, angles = poses(Study.open(sys.argv[1]))
    mean = marks[0] - marks[0].mean(0)
    for _ in range(5):
        mean = np.mean([align(xy, mean) for xy in marks], axis=0)
        mean /= np.linalg.norm(mean)
    rng = np.random.default_rng(0)
    size = np.linalg.norm(marks - marks.mean(1, keepdims=True), axis=(1, 2))
    radius = size / 7.0  # the landmarks spread over some seven head radii
    noisy = [
        align(xy + NOISE_HEAD_RADII * r * rng.standard_normal(xy.shape), mean).ravel()
        for _ in range(COPIES)
        for xy, r in zip(marks, radius, strict=True)
    ]
    inputs, targets = np.array(noisy), np.tile(angles, COPIES)
    groups = np.tile(np.arange(len(angles)), COPIES)
    model = RidgeCV(np.logspace(-6, 1, 15))
    folds = [
        (np.flatnonzero(groups % 10 != k), np.flatnonzero(groups % 10 == k))
        for k in range(10)
    ]
    out = cross_val_predict(model, inputs, targets, cv=folds)
    model.fit(inputs, targets)
    figures = {
        "hips": len(angles),
        "r": round(float(np.corrcoef(out, targets)[0, 1]), 3),
        "mae_deg": round(float(np.abs(out - targets).mean()), 1),
        "auc_30_from_15_deg": round(auc(out[: len(angles)], angles), 3),
        "auc_of_prominence_alone": round(
            auc(np.array([prominence(xy) for xy in marks]), angles), 3
        ),
    }
    print(figures)
    weights = model.coef_.reshape(len(LANDMARK_IDS), 2)

    def by_name(table: np.ndarray, digits: int) -> dict[str, list[float]]:
        rounded = table.round(digits).tolist()
        return dict(zip(LANDMARK_IDS, rounded, strict=True))

    data = {
        "made_by": "python scripts/make_rotation.py (digital hips, family train)",
        "figures": figures,
        "mean": by_name(mean, 5),
        "weights": by_name(weights, 3),
        "offset_deg": round(float(model.intercept_), 3),
    }
    home = Path(quality.__file__).parent / "rotation.json"
    write_text_atomic(home, json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
