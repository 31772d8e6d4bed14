"""The paper's Figs 7 and 8, a Bland–Altman plot, and the landmark errors."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..anatomy import LANDMARK_IDS, Site
from ..bmd import SITE_NAMES
from ..files import write_bytes_atomic
from .landmark_errors import LandmarkErrors
from .rows import ROW_NAMES, Row, RowResult
from .tables import Validation

COLOURS: Mapping[Row, str] = {
    "biology": "#8a8f98",
    "raw": "#c0653f",
    "ring": "#b8902c",
    "enhanced": "#12708c",
    "exact": "#3f7d4e",
}
_INK, _QUIET, _GRID = "#20242a", "#6b7280", "#e6e8eb"


def write_figures(validation: Validation, out: Path, site: Site = "neck") -> list[Path]:
    """Draw every figure that the results allow, as PNG files in ``out``."""
    results = [found for found in validation.results if found.site == site]
    figures = {}
    if results:
        figures = {
            "fig7_scatter.png": scatter(results),
            "fig8_folds.png": fold_spread(results),
            "bland_altman.png": bland_altman(results),
        }
    if validation.landmarks is not None:
        figures["landmarks.png"] = landmark_figure(validation.landmarks)
    paths = []
    for name, figure in figures.items():
        png = io.BytesIO()
        figure.savefig(png, format="png", dpi=150, facecolor="white")
        write_bytes_atomic(out / name, png.getvalue())
        paths.append(out / name)
    return paths


def scatter(results: Sequence[RowResult]) -> Figure:
    """Estimate against DXA, out of fold, a panel a row (Fig. 7 of the paper)."""
    figure, panels = _panels(results)
    values = np.concatenate([[found.estimate, found.reading] for found in results], 1)
    low, high = values.min() - 0.03, values.max() + 0.03
    for axes, found in zip(panels, results, strict=True):
        a = found.agreement
        axes.plot([low, high], [low, high], color=_QUIET, lw=0.8, ls=(0, (4, 3)))
        axes.scatter(
            found.reading, found.estimate, s=14, alpha=0.6, lw=0, c=COLOURS[found.row]
        )
        axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        _title(axes, found.row, f"r {a.r:.3f}   MAE {a.mae_g_cm2:.3f}   n {a.n}")
    _labels(figure, panels, "DXA aBMD, g/cm²", "Estimated aBMD, g/cm²", results)
    return figure


def bland_altman(results: Sequence[RowResult]) -> Figure:
    """Difference against mean, with limits of agreement and their 95 % intervals."""
    figure, panels = _panels(results)
    widest = max(float(np.abs(f.estimate - f.reading).max()) for f in results) * 1.1
    for axes, found in zip(panels, results, strict=True):
        a, colour = found.agreement, COLOURS[found.row]
        mean = (found.estimate + found.reading) / 2
        axes.axhline(0, color=_QUIET, lw=0.6)
        for limit in a.limits_g_cm2:
            error = a.limits_error_g_cm2
            axes.axhspan(limit - error, limit + error, color=colour, alpha=0.12, lw=0)
            axes.axhline(limit, color=colour, lw=1, ls=(0, (4, 3)))
        axes.axhline(a.bias_g_cm2, color=colour, lw=1.2)
        axes.scatter(
            mean, found.estimate - found.reading, s=14, alpha=0.6, lw=0, c=colour
        )
        axes.set(ylim=(-widest, widest), box_aspect=1)
        low, high = a.limits_g_cm2
        _title(axes, found.row, f"bias {a.bias_g_cm2:+.3f}   {low:+.3f} to {high:+.3f}")
    _labels(
        figure,
        panels,
        "Mean of estimate and DXA, g/cm²",
        "Estimate − DXA, g/cm²",
        results,
    )
    return figure


def fold_spread(results: Sequence[RowResult]) -> Figure:
    """Correlation and MAE fold by fold, mean ± 1.96 SD (Fig. 8 of the paper)."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, name, label in (
        (left, "r", "r"),
        (right, "mae_g_cm2", "MAE, g/cm²"),
    ):
        _plain(axes)
        for x, found in enumerate(results):
            colour = COLOURS[found.row]
            values = np.array([getattr(fold, name) for fold in found.by_fold()])
            values = values[np.isfinite(values)]
            if values.size < 2:
                continue
            mean, spread = values.mean(), 1.96 * values.std(ddof=1)
            axes.add_patch(_bar(x, mean - spread, mean + spread, colour))
            axes.plot([x - 0.3, x + 0.3], [mean, mean], color=colour, lw=2)
            # A little sideways, so that folds of equal value stay apart.
            aside = x + np.linspace(-0.18, 0.18, values.size)
            axes.scatter(aside, values, s=16, c=colour, lw=0)
        axes.set(xlim=(-0.6, len(results) - 0.4), ylabel=label)
        axes.set_xticks(
            range(len(results)), [ROW_NAMES[f.row].replace(" ", "\n") for f in results]
        )
        axes.autoscale_view(scalex=False)
    figure.suptitle(
        f"{_site(results)}, fold by fold (bar: mean ± 1.96 SD)",
        color=_INK,
        fontsize=11,
    )
    return figure


