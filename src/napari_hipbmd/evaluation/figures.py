"""The paper's Figs 7 and 8 and a Bland–Altman plot, a panel a row.

Points are scatter artists whose ``gid`` is the row and whose ``urls`` are case ids, so
that a click can be traced back to its film. A point of Fig. 8 is a fold, and leads to
the film with the largest error in it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from ..core.anatomy import Site
from ..core.files import write_bytes_atomic
from ..study import PREDICTED
from . import drawing
from .curves import landmark_figure, learning_figure, success_figure
from .row_result import ROW_NAMES, RowResult
from .tables import Validation

DPI = 110
FigureKind = Literal["png", "svg", "pdf"]


def write_figures(
    validation: Validation,
    out: Path,
    site: Site | None = None,
    kind: FigureKind = "png",
) -> list[Path]:
    """Draw every figure that the results allow, as PNG files in ``out``.

    Parameters
    ----------
    site
        Neck when absent, as in the paper, or the first site that there is.
    kind
        What else they are written as, beside the PNG files.
    """
    found = validation.results
    if site is None:
        sites = {one.site for one in found}
        site = "neck" if "neck" in sites else found[0].site
    results = [one for one in found if one.site == site]
    figures = {}
    if results:
        figures = {
            "fig7_scatter.png": scatter(results),
            "fig8_folds.png": fold_spread(results),
            "bland_altman.png": bland_altman(results),
        }
    three = validation.result("enhanced", site)
    one = [found for found in validation.one_pair if found.site == site]
    if three is not None and one:
        figures["fig9_success.png"] = success_figure(three, one[0])
    if validation.learning:
        figures["learning_curve.png"] = learning_figure(validation.learning)
    if validation.landmarks is not None and validation.landmarks_used == PREDICTED:
        figures["landmarks.png"] = landmark_figure(validation.landmarks)
    return [save(figure, out / name, kind) for name, figure in figures.items()]


def save(figure: Figure, path: Path, kind: FigureKind = "png") -> Path:
    """The figure as a PNG file, and as lines beside it; text in an SVG stays text."""
    for one in dict.fromkeys(("png", kind)):
        drawn = io.BytesIO()
        with rc_context({"svg.fonttype": "none"}):
            figure.savefig(drawn, format=one, dpi=DPI, facecolor="white")
        write_bytes_atomic(path.with_suffix(f".{one}"), drawn.getvalue())
    return path


def scatter(
    results: Sequence[RowResult], in_sample: bool = False, columns: int | None = None
) -> Figure:
    """Estimate against DXA, a panel a row (Fig. 7 of the paper).

    Parameters
    ----------
    in_sample
        Draw what the regression reaches on the cases it was fitted to, as the paper
        does; else the out-of-fold estimates.
    columns
        How many panels at most lie abreast; all when absent.
    """
    figure, panels = drawing.panels(results, columns)
    shown = [found.fitted if in_sample else found.estimate for found in results]
    values = np.concatenate([*shown, *(found.reading for found in results)])
    low, high = values.min() - 0.03, values.max() + 0.03
    for axes, found, estimate in zip(panels, results, shown, strict=True):
        a = found.in_sample if in_sample else found.agreement
        axes.plot([low, high], [low, high], color=drawing.QUIET, lw=0.8, ls=(0, (4, 3)))
        axes.scatter(
            found.reading,
            estimate,
            s=14,
            alpha=0.6,
            lw=0,
            c=drawing.COLOURS[found.row],
            picker=4,
            gid=found.row,
            urls=found.case_ids,
        )
        axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        drawing.title(axes, found.row, f"r {a.r:.3f}   MAE {a.mae_g_cm2:.3f}   n {a.n}")
    drawing.labels(
        figure,
        panels,
        "DXA aBMD, g/cm²",
        "Estimated aBMD, g/cm²",
        results,
        "in sample" if in_sample else "out of fold",
    )
    return figure


def bland_altman(results: Sequence[RowResult], columns: int | None = None) -> Figure:
    """Difference against mean, with limits of agreement and their 95 % intervals.

    Parameters
    ----------
    columns
        How many panels at most lie abreast; all when absent.
    """
    figure, panels = drawing.panels(results, columns)
    widest = max(float(np.abs(f.estimate - f.reading).max()) for f in results) * 1.1
    for axes, found in zip(panels, results, strict=True):
        a, colour = found.agreement, drawing.COLOURS[found.row]
        mean = (found.estimate + found.reading) / 2
        axes.axhline(0, color=drawing.QUIET, lw=0.6)
        error = found.limits_error_g_cm2
        for limit in a.limits_g_cm2:
            axes.axhspan(limit - error, limit + error, color=colour, alpha=0.12, lw=0)
            axes.axhline(limit, color=colour, lw=1, ls=(0, (4, 3)))
        axes.axhline(a.bias_g_cm2, color=colour, lw=1.2)
        axes.scatter(
            mean,
            found.estimate - found.reading,
            s=14,
            alpha=0.6,
            lw=0,
            c=colour,
            picker=4,
            gid=found.row,
            urls=found.case_ids,
        )
        axes.set(ylim=(-widest, widest), box_aspect=1)
        low, high = a.limits_g_cm2
        drawing.title(
            axes, found.row, f"bias {a.bias_g_cm2:+.3f}   {low:+.3f} to {high:+.3f}"
        )
    drawing.labels(
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
        drawing.plain(axes)
        for x, found in enumerate(results):
            colour = drawing.COLOURS[found.row]
            values = np.array([getattr(fold, name) for fold in found.by_fold()])
            worst = np.array(found.worst_by_fold())[np.isfinite(values)]
            values = values[np.isfinite(values)]
            if values.size < 2:
                continue
            mean, spread = values.mean(), 1.96 * values.std(ddof=1)
            axes.add_patch(drawing.bar(x, mean - spread, mean + spread, colour))
            axes.plot([x - 0.3, x + 0.3], [mean, mean], color=colour, lw=2)
            # A little sideways, so that folds of equal value stay apart.
            aside = x + np.linspace(-0.18, 0.18, values.size)
            axes.scatter(
                aside, values, s=16, c=colour, lw=0, picker=4, gid=found.row,
                urls=worst,
            )  # fmt: skip
        axes.set(xlim=(-0.6, len(results) - 0.4), ylabel=label)
        axes.set_xticks(
            range(len(results)), [ROW_NAMES[f.row].replace(" ", "\n") for f in results]
        )
        axes.autoscale_view(scalex=False)
    figure.suptitle(
        f"{drawing.site(results)}, fold by fold (bar: mean ± 1.96 SD)",
        color=drawing.INK,
        fontsize=11,
    )
    return figure
