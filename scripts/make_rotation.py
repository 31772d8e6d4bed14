"""The weights by which landmarks tell how far a leg is turned (quality/rotation.json).

    python scripts/make_rotation.py [--hips 800] [--seed 31]

Digital hips of the family ``train`` are laid out, without making films of them. A ridge
regression goes from the aligned landmarks to the neck's turn out of the film's plane,
with as much noise on the landmarks as the networks have. Prints what it reaches out of
fold.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from napari_hipbmd import quality
from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.files import write_text_atomic
from napari_hipbmd.phantom.layout import lay_out
from napari_hipbmd.quality.rotation import align, prominence

NOISE_HEAD_RADII = 0.07  # 1.5 mm
COPIES = 4
PIXELS = 450
AP_DEG = 22.0  # more abduction than that is another view


def poses(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Canonical landmarks ``(n, 16, 2)``, and the necks' turns in degrees."""
    marks, angles = [], []
    for i in range(count):
        [hip] = lay_out(seed * 1_000_000 + i, "train", PIXELS).hips
        if hip.femur.abduction_deg <= AP_DEG:
            marks.append(hip.landmarks_xy)
            angles.append(hip.femur.neck_turn_deg)
    return np.array(marks), np.array(angles)


def auc(score: np.ndarray, angles: np.ndarray) -> float:
    """How well a score tells necks 30° out of the plane from those within 15°."""
    known = (angles > 30) | (np.abs(angles) < 15)
    return float(roc_auc_score(angles[known] > 30, score[known]))


def main() -> None:
    """Fit, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hips", type=int, default=800)
    parser.add_argument("--seed", type=int, default=31)
    args = parser.parse_args()
    marks, angles = poses(args.hips, args.seed)
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
        "made_by": f"python scripts/make_rotation.py --hips {args.hips}"
        f" --seed {args.seed} (digital hips, family train)",
        "figures": figures,
        "mean": by_name(mean, 5),
        "weights": by_name(weights, 3),
        "offset_deg": round(float(model.intercept_), 3),
    }
    home = Path(quality.__file__).parent / "rotation.json"
    write_text_atomic(home, json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
