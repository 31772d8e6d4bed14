"""How far predicted landmarks lie from the true ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import LANDMARK_IDS, distances_mm
from ..runs.feature_cache import CaseFeatures
from ..study import Study

LEVELS_MM = (1, 2, 3, 4)


@dataclass(frozen=True, eq=False)
class LandmarkErrors:
    """Radial errors ``(n, 16)`` in mm; NaN where a landmark has no true position."""

    mm: NDArray[np.float64]

    @property
    def mean_mm(self) -> float:
        """Mean radial error over all landmarks and films."""
        return float(np.nanmean(self.mm))

    @property
    def median_mm(self) -> float:
        """Median radial error over all landmarks and films."""
        return float(np.nanmedian(self.mm))

    def within(self, level_mm: float) -> float:
        """Share of the landmarks with an error up to ``level_mm``, 0 … 1."""
        known = self.mm[np.isfinite(self.mm)]
        return float(np.mean(known <= level_mm))

    def per_landmark_mm(self) -> dict[str, float]:
        """Landmark id → mean radial error in mm; NaN when never known."""
        known = np.isfinite(self.mm)
        sums = np.where(known, self.mm, 0).sum(axis=0)
        with np.errstate(invalid="ignore"):
            means = sums / known.sum(axis=0)
        return {name: float(v) for name, v in zip(LANDMARK_IDS, means, strict=True)}


def landmark_errors(
    study: Study, found: Iterable[CaseFeatures]
) -> LandmarkErrors | None:
    """Compare with the truth of a study; None when it has none.

    A landmark whose state is ``absent`` has no true position and does not count.
    """
    errors = []
    for one in found:
        truth = study.truth(one.case_id, with_sto=False)
        if truth is None or not np.isfinite(one.spacing_mm).all():
            continue
        mm = distances_mm(one.landmarks_xy, truth.landmarks_xy, one.spacing_mm)
        mm[[state == "absent" for state in truth.states]] = np.nan
        errors.append(mm)
    if not errors or not np.isfinite(errors).any():
        return None
    return LandmarkErrors(np.array(errors))
