"""Results for machines: JSON, and CSV with one row a hip and stable columns.

Units stand in the names. Columns are never renamed or moved within a version of the
software; new ones are added at the end.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import fields
from typing import TextIO

from ..bmd import t_score_reference
from ..core.anatomy import LANDMARK_IDS, REGIONS, SITES
from ..core.cells import guarded_row, printable
from ..core.grey_scale import Cortex
from ..core.measurement import Measurement
from ..core.measurement_json import measurement_as_json

CORTEX = tuple(one.name for one in fields(Cortex))
FIRST_OF_CORTEX = CORTEX.index("dorr_type") + 1  # later ones stand at the end
COLUMNS: tuple[str, ...] = (
    *("case_id", "image", "side", "status", "reason", "flags"),
    *(
        f"bmd_{site}{end}_g_cm2"
        for site in SITES
        for end in ("", "_low", "_high")
    ),
    *(f"withheld_{site}" for site in SITES),
    *("t_score_neck", "t_score_total"),
    *("model", "calibrated_on", "policy"),
    *("spacing_row_mm", "spacing_column_mm", "spacing_source"),
    *(f"area_{region}_cm2" for region in REGIONS),
    *(f"feature_{region}_{i}" for region in REGIONS for i in (1, 2, 3)),
    *(
        f"{mark}_{end}"
        for mark in LANDMARK_IDS
        for end in ("x_px", "y_px", "sigma_mm")
    ),
    "seconds",
    "t_score_reference",
    "not_fitted",
    *("gain_per_g_cm2", "gain_relative_error", "grey_scale_reason"),
    *(f"feature_{region}_{i}_g_cm2" for region in REGIONS for i in (1, 2, 3)),
    *(f"cortex_{name}" for name in CORTEX[:FIRST_OF_CORTEX]),
    *("box_x0_px", "box_y0_px", "box_x1_px", "box_y1_px", "box_source"),
    *("sex", "age_years", "height_cm", "weight_kg"),
    *(f"{what}_{region}" for region in REGIONS for what in ("mean", "sd")),
    *(
        f"threshold_{region}_{i}_t{end}"
        for region in REGIONS
        for i in (1, 2, 3)
        for end in (1, 2)
    ),
    *("measured_on", "landmarks_by", "film_sha256", "models_sha256", "versions"),
    "options",
    *(f"cortex_{name}" for name in CORTEX[FIRST_OF_CORTEX:]),
    *(f"mineral_{region}_g_cm2" for region in REGIONS),
)  # fmt: skip


class JsonTable:
    """Hips as JSON, one after the other: :func:`measurement_as_json` of each."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._any = file, False

    def add(self, m: Measurement) -> None:
        """Write a hip, and whose T-scores it has."""
        hip = measurement_as_json(m) | {"t_score_reference": t_score_reference()}
        text = json.dumps(hip, indent=1, allow_nan=False).replace("\n", "\n ")
        self._file.write(f"{',' if self._any else '['}\n {text}")
        self._any = True

    def end(self) -> None:
        """Write what comes after the last hip."""
        self._file.write("\n]\n" if self._any else "[]\n")


class CsvTable:
    """A row a hip with everything of the JSON that fits in a table."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        self._writer.writeheader()

    def add(self, m: Measurement) -> None:
        """Write a hip."""
        row = guarded_row(_row(m))
        self._writer.writerow(
            {k: printable(v) if isinstance(v, str) else v for k, v in row.items()}
        )


def json_text(results: Iterable[Measurement]) -> str:
    """Every hip as JSON."""
    stream = io.StringIO()
    table = JsonTable(stream)
    for m in results:
        table.add(m)
    table.end()
    return stream.getvalue()


def csv_text(results: Iterable[Measurement]) -> str:
    """One row a hip."""
    stream = io.StringIO()
    table = CsvTable(stream)
    for m in results:
        table.add(m)
    return stream.getvalue()


def _row(m: Measurement) -> dict[str, object]:
    data = measurement_as_json(m)
    row: dict[str, object] = {
        "case_id": m.case_id,
        "image": m.image,
        "side": m.side,
        "status": m.status,
        "reason": m.reason,
        "flags": " ".join(dict.fromkeys(flag.code for flag in m.flags)),
        "spacing_source": m.spacing_source,
        "model": m.model_name,
        "calibrated_on": m.calibrated_on,
        "policy": m.policy,
        "seconds": data["seconds"].get("total"),
        "t_score_reference": t_score_reference() if m.t_score else "",
        "not_fitted": " ".join(m.not_fitted),
    }
    row |= data["patient"]
    row["box_source"] = m.box_source
    if m.box is not None:
        edges = ("box_x0_px", "box_y0_px", "box_x1_px", "box_y1_px")
        row |= dict(zip(edges, data["box"], strict=True))
    row["measured_on"] = m.measured_on if m.regions else ""
    made = m.made_with
    row["landmarks_by"] = made.get("landmarks", "")
    row["film_sha256"] = made.get("film_sha256", "")
    for name in ("models_sha256", "versions", "options"):
        row[name] = json.dumps(made[name], sort_keys=True) if name in made else ""
    if m.spacing_mm is not None:
        row["spacing_row_mm"], row["spacing_column_mm"] = m.spacing_mm
    for site, estimate in (data["bmd_g_cm2"] or {}).items():
        if estimate is not None:
            row[f"bmd_{site}_g_cm2"] = estimate["value"]
            row[f"bmd_{site}_low_g_cm2"] = estimate["low"]
            row[f"bmd_{site}_high_g_cm2"] = estimate["high"]
    for site, codes in data["withheld"].items():
        row[f"withheld_{site}"] = " ".join(codes)
    for site, t in (data["t_score"] or {}).items():
        row[f"t_score_{site}"] = t
    for region, found in data["regions"].items():
        row[f"area_{region}_cm2"] = found["area_cm2"]
        row[f"mean_{region}"], row[f"sd_{region}"] = found["mean"], found["sd"]
        row[f"mineral_{region}_g_cm2"] = found["mineral_g_cm2"]
        for i, value in enumerate(found["features"], 1):
            row[f"feature_{region}_{i}"] = value
        for i, pair in enumerate(found["thresholds"], 1):
            for end, value in enumerate(pair, 1):
                row[f"threshold_{region}_{i}_t{end}"] = value
        for i, value in enumerate(found["features_g_cm2"] or (), 1):
            row[f"feature_{region}_{i}_g_cm2"] = value
    if (scale := data["grey_scale"]) is not None:
        row["gain_per_g_cm2"] = scale["gain_per_g_cm2"]
        row["gain_relative_error"] = scale["relative_error"]
        for name, value in (scale["cortex"] or {}).items():
            row[f"cortex_{name}"] = value
    row["grey_scale_reason"] = data["grey_scale_reason"]
    for mark, found in data["landmarks"].items():
        row[f"{mark}_x_px"], row[f"{mark}_y_px"] = found["xy"]
        row[f"{mark}_sigma_mm"] = found["sigma_mm"]
    return row
