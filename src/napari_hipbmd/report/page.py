"""The document: what it holds, the summary of all films, and the notes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from ..anatomy import SITES, Site
from ..bmd import SITE_NAMES, reference_data
from ..measurement import RESEARCH_USE, Estimate, Measurement
from .film import film_card
from .numbers import number, signed

Truths = Mapping[str, Mapping[Site, float]]

_FIG6_NOTE = (
    "The bold number of each thresholded region is its feature: the mean of the bone"
    " image after clipping. The pictures are stretched from T1 to T2 for looking only."
)


def page(measurements: Sequence[Measurement], truths: Truths, style: str) -> str:
    """The whole document."""
    films = "".join(film_card(m, truths.get(m.case_id, {})) for m in measurements)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Estimated bone mineral density of the hip</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>Estimated bone mineral density of the hip</h1>
<p>{_counted(measurements)}. Areal BMD in g/cm², estimated from radiographs.</p>
<p class="use">{escape(RESEARCH_USE)}</p>
</header>
{_summary(measurements, truths)}
{films}
<footer>{_notes(measurements, bool(truths))}</footer>
</body>
</html>
"""


def _counted(measurements: Sequence[Measurement]) -> str:
    names = {
        "measured": "measured",
        "partial": "without BMD",
        "refused": "refused",
    }
    counts = {
        words: sum(m.status == status for m in measurements)
        for status, words in names.items()
    }
    told = ", ".join(f"{n} {words}" for words, n in counts.items() if n)
    hips = "1 hip" if len(measurements) == 1 else f"{len(measurements)} hips"
    return f"{hips}: {told}" if told else hips


def _summary(measurements: Sequence[Measurement], truths: Truths) -> str:
    heads = "".join(
        f"<th>{escape(SITE_NAMES[site].capitalize())}</th>" for site in SITES
    )
    rows = "".join(_summary_row(m, truths.get(m.case_id, {})) for m in measurements)
    return f"""<section>
<table class="summary">
<thead><tr><th>Film</th><th>Side</th>{heads}<th>T neck</th><th>T total</th>
<th>Flags</th><th>Seconds</th></tr></thead>
<tbody>{rows}</tbody>
</table>
</section>"""


def _summary_row(m: Measurement, truth: Mapping[Site, float]) -> str:
    name = f'<th scope="row">{escape(m.case_id)}</th><td>{escape(m.side or "–")}</td>'
    flags = "<br>".join(escape(flag.code) for flag in m.flags) or "–"
    seconds = number(m.seconds.get("total"), 1)
    if m.bmd_g_cm2 is None:
        reason = escape(m.reason or "not measured")
        cells = f'<td colspan="6" class="reason">{reason}</td>'
    else:
        cells = "".join(
            _withheld_cell(m, site)
            if site in m.withheld
            else _estimate_cell(m.bmd_g_cm2.get(site), truth.get(site))
            for site in SITES
        )
        scores = m.t_score or {}
        cells += "".join(
            f'<td class="number">{number(scores.get(site), 1)}</td>'
            for site in ("neck", "total")
        )
    return (
        f"<tr>{name}{cells}"
        f'<td class="flags">{flags}</td><td class="number">{seconds}</td></tr>'
    )


def _withheld_cell(m: Measurement, site: Site) -> str:
    why = "<br>".join(escape(flag.code) for flag in m.withheld[site])
    return f'<td class="withheld"><b>withheld</b><small>{why}</small></td>'


def _estimate_cell(found: Estimate | None, true: float | None) -> str:
    if found is None or not math.isfinite(found.value):
        return '<td class="number">–</td>'
    told = (
        f"<b>{number(found.value, 3)}</b>"
        f"<small>{number(found.low, 2)} to {number(found.high, 2)}</small>"
    )
    if true is not None:
        error = signed(found.value - true, 3)
        told += f'<small class="true">true {number(true, 3)}, {error}</small>'
    return f'<td class="number">{told}</td>'


def _notes(measurements: Sequence[Measurement], with_truth: bool) -> str:
    young = reference_data()["young_adult"]
    notes = [
        _FIG6_NOTE,
        f"T-scores are against young white women for everybody: {young['citation']}",
    ]
    if with_truth:
        notes.append(
            "“True” is the exact aBMD of a digital hip; the error is estimate − true."
        )
    names = sorted({m.model_name for m in measurements if m.model_name})
    if names:
        notes.append(f"Regression: {', '.join(names)}.")
    return "".join(f"<p>{escape(note)}</p>" for note in notes)
