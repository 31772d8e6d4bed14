"""Boosted regression trees as plain numbers, stored as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.arrays import Values

if TYPE_CHECKING:
    from sklearn.ensemble import GradientBoostingRegressor


@dataclass(frozen=True, eq=False)
class BoostedTrees:
    """A sum of small trees; every tree a full one, kept as arrays.

    Attributes
    ----------
    names
        What the inputs are called, in order.
    fill
        ``(len(names),)`` what stands for an input that is not known.
    start
        What the trees are added to.
    feature, threshold, left, right, value
        ``(trees, nodes)``; a leaf has feature −1.
    """

    names: tuple[str, ...]
    fill: Values
    start: float
    feature: NDArray[np.int64]
    threshold: Values
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Values

    def predict(self, x: Values) -> Values:
        """``(n, len(names))`` inputs, NaN where unknown → ``(n,)``."""
        x = np.where(np.isfinite(x), x, self.fill)
        case = np.arange(len(x))[:, None]
        tree = np.arange(len(self.feature))[None, :]
        node = np.zeros((len(x), len(self.feature)), np.int64)
        for _ in range(self.feature.shape[1]):
            asked = self.feature[tree, node]
            inner = asked >= 0
            if not inner.any():
                break
            low = x[case, np.maximum(asked, 0)] <= self.threshold[tree, node]
            below = np.where(low, self.left[tree, node], self.right[tree, node])
            node = np.where(inner, below, node)
        found: Values = self.start + self.value[tree, node].sum(1)
        return found

    def to_json(self) -> dict[str, Any]:
        """Plain lists."""
        return {
            "names": list(self.names),
            "fill": [round(float(v), 5) for v in self.fill],
            "start": self.start,
            "feature": self.feature.tolist(),
            "threshold": np.round(self.threshold, 5).tolist(),
            "left": self.left.tolist(),
            "right": self.right.tolist(),
            "value": np.round(self.value, 6).tolist(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> BoostedTrees:
        """What :meth:`to_json` wrote.

        Raises
        ------
        ValueError
            If the numbers are no trees.
        """
        names = tuple(str(name) for name in data["names"])
        whole = [np.array(data[key], np.int64) for key in ("feature", "left", "right")]
        real = [np.array(data[key], np.float64) for key in ("threshold", "value")]
        shape = whole[0].shape
        if len(shape) != 2 or any(a.shape != shape for a in (*whole, *real)):
            raise ValueError("the trees' arrays differ in shape")
        if whole[0].max() >= len(names) or max(a.max() for a in whole[1:]) >= shape[1]:
            raise ValueError("a tree asks for an input or a node that is not there")
        fill = np.array(data["fill"], np.float64)
        if fill.shape != (len(names),):
            raise ValueError("an input lacks its usual value")
        return cls(
            names, fill, float(data["start"]),
            whole[0], real[0], whole[1], whole[2], real[1],
        )  # fmt: skip


def fit_trees(
    x: Values, y: Values, names: tuple[str, ...], trees: int = 250, seed: int = 0
) -> BoostedTrees:
    """Fit by scikit-learn: shallow trees, small steps, Huber's loss."""
    fill = np.array(
        [np.median(column[np.isfinite(column)]) if np.isfinite(column).any() else 0.0
         for column in x.T]
    )  # fmt: skip
    model = _booster(trees, seed).fit(np.where(np.isfinite(x), x, fill), y)
    start = float(model.init_.predict(x[:1] * 0)[0])
    found = [one[0].tree_ for one in model.estimators_]
    nodes = max(tree.node_count for tree in found)

    def table(name: str, blank: float, scale: float = 1.0) -> Values:
        out = np.full((len(found), nodes), float(blank))
        for row, tree in zip(out, found, strict=True):
            row[: tree.node_count] = np.ravel(getattr(tree, name)) * scale
        return out

    left = table("children_left", -1).astype(np.int64)
    feature = np.where(left < 0, -1, table("feature", -1)).astype(np.int64)
    right = table("children_right", -1).astype(np.int64)
    value = table("value", 0, model.learning_rate)
    return BoostedTrees(
        names, fill, start, feature, table("threshold", 0),
        np.maximum(left, 0), np.maximum(right, 0), np.where(feature < 0, value, 0),
    )  # fmt: skip


def _booster(trees: int, seed: int) -> GradientBoostingRegressor:
    from sklearn.ensemble import GradientBoostingRegressor

    return GradientBoostingRegressor(
        loss="huber", n_estimators=trees, learning_rate=0.05, max_depth=3,
        subsample=0.6, max_features=0.3, random_state=seed,
    )  # fmt: skip
