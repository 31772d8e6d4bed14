"""Whether sixteen landmarks make a hip, by the shapes of others.

Where a shape is too far from those of the model, the fewest landmarks that explain it
are named.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ..core.anatomy import INDEX, LANDMARK_IDS, TWICE_FOUND, Points, is_mirrored
from ..core.radiograph import Side
from .shape import (
    ShapeModel,
    aligned,
    bundled_shapes,
    centroid_size,
    distances,
    loose_covariance,
)

LEAST_POINTS = 6
MOST_NAMED = 4
NEARLY, LARGE_GAIN = 1.5, 0.5
"""What is nearly plausible after an exchange, and much more so, is explained by it."""
OTHER_SIDE = (
    "The landmarks look like those of the other side: check whether the hip is a left"
    " or a right one."
)
_TWINS = [{INDEX[a], INDEX[b]} for a, b in TWICE_FOUND]


def shape_doubts(
    landmarks_xy: Points,
    side: Side,
    spacing_mm: tuple[float, float] | None = None,
    model: ShapeModel | None = None,
) -> list[str]:
    """Reasons to doubt that landmarks lie on a hip, naming the points.

    Parameters
    ----------
    landmarks_xy
        ``(16, 2)`` film pixels; NaN where a landmark has no position.
    side
        Of the hip.
    spacing_mm
        ``(row, column)``. Without it pixels are taken to be square, and nothing is
        said about size.
    model
        The shapes to compare with; those of digital hips by default.

    Returns
    -------
    list of str
        Sentences; empty when nothing is wrong, or fewer than six landmarks have a
        position.
    """
    model = model or bundled_shapes()
    step = np.array((1.0, 1.0) if spacing_mm is None else spacing_mm[::-1])
    shape = np.asarray(landmarks_xy, float) * step
    if is_mirrored(side):
        shape = shape * [-1, 1]
    there = [i for i in range(len(shape)) if np.isfinite(shape[i]).all()]
    if len(there) < LEAST_POINTS:
        return []
    if centroid_size(shape[there]) < 1e-6:
        return ["All landmarks lie in one place."]
    unit = "pixels" if spacing_mm is None else "mm"
    out = _Judge(model, shape, there, unit).doubts()
    if spacing_mm is not None and len(there) == len(shape):
        out += _size_doubts(model, centroid_size(shape))
    return out


class _Judge:
    """One shape while it is looked at, in canonical orientation."""

    def __init__(
        self, model: ShapeModel, shape: Points, there: list[int], unit: str
    ) -> None:
        self._model = model
        self._shape = shape
        self._there = there
        self._unit = unit

    def doubts(self) -> list[str]:
        excess = self._excess(self._shape, self._there)
        if excess <= 1:
            return []
        mirrored = self._excess(self._shape * [-1, 1], self._there)
        pair, exchanged = self._best_swap()
        explained = min(mirrored, exchanged)
        if explained > min(NEARLY, excess * LARGE_GAIN):
            return self._outliers()
        if mirrored < exchanged:
            return [OTHER_SIDE]
        a, b = (LANDMARK_IDS[i] for i in pair)
        return [f"{a} and {b} look swapped."]

    def _excess(self, shape: Points, there: list[int]) -> float:
        """Distance over what is plausible: above 1 is not."""
        whole, point = distances(self._model, shape, there)
        limits = self._model.limits
        return max(whole / limits[0], point / limits[1])

    def _best_swap(self) -> tuple[tuple[int, int], float]:
        """The two points whose exchange helps most, and the excess after it."""
        best: tuple[tuple[int, int], float] = ((0, 0), np.inf)
        for pair in combinations(self._there, 2):
            if set(pair) in _TWINS:
                continue
            shape = self._shape.copy()
            shape[list(pair)] = shape[list(pair[::-1])]
            excess = self._excess(shape, self._there)
            if excess < best[1]:
                best = (pair, excess)
        return best

    def _outliers(self) -> list[str]:
        """The fewest points without which the others are plausible."""
        left = list(self._there)
        out: list[int] = []
        while len(out) < MOST_NAMED and len(left) > LEAST_POINTS:
            tried = {
                i: self._excess(self._shape, [j for j in left if j != i]) for i in left
            }
            worst = min(tried, key=lambda i: tried[i])
            left.remove(worst)
            out.append(worst)
            if tried[worst] <= 1:
                return [self._sentence(i, left) for i in sorted(out)]
        return [
            (
                "The landmarks together do not have the shape of a hip: check them all,"
                " and the side."
            )
        ]

    def _sentence(self, i: int, left: list[int]) -> str:
        off = np.linalg.norm(self._expected(i, left) - self._shape[i])
        return (
            f"{LANDMARK_IDS[i]} lies {off:.0f} {self._unit} from where the other"
            " landmarks put it."
        )

    def _expected(self, i: int, left: list[int]) -> Points:
        """Where the other points say that a point belongs, in the shape's own frame."""
        model = self._model
        on_mean, factor = aligned(self._shape[left], model.mean[left])
        off = on_mean - model.mean[left]
        covariance = loose_covariance(model, (*left, i))
        n = 2 * len(left)
        known = cho_factor(covariance[:n, :n])
        shift = covariance[n:, :n] @ cho_solve(known, off.ravel())
        place = (model.mean[i] + shift - model.mean[left].mean(0)) @ [1, 1j]
        back = place / factor + self._shape[left].mean(0) @ [1, 1j]
        return np.array([back.real, back.imag])


def _size_doubts(model: ShapeModel, size_mm: float) -> list[str]:
    low, high = model.sizes_mm
    if 0.75 * low <= size_mm <= 1.33 * high:
        return []
    word = "small" if size_mm < low else "large"
    text = (
        f"The hip is implausibly {word}: its landmarks spread {size_mm:.0f} mm about"
        f" their middle, others {low:.0f} to {high:.0f} mm: check the pixel spacing."
    )
    return [text]
