"""A comparison in words and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import numpy as np

from ...bmd import SITE_NAMES, patient_weights
from ...core.anatomy import REGIONS, SITES
from ...core.arrays import Values
from ...core.cells import guarded
from ...report.grid import span
from ..bootstrap import FEWEST, SAMPLES, Interval, interval
from .run import ModelComparison
from .scores import FilmScore

_NONE, _SHOWN = float("nan"), 5
_TOLD: dict[str, tuple[str, int]] = {
    "psnr_db": ("PSNR, dB", 2),
    "ssim": ("SSIM", 4),
    **{f"bias_{r}_g_cm2": (f"bias {SITE_NAMES[r]}, g/cm²", 4) for r in REGIONS},
}
"""Figures that have an interval, by what they are called, and their digits."""
_COLUMNS: dict[str, Callable[[FilmScore], float]] = {
    "psnr_db": lambda s: s.psnr_db,
    "ssim": lambda s: s.ssim,
    **{f"bias_{r}_grey": lambda s, r=r: s.bias_grey.get(r, _NONE) for r in REGIONS},  # type: ignore[misc]
    **{f"bias_{r}_g_cm2": lambda s, r=r: s.bias_g_cm2.get(r, _NONE) for r in REGIONS},  # type: ignore[misc]
}


def values(comparison: ModelComparison, column: str) -> Values:
    """One figure of every film and both models, ``(n, 2)``."""
    figure = _COLUMNS[column]
    return np.array([[figure(one) for one in both] for both in comparison.scores])


def summary_rows(comparison: ModelComparison) -> list[tuple[str, str, str, str]]:
    """What is told, first model, second model, second − first: for a table."""
    rows = [
        _row("PSNR, dB", values(comparison, "psnr_db"), 2),
        _row("SSIM", values(comparison, "ssim"), 4),
    ]
    for region in REGIONS:
        bias = values(comparison, f"bias_{region}_g_cm2")
        rows.append(_row(f"bias {SITE_NAMES[region]}, g/cm²", bias, 4, spread=True))
    for site in SITES:
        first, second = (gap[site] for gap in comparison.gap_closed)
        rows.append(
            (
                f"gap closed, {SITE_NAMES[site]}",
                _percent(first),
                _percent(second),
                _percent(second - first, sign=True),
            )
        )
    return rows


def text(comparison: ModelComparison) -> str:
    """The summary as a table for a terminal."""
    heads = ("", "A", "B", "B − A")
    rows = [heads, *summary_rows(comparison)]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [
        f"A  {comparison.names[0]}",
        f"B  {comparison.names[1]}",
        f"{len(comparison.case_ids)} films",
        "",
    ]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [row[i].rjust(widths[i]) for i in (1, 2, 3)]
        lines.append("  ".join(cells).rstrip())
    lines += [f"\n{note}" for note in notes(comparison)]
    return "\n".join(lines)


def notes(comparison: ModelComparison) -> list[str]:
    """What has to be known beside the table."""
    told = _intervals(comparison)
    if comparison.no_gap:
        told.append(f"No gap is told. {comparison.no_gap}")
    if comparison.left_out:
        reasons = "; ".join(
            f"{case_id} ({why})"
            for case_id, why in list(comparison.left_out.items())[:_SHOWN]
        )
        more = "; …" if len(comparison.left_out) > _SHOWN else ""
        told.append(f"Left out ({len(comparison.left_out)}): {reasons}{more}")
    return told


def difference_interval(comparison: ModelComparison, column: str) -> Interval:
    """95 % interval of the mean of B − A, by patient; NaN where it cannot be told."""
    both = values(comparison, column)
    with np.errstate(invalid="ignore"):
        gain = both[:, 1] - both[:, 0]
    known = np.isfinite(gain)
    patients = np.array(comparison.patients)
    if patients.size != gain.size or len(set(patients[known].tolist())) < FEWEST:
        return _NONE, _NONE
    weights = patient_weights(patients[known], SAMPLES)
    return interval(weights @ gain[known] / weights.sum(axis=1))


def _intervals(comparison: ModelComparison) -> list[str]:
    """The intervals in a sentence; none where there are too few patients, or pairs."""
    told = []
    for column, (name, digits) in _TOLD.items():
        found = difference_interval(comparison, column)
        if np.isfinite(found).all():
            told.append(f"{name} {span(found, digits, sign=True)}")
    if not told:
        return []
    return [f"95 % intervals of B − A by patient: {'; '.join(told)}."]


def comparison_csv(comparison: ModelComparison) -> str:
    """One line a film and model, then one with the means of each model."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    gaps = [f"gap_closed_{site}" for site in SITES]
    writer.writerow(["case_id", "model", *_COLUMNS, *gaps])
    empty = [""] * len(gaps)
    for case_id, both in zip(comparison.case_ids, comparison.scores, strict=True):
        for name, one in zip(comparison.names, both, strict=True):
            figures = [_number(figure(one)) for figure in _COLUMNS.values()]
            named = [guarded(case_id), guarded(name)]
            writer.writerow([*named, *figures, *empty])
    for model, name in enumerate(comparison.names):
        means = [_number(_mean(values(comparison, c)[:, model])) for c in _COLUMNS]
        gap = [_number(comparison.gap_closed[model][site]) for site in SITES]
        writer.writerow(["mean", guarded(name), *means, *gap])
    return out.getvalue()


def _row(
    what: str, both: Values, digits: int, *, spread: bool = False
) -> tuple[str, str, str, str]:
    """Means over the films; with ``spread`` their SD, too."""
    if not np.isfinite(both).any():
        return what, "–", "–", "–"
    sign = "+" if spread else ""
    told = [f"{_mean(column):{sign}.{digits}f}" for column in both.T]
    if spread:
        told = [
            f"{mean} ± {np.nanstd(column):.{digits}f}"
            for mean, column in zip(told, both.T, strict=True)
        ]
    return what, told[0], told[1], f"{_mean(both[:, 1] - both[:, 0]):+.{digits}f}"


def _mean(column: Values) -> float:
    known = column[np.isfinite(column)]
    return float(known.mean()) if known.size else float("nan")


def _percent(share: float, *, sign: bool = False) -> str:
    if not np.isfinite(share):
        return "–"
    return f"{100 * share:{'+' if sign else ''}.0f} %"


def _number(value: float) -> str:
    return f"{value:.6g}" if np.isfinite(value) else ""
