"""One look for all figures of a validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from ..bmd import SITE_NAMES
from ..runs.feature_cache import Row
from .row_result import ROW_NAMES, RowResult

COLOURS: Mapping[Row, str] = {
    "biology": "#8a8f98",
    "raw": "#d55e00",
    "ring": "#f0a830",
    "enhanced": "#0072b2",
    "calibrated": "#4b2a7a",
    "exact": "#1e6b52",
    "exact_gain": "#9fd8a8",
}
INK, QUIET, GRID = "#20242a", "#6b7280", "#e6e8eb"


def panels(
    results: Sequence[RowResult], columns: int | None = None
) -> tuple[Figure, list[Any]]:
    """A figure with a panel a row, all abreast or at most so many."""
    columns = min(columns or len(results), len(results))
    lines = -(-len(results) // columns)
    figure = Figure(
        figsize=(2.6 * columns + 0.5, 2.9 * lines + 0.5), layout="constrained"
    )
    grid = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(results) :]:
        axes.remove()
    every = list(grid.flat[: len(results)])
    for axes in every:
        plain(axes)
        axes.tick_params(labelbottom=True)
    return figure, every


def labels(
    figure: Figure,
    every: Sequence[Any],
    x: str,
    y: str,
    results: Sequence[RowResult],
    how: str = "out of fold",
) -> None:
    """Names of the axes and of the site, and how the estimates were made."""
    figure.supxlabel(x, color=INK, fontsize=9)
    every[0].set_ylabel(y)
    figure.suptitle(
        f"{site(results)}, {how}",
        color=INK,
        fontsize=11,
    )


def site(results: Sequence[RowResult]) -> str:
    """The site of the results, in words."""
    return SITE_NAMES[results[0].site].capitalize()


def title(axes: Any, row: Row, facts: str) -> None:
    """The row's name above its figures."""
    axes.set_title(
        f"{ROW_NAMES[row].capitalize().replace('sto', 'STO')}\n{facts}",
        fontsize=8.5,
        color=INK,
        loc="left",
    )


def plain(axes: Any) -> None:
    """Axes without a frame, on a quiet grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GRID)
    axes.tick_params(colors=QUIET, labelsize=8, length=0)
    axes.grid(color=GRID, lw=0.6)
    axes.set_axisbelow(True)
    axes.yaxis.label.set(color=INK, size=9)
    axes.xaxis.label.set(color=INK, size=9)


def bar(x: float, low: float, high: float, colour: str) -> Any:
    """A pale box from low to high about ``x``."""
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.3, low), 0.6, high - low, color=colour, alpha=0.15, lw=0)
