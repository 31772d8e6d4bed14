"""A study in memory, as the trainings take it: canvases, truth, patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..core.anatomy import Points
from ..core.radiograph import FloatImage
from .splitting import ByPatient

LEVELS = 65535.0


@dataclass(frozen=True, eq=False)
class Hips(ByPatient):
    """Canonical canvases of many hips.

    Attributes
    ----------
    film, sto
        ``(n, 448, 448)`` uint16, grey range 0 … 1 as 0 … 65535; ``sto`` may be None.
    landmarks_xy
        ``(n, 16, 2)`` in canvas pixels, or None.
    mm_per_px
        ``(n,)`` canvas pixel in mm in the plane of the bone (NaN when unknown).
    group
        The patient of each.
    """

    film: NDArray[np.uint16]
    mm_per_px: NDArray[np.float64]
    group: tuple[str, ...]
    sto: NDArray[np.uint16] | None = None
    landmarks_xy: Points | None = None

    def __len__(self) -> int:
        return len(self.film)

    def take(self, index: NDArray[np.intp]) -> Hips:
        """The hips at ``index``."""
        return Hips(
            self.film[index],
            self.mm_per_px[index],
            tuple(self.group[i] for i in index),
            None if self.sto is None else self.sto[index],
            None if self.landmarks_xy is None else self.landmarks_xy[index],
        )

    @classmethod
    def joined(cls, parts: Sequence[Hips]) -> Hips:
        """Hips one after the other, with landmarks if all have them; without STO."""
        marks = [p.landmarks_xy for p in parts if p.landmarks_xy is not None]
        return cls(
            np.concatenate([part.film for part in parts]),
            np.concatenate([part.mm_per_px for part in parts]),
            tuple(group for part in parts for group in part.group),
            landmarks_xy=np.concatenate(marks) if len(marks) == len(parts) else None,
        )


def from_levels(levels: NDArray[np.uint16]) -> FloatImage:
    """Uint16 → grey 0 … 1, in one pass."""
    return np.divide(levels, np.float32(LEVELS), dtype=np.float32)


def as_grey(levels: Tensor) -> Tensor:
    """A batch of levels as grey 0 … 1, where it is learned from: it travels smaller."""
    return levels.float().div_(LEVELS)


def to_levels(grey: NDArray[np.floating]) -> NDArray[np.uint16]:
    """Grey 0 … 1 → uint16."""
    return np.round(np.clip(grey, 0, 1) * LEVELS).astype(np.uint16)
