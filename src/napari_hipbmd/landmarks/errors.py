"""How far trained networks are from labelled hips, and what is learned from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from ..core.anatomy import LANDMARK_IDS
from ..core.canvas import CANVAS_PX
from ..learning.hips import Hips, as_grey, from_levels
from .correction import Correction, fit_correction
from .labelled import Labelled
from .networks import Decentralised
from .predict import find_on_batch


@dataclass(frozen=True, eq=False)
class Errors:
    """What the whole chain does on hips: first order on the box, then its own crops.

    ``rulers`` radial errors in shares of the ruler, so that they compare for hips of
    all sizes; ``spread`` of the heatmaps in the same unit; ``mm`` the same errors in
    the plane of the bone. All ``(n, 16)``; NaN where the place is not known.
    """

    rulers: NDArray[np.float64]
    spread: NDArray[np.float64]
    mm: NDArray[np.float64]

    def with_others(self, others: Sequence[Errors]) -> Errors:
        """These errors and others, one after the other."""
        parts = [self, *others]
        return Errors(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("rulers", "spread", "mm")
            )
        )

    def figures(self) -> dict[str, float]:
        """Mean radial error and success rate."""
        known = self.mm[np.isfinite(self.mm)]
        return {
            "mean_radial_error_mm": round(float(known.mean()), 3),
            "within_2_mm": round(float((known <= 2).mean()), 3),
        }


def measure_errors(network: Decentralised, hips: Hips) -> Errors:
    """Errors of a network in inference mode on hips with landmarks."""
    rulers, spreads, radial_mm = [], [], []
    for start in range(0, len(hips), 16):
        part = hips.take(np.arange(start, min(start + 16, len(hips))))
        film, xy, _known = next(iter(DataLoader(Labelled(part), len(part))))
        found = find_on_batch(network, as_grey(film))
        distance = torch.linalg.norm(found.points - xy, dim=-1)
        rulers.append((distance / found.ruler[:, None]).numpy())
        spreads.append(found.spread.numpy())
        radial_mm.append(distance.numpy() * CANVAS_PX / 2 * part.mm_per_px[:, None])
    return Errors(
        *(np.concatenate(a).astype(float) for a in (rulers, spreads, radial_mm))
    )


def correction_from(network: Decentralised, parts: Sequence[Hips]) -> Correction:
    """The correction that fits a network in inference mode on hips with landmarks."""
    found, placed = [], []
    for hips in parts:
        assert hips.landmarks_xy is not None
        placed.append(hips.landmarks_xy)
        for start in range(0, len(hips), 16):
            film = torch.from_numpy(from_levels(hips.film[start : start + 16]))
            seen = find_on_batch(network, film[:, None], correct=False)
            found.append(seen.points.double().numpy())
    truth = (np.concatenate(placed) + 0.5) * 2 / CANVAS_PX - 1
    return fit_correction(np.concatenate(found), truth)


def expected_errors(errors: Errors) -> dict[str, list[float]]:
    """Expected radial error = a + b · heatmap spread, per landmark, in rulers."""
    lines = {}
    for i, name in enumerate(LANDMARK_IDS):
        e, w = errors.rulers[:, i], errors.spread[:, i]
        e = np.clip(e, None, np.quantile(e, 0.98))
        slope = max(0.0, float(np.mean((e - e.mean()) * (w - w.mean()))))
        slope /= max(float(np.var(w)), 1e-9)
        lines[name] = [float(e.mean() - slope * w.mean()), slope]
    return lines
