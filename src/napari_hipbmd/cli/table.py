"""The table of measured films, for a terminal and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from ..anatomy import LANDMARK_IDS, REGIONS, SITES, Site
from ..measurement import Measurement

HEADER = (
    f"{'film':<18} {'side':<4} {'site':<15} {'aBMD':>6} {'90 % interval':>15}"
    f" {'T':>5} {'truth':>6} {'error':>7} {'s':>5}  flags"
)
Truths = Mapping[str, Mapping[Site, float]]


def text_table(results: Sequence[Measurement], truths: Truths | None = None) -> str:
    """One line a hip and site group; the truth and the error for digital hips."""
    truths = truths or {}
    lines = [
        HEADER,
        "─" * 104,
    ]
    for m in results:
        lines += _lines(m, truths.get(m.case_id, {}))
    return "\n".join(lines)


def _lines(m: Measurement, truth: Mapping[Site, float]) -> list[str]:
    name = m.image[:18]
    codes = ", ".join(dict.fromkeys(flag.code for flag in m.flags))
    seconds = f"{m.seconds['total']:5.1f}" if m.seconds else " " * 5
    if m.bmd_g_cm2 is None:
        return [f"{name:<18} {m.side or '?':<4} {m.status}: {m.reason}  {codes}"]
    out = []
    for i, site in enumerate(SITES):
        first = i == 0
        start = (
            f"{name if first else '':<18} {(m.side or '?') if first else '':<4}"
            f" {site:<15}"
        )
        if site in m.withheld:
            why = ", ".join(flag.code for flag in m.withheld[site])
            out.append(f"{start} withheld: {why}")
            continue
        e = m.bmd_g_cm2[site]
        t = (m.t_score or {}).get(site)
        true = truth.get(site)
        out.append(
            f"{start} {e.value:6.3f} {f'{e.low:.3f} – {e.high:.3f}':>15}"
            f" {'' if t is None else f'{t:5.1f}':>5}"
            f" {'' if true is None else f'{true:6.3f}':>6}"
            f" {'' if true is None else f'{e.value - true:+7.3f}':>7}"
            f" {seconds if first else '':>5}  {codes if first else ''}".rstrip()
        )
    return out


def csv_text(results: Sequence[Measurement]) -> str:
    """One row a hip with everything of the JSON that fits in a table."""
    header = ["case_id", "image", "side", "status", "reason", "flags"]
    header += ["spacing_row_mm", "spacing_column_mm", "spacing_source"]
    for site in SITES:
        header += [f"bmd_{site}", f"bmd_{site}_low", f"bmd_{site}_high"]
        header += [f"withheld_{site}"]
    header += ["t_neck", "t_total"]
    for region in REGIONS:
        header += [f"area_{region}_cm2"]
        header += [f"{region}_t{i}" for i in (1, 2, 3)]
    for mark in LANDMARK_IDS:
        header += [f"{mark}_x", f"{mark}_y", f"{mark}_sigma_mm"]
    header += ["model", "calibrated_on", "policy"]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, header, lineterminator="\n")
    writer.writeheader()
    for m in results:
        writer.writerow(_row(m))
    return stream.getvalue()


def _row(m: Measurement) -> dict[str, object]:
    data = m.to_json()
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
    }
    if m.spacing_mm is not None:
        row["spacing_row_mm"], row["spacing_column_mm"] = m.spacing_mm
    for site, estimate in (data["bmd_g_cm2"] or {}).items():
        if estimate is None:
            continue
        row[f"bmd_{site}"] = estimate["value"]
        row[f"bmd_{site}_low"] = estimate["low"]
        row[f"bmd_{site}_high"] = estimate["high"]
    for site, codes in data["withheld"].items():
        row[f"withheld_{site}"] = " ".join(codes)
    for site, t in (data["t_score"] or {}).items():
        row[f"t_{site}"] = t
    for region, found in data["regions"].items():
        row[f"area_{region}_cm2"] = found["area_cm2"]
        for i, value in enumerate(found["features"], 1):
            row[f"{region}_t{i}"] = value
    for mark, found in data["landmarks"].items():
        row[f"{mark}_x"], row[f"{mark}_y"] = found["xy"]
        row[f"{mark}_sigma_mm"] = found["sigma_mm"]
    return row
