"""Observer errors as text for people, CSV for spreadsheets and JSON for programs.

Units stand in the names of the columns. Nothing here names a patient.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...core.cells import guarded
from ...core.files import write_text_atomic
from ...report.grid import Grid, fixed, percent, span
from .errors import ObserverErrors
from .figures import ErrorFigures, error_figures, units_of
from .people import PeerKind

NAMES: Mapping[PeerKind, str] = {
    "intra": "Intra-observer",
    "inter": "Inter-observer",
    "consensus": "Against the consensus",
    "truth": "Against the truth",
    "predictions": "Against the predictions",
}
HEADS = (
    "films", "n", "mean", "SD", "median", "95 %", "mean's 95 % interval", "largest",
    "TEM", "≤ 2 mm", "bias lat.", "bias inf.", "one only",
)  # fmt: skip
NOTE = (
    "95 %: 95th percentile. TEM: technical error of measurement (Dahlberg), the root of"
    " the mean square of the distances over 2.\nbias: mean step from the first observer"
    " to the second on a left hip, lateral and inferior, mm. one only: landmarks that"
    " only one of the two gave a position."
)
FILES = ("observers.txt", "errors.csv", "differences.csv", "observers.json")


def write_errors(errors: ObserverErrors, folder: str | Path) -> tuple[Path, ...]:
    """Write :data:`FILES` into a folder, each all or nothing."""
    texts = (
        errors_text(errors),
        errors_csv(errors),
        differences_csv(errors),
        errors_json(errors),
    )
    paths = tuple(Path(folder) / name for name in FILES)
    for path, text in zip(paths, texts, strict=True):
        write_text_atomic(path, text)
    return paths


def errors_text(errors: ObserverErrors) -> str:
    """The tables for people: each kind of error by landmark, and each pair."""
    parts = [f"Observer error of {errors.study}"]
    for kind in errors.kinds:
        for unit in units_of(errors.differences(kind)):
            rows = [("all landmarks", errors.pooled(kind, unit))]
            rows += errors.by_landmark(kind, unit).items()
            parts.append(_grid(f"{NAMES[kind]} error, {unit}", "landmark", rows).text())
    pairs = [
        (str(each.pair), error_figures(each.differences))
        for each in errors.comparisons
        if "mm" in units_of(each.differences)
    ]
    if pairs:
        parts.append(_grid("Pairs of observers, mm", "pair", pairs).text())
    return "\n\n".join([*parts, *_notes(errors), NOTE]) + "\n"


def errors_csv(errors: ObserverErrors) -> str:
    """One row for each kind or pair, unit and landmark (empty: all of them)."""
    return _csv(_records(errors))


def differences_csv(errors: ObserverErrors) -> str:
    """One row for each pair, film and landmark."""
    return _csv(
        {
            "a": each.pair.a, "b": each.pair.b, "kind": each.pair.kind,
            "case_id": d.case_id, "landmark": d.landmark,
            "a_state": d.a_state, "b_state": d.b_state,
            "distance_mm": d.distance_mm, "distance_px": d.distance_px,
            "lateral_mm": d.lateral_mm, "inferior_mm": d.inferior_mm,
            "same_prediction": int(d.same_prediction),
        }
        for each in errors.comparisons
        for d in each.differences
    )  # fmt: skip


def errors_json(errors: ObserverErrors) -> str:
    """Everything of the two CSV files; what is not known is null."""
    content = {
        "study": errors.study,
        "errors": [
            {name: _plain(value) for name, value in record.items()}
            for record in _records(errors)
        ],
        "differences": [
            {
                "a": each.pair.a,
                "b": each.pair.b,
                "kind": each.pair.kind,
                "films": len(each.cases),
                "unreadable": each.unreadable,
                "landmarks": [
                    {k: v for k, v in vars(d).items() if k != "patient"}
                    for d in each.differences
                ],
            }
            for each in errors.comparisons
        ],
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _records(errors: ObserverErrors) -> list[dict[str, Any]]:
    found = []
    for kind in errors.kinds:
        for unit in units_of(errors.differences(kind)):
            found.append(_record(kind, "", "", errors.pooled(kind, unit)))
            for name, figures in errors.by_landmark(kind, unit).items():
                found.append(_record(kind, "", name, figures))
    for each in errors.comparisons:
        for unit in units_of(each.differences):
            figures = error_figures(each.differences, unit)
            found.append(_record(each.pair.kind, str(each.pair), "", figures))
    return found


def _record(
    kind: PeerKind, pair: str, landmark: str, f: ErrorFigures
) -> dict[str, Any]:
    low, high = f.mean_interval
    return {
        "kind": kind, "pair": pair, "landmark": landmark, "unit": f.unit,
        "films": f.cases, "n": f.n, "mean": f.mean, "sd": f.sd, "median": f.median,
        "p95": f.p95, "mean_low": low, "mean_high": high, "largest": f.largest,
        "technical_error": f.technical, "within_2_mm": f.within_2_mm,
        "bias_lateral_mm": f.bias[0], "bias_inferior_mm": f.bias[1],
        "bias_lateral_sd_mm": f.bias_sd[0], "bias_inferior_sd_mm": f.bias_sd[1],
        "placed_by_one_only": f.only_one, "same_prediction": f.same_prediction,
    }  # fmt: skip


def _grid(title: str, first: str, rows: Iterable[tuple[str, ErrorFigures]]) -> Grid:
    return Grid(title, (first, *HEADS), [(name, *_cells(f)) for name, f in rows])


def _cells(f: ErrorFigures) -> tuple[str, ...]:
    return (
        str(f.cases), str(f.n), fixed(f.mean, 2), fixed(f.sd, 2), fixed(f.median, 2),
        fixed(f.p95, 2), span(f.mean_interval), fixed(f.largest, 1),
        fixed(f.technical, 2), percent(f.within_2_mm),
        fixed(f.bias[0], 2, sign=True), fixed(f.bias[1], 2, sign=True),
        str(f.only_one),
    )  # fmt: skip


def _notes(errors: ObserverErrors) -> list[str]:
    """What makes the figures smaller or fewer than they look."""
    notes = []
    for kind in errors.kinds:
        every = [d for d in errors.differences(kind) if d.distance_px is not None]
        same = sum(each.same_prediction for each in every)
        if same:
            notes.append(
                f"{NAMES[kind]}: {percent(same / len(every))} of the distances are 0"
                " because both left a prediction where it was: the error of placing by"
                " hand is larger."
            )
        without = len({each.case_id for each in every if each.distance_mm is None})
        if without:
            notes.append(
                f"{NAMES[kind]}: {without} films have no pixel spacing; they are"
                " counted in px and left out of the figures in mm."
            )
    unread = {
        name: why
        for each in errors.comparisons
        for name, why in each.unreadable.items()
    }
    if unread:
        first, why = next(iter(unread.items()))
        notes.append(f"Left out, {len(unread)} films: {first} ({why.rstrip('.')}).")
    return notes


def _csv(records: Iterable[dict[str, Any]]) -> str:
    lines = list(records)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _cell(value) for name, value in line.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.4f}" if math.isfinite(value) else ""
    return "" if value is None else guarded(value)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
