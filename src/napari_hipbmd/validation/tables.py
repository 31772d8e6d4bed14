"""A validation as text for people, CSV for spreadsheets and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..anatomy import SITES, Site
from ..bmd import SITE_NAMES
from ..measurement import RESEARCH_USE
from .landmark_errors import LEVELS_MM, LandmarkErrors
from .rows import ROW_NAMES, RowResult, gap_closed


@dataclass(frozen=True, eq=False)
class Validation:
    """Everything that a validation found.

    Attributes
    ----------
    study
        The name of the study's folder.
    folds, seed, preset
        How it was done.
    with_biology
        Results with the covariates; empty when the study does not know them.
    film_alone
        Results of the grey-level features without the biology.
    left_out
        Case → why it took no part.
    landmarks
        None without truth.
    seconds
        Median seconds per film; NaN when unknown.
    """

    study: str
    folds: int
    seed: int
    preset: str
    with_biology: Sequence[RowResult]
    film_alone: Sequence[RowResult]
    left_out: dict[str, str]
    landmarks: LandmarkErrors | None
    seconds: float

    @property
    def results(self) -> Sequence[RowResult]:
        """With the biology where it is known, else the films alone."""
        return self.with_biology or self.film_alone

    def text(self) -> str:
        """The table that is printed."""
        how = f"{self.folds} folds by patient, regression '{self.preset}'"
        lines = [f"{self.study}: {how}, predicted landmarks; aBMD in g/cm²"]
        for site in SITES:
            lines += self._site_lines(site)
        closed = {site: gap_closed(self.results, site) for site in SITES}
        if any(np.isfinite(list(closed.values()))):
            shown = ", ".join(
                f"{SITE_NAMES[site]} {share:.0%}"
                for site, share in closed.items()
                if np.isfinite(share)
            )
            lines += ["", f"Share of the raw-to-exact gap in r closed: {shown}"]
        if self.landmarks is not None:
            lines += ["", _landmark_line(self.landmarks)]
        if self.left_out:
            names = ", ".join(list(self.left_out)[:5])
            more = ", …" if len(self.left_out) > 5 else ""
            lines += ["", f"Left out ({len(self.left_out)}): {names}{more}"]
        return "\n".join([*lines, "", RESEARCH_USE, ""])

    def to_csv(self) -> str:
        """One line for each set of inputs, site and row."""
        records = self._records()
        text = io.StringIO()
        writer = csv.DictWriter(text, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        return text.getvalue()

    def to_json(self) -> str:
        """The same with everything else that was found; no NaN."""
        marks = self.landmarks
        content = {
            "study": self.study,
            "folds": self.folds,
            "seed": self.seed,
            "preset": self.preset,
            "target": "DXA reading of cases.csv",
            "landmarks_used": "predicted",
            "rows": self._records(),
            "gap_closed": {site: gap_closed(self.results, site) for site in SITES},
            "landmarks": None
            if marks is None
            else {
                "films": len(marks.mm),
                "mean_mm": marks.mean_mm,
                "median_mm": marks.median_mm,
                "within_mm": {str(mm): marks.within(mm) for mm in LEVELS_MM},
                "per_landmark_mm": marks.per_landmark_mm(),
            },
            "seconds_per_film_median": self.seconds,
            "left_out": self.left_out,
            "use": RESEARCH_USE,
        }
        return json.dumps(_plain(content), indent=1, ensure_ascii=False) + "\n"

    def _site_lines(self, site: Site) -> list[str]:
        alone = {found.row: found for found in self.film_alone if found.site == site}
        rows = [found for found in self.results if found.site == site]
        if not rows:
            return []
        columns = "     r (95 %)            MAE    RMSE    bias    limits of agreement"
        both = bool(self.with_biology)
        title = f"{SITE_NAMES[site].capitalize()}, {rows[0].reading.size} hips"
        lines = ["", f"{title:<30}{columns}{'   film alone: r   MAE' if both else ''}"]
        for found in rows:
            a = found.agreement
            low, high = a.limits_g_cm2
            line = (
                f"  {ROW_NAMES[found.row]:<28}"
                f"{a.r:6.3f} ({a.r_low:5.2f} to {a.r_high:5.2f})"
                f"  {a.mae_g_cm2:.3f}  {a.rmse_g_cm2:.3f}  {a.bias_g_cm2:+.3f}"
                f"   {low:+.3f} to {high:+.3f}"
            )
            if both and found.row in alone:
                other = alone[found.row].agreement
                line += f"         {other.r:6.3f}  {other.mae_g_cm2:.3f}"
            lines.append(line)
        return lines

    def _records(self) -> list[dict[str, Any]]:
        records = []
        for inputs, results in (
            ("with biology", self.with_biology),
            ("film alone", self.film_alone),
        ):
            for found in results:
                a, folds = found.agreement, found.by_fold()
                low, high = a.limits_g_cm2
                records.append(
                    {
                        "inputs": inputs,
                        "site": found.site,
                        "row": found.row,
                        **asdict(a),
                        "limit_low_g_cm2": low,
                        "limit_high_g_cm2": high,
                        "limits_error_g_cm2": a.limits_error_g_cm2,
                        "fold_spread_r": 1.96 * _sd([f.r for f in folds]),
                        "fold_spread_mae_g_cm2": 1.96
                        * _sd([f.mae_g_cm2 for f in folds]),
                    }
                )
        return records


def _landmark_line(errors: LandmarkErrors) -> str:
    within = ", ".join(f"{errors.within(mm):.0%} within {mm} mm" for mm in LEVELS_MM)
    worst = sorted(errors.per_landmark_mm().items(), key=lambda item: -item[1])
    return (
        f"Landmarks of {len(errors.mm)} films: mean radial error"
        f" {errors.mean_mm:.2f} mm, median {errors.median_mm:.2f} mm; {within};"
        f" worst {worst[0][0]} ({worst[0][1]:.1f} mm)"
    )


def _sd(values: list[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")


def _plain(value: Any) -> Any:
    """JSON has no NaN: it becomes null."""
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