def landmark_figure(errors: LandmarkErrors) -> Figure:
    """Radial error of each landmark, and how many lie within a distance."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    columns = [column[np.isfinite(column)] for column in errors.mm.T]
    _plain(left)
    left.boxplot(
        columns,
        tick_labels=list(LANDMARK_IDS),
        showfliers=False,
        patch_artist=True,
        boxprops={"facecolor": "#d7e7ec", "edgecolor": COLOURS["enhanced"]},
        medianprops={"color": COLOURS["enhanced"], "lw": 1.6},
        whiskerprops={"color": _QUIET},
        capprops={"color": _QUIET},
    )
    left.set(ylabel="Radial error, mm", ylim=(0, None))
    _plain(right)
    known = np.sort(errors.mm[np.isfinite(errors.mm)])
    share = np.arange(1, known.size + 1) / known.size
    right.plot(known, 100 * share, color=COLOURS["enhanced"], lw=1.8)
    right.set(
        xlim=(0, max(6.0, float(np.quantile(known, 0.97)))),
        ylim=(0, 100),
        xlabel="Radial error, mm",
        ylabel="Landmarks within, %",
    )
    figure.suptitle(
        f"{len(errors.mm)} films: mean {errors.mean_mm:.2f} mm,"
        f" median {errors.median_mm:.2f} mm",
        color=_INK,
        fontsize=11,
    )
    return figure


def _panels(results: Sequence[RowResult]) -> tuple[Figure, list[Any]]:
    figure = Figure(figsize=(2.6 * len(results) + 0.5, 3.4), layout="constrained")
    grid = figure.subplots(1, len(results), sharex=True, sharey=True, squeeze=False)
    panels = list(grid[0])
    for axes in panels:
        _plain(axes)
    return figure, panels


def _labels(
    figure: Figure,
    panels: Sequence[Any],
    x: str,
    y: str,
    results: Sequence[RowResult],
) -> None:
    figure.supxlabel(x, color=_INK, fontsize=9)
    panels[0].set_ylabel(y)
    figure.suptitle(
        f"{_site(results)}, out of fold",
        color=_INK,
        fontsize=11,
    )


def _site(results: Sequence[RowResult]) -> str:
    return SITE_NAMES[results[0].site].capitalize()


def _title(axes: Any, row: Row, facts: str) -> None:
    axes.set_title(
        f"{ROW_NAMES[row].capitalize().replace('sto', 'STO')}\n{facts}",
        fontsize=8.5,
        color=_INK,
        loc="left",
    )


def _plain(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_GRID)
    axes.tick_params(colors=_QUIET, labelsize=8, length=0)
    axes.grid(color=_GRID, lw=0.6)
    axes.set_axisbelow(True)
    axes.yaxis.label.set(color=_INK, size=9)
    axes.xaxis.label.set(color=_INK, size=9)


def _bar(x: float, low: float, high: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.3, low), 0.6, high - low, color=colour, alpha=0.15, lw=0)
