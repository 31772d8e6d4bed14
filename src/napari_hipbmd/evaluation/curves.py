"""Fig. 9 of the paper, the learning curve, and the landmark errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from ..core.anatomy import LANDMARK_IDS
from . import drawing
from .landmark_errors import LandmarkErrors
from .learning_curve import LearningPoint
from .row_result import ROW_NAMES, RowResult
from .success import success_curve

ONE_PAIR_GID = "one pair of thresholds"


def success_figure(three: RowResult, one: RowResult) -> Figure:
    """Share of estimates within an error, one pair of thresholds or three (Fig. 9)."""
    figure = Figure(figsize=(5.4, 3.6), layout="constrained")
    axes = figure.subplots()
    drawing.plain(axes)
    levels = np.linspace(0, 0.2, 101)
    for found, colour, gid, label in (
        (three, drawing.COLOURS["enhanced"], "enhanced", "three pairs of thresholds"),
        (one, drawing.COLOURS["raw"], ONE_PAIR_GID, "one pair"),
    ):
        share = 100 * success_curve(found, levels)
        axes.plot(levels, share, color=colour, lw=1.8, label=label)
        errors = np.abs(found.estimate - found.reading)
        axes.scatter(
            errors, 100 * success_curve(found, errors), s=9, c=colour, lw=0, picker=4,
            gid=gid, urls=found.case_ids,
        )  # fmt: skip
    axes.set(
        xlim=(0, 0.2),
        ylim=(0, 100),
        xlabel="Error up to, g/cm²",
        ylabel="Estimates within, %",
    )
    axes.legend(frameon=False, fontsize=8.5)
    figure.suptitle(
        f"{drawing.site([three])}, enhanced film, out of fold",
        color=drawing.INK,
        fontsize=11,
    )
    return figure


def learning_figure(points: Sequence[LearningPoint]) -> Figure:
    """MAE and r against the patients that each fold learns from."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, name, label in ((left, "mae_g_cm2", "MAE, g/cm²"), (right, "r", "r")):
        drawing.plain(axes)
        for row in dict.fromkeys(point.row for point in points):
            own = [point for point in points if point.row == row]
            axes.plot(
                [point.patients for point in own],
                [getattr(point, name) for point in own],
                color=drawing.COLOURS[row], lw=1.8, marker="o", ms=4,
                label=ROW_NAMES[row],
            )  # fmt: skip
        counts = sorted({point.patients for point in points})
        axes.set_xscale("log")
        axes.set_xticks(counts, [str(count) for count in counts])
        axes.minorticks_off()
        axes.set(xlabel="Patients learnt from", ylabel=label)
    left.legend(frameon=False, fontsize=8.5)
    return figure


def landmark_figure(errors: LandmarkErrors) -> Figure:
    """Radial error of each landmark, and how many lie within a distance."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    columns = [column[np.isfinite(column)] for column in errors.mm.T]
    drawing.plain(left)
    left.boxplot(
        columns,
        tick_labels=list(LANDMARK_IDS),
        showfliers=False,
        patch_artist=True,
        boxprops={"facecolor": "#d7e7ec", "edgecolor": drawing.COLOURS["enhanced"]},
        medianprops={"color": drawing.COLOURS["enhanced"], "lw": 1.6},
        whiskerprops={"color": drawing.QUIET},
        capprops={"color": drawing.QUIET},
    )
    left.set(ylabel="Radial error, mm", ylim=(0, None))
    drawing.plain(right)
    known = np.sort(errors.mm[np.isfinite(errors.mm)])
    share = np.arange(1, known.size + 1) / known.size
    right.plot(known, 100 * share, color=drawing.COLOURS["enhanced"], lw=1.8)
    right.set(
        xlim=(0, max(6.0, float(np.quantile(known, 0.97)))),
        ylim=(0, 100),
        xlabel="Radial error, mm",
        ylabel="Landmarks within, %",
    )
    figure.suptitle(
        f"{len(errors.mm)} films: mean {errors.mean_mm:.2f} mm,"
        f" median {errors.median_mm:.2f} mm",
        color=drawing.INK,
        fontsize=11,
    )
    return figure
