"""The page about one hip."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

from ..bmd import SITE_NAMES
from ..core.anatomy import REGIONS, SITES, Site
from ..core.measurement import Estimate, Measurement, research_use
from ..core.radiograph import Patient
from ..quality import FLAG_CODES
from . import pictures
from .numbers import number, signed
from .overview import TITLE, TRUTH_NOTE
from .page import page, sources

_FIG6_NOTE = (
    "The bold number of each thresholded region is its feature: the mean of the bone"
    " image after clipping. The pictures are stretched from T1 to T2 for looking only."
)
_SCALE_G_CM2 = (0.2, 1.6)
_TICKS_G_CM2 = (0.4, 0.8, 1.2)


def case_page(
    m: Measurement,
    truth: Mapping[Site, float] | None = None,
    person: Mapping[str, str] | None = None,
) -> str:
    """One HTML page about one hip: flags, numbers, pictures, thresholded regions.

    Parameters
    ----------
    truth
        Site → true aBMD of a digital hip in g/cm²: shown with the error.
    person
        Who the film is of, only when asked for.
    """
    truth = truth or {}
    facts = " · ".join(escape(fact) for fact in _facts(m))
    header = f'<p class="kind">{TITLE}</p><h1>{escape(m.case_id)}</h1>'
    if facts:
        header += f'<p class="facts">{facts}</p>'
    if person:
        said = " · ".join(f"{escape(k)} {escape(v)}" for k, v in person.items())
        header += f'<p class="person">{said}</p>'
    parts = [_cautions(m)]
    if m.bmd_g_cm2 is not None:
        parts.append(_bmd_table(m, m.bmd_g_cm2, truth))
    if m.images is not None or m.film is not None:
        parts.append(_pictures(m))
    notes = sources([m])
    if m.images is not None and m.regions:
        parts.append(_fig6(m))
        notes.insert(0, _FIG6_NOTE)
    if truth:
        notes.insert(0, TRUTH_NOTE)
    body = f"<article>{''.join(parts)}</article>"
    return page(f"{m.case_id}: {TITLE}", header, body, notes, research_use([m]))


def _cautions(m: Measurement) -> str:
    """Reasons for caution, before any number."""
    reason = f'<p class="reason">{escape(m.reason)}</p>' if m.reason else ""
    if not m.flags:
        return reason or '<p class="calm">No reason for caution was seen.</p>'
    items = "".join(
        f"<li><b>{escape(flag.code)}</b> {escape(flag.text)}</li>" for flag in m.flags
    )
    return f'{reason}<ul class="flags">{items}</ul>'


def _facts(m: Measurement) -> list[str]:
    facts = []
    if m.side is not None:
        facts.append({"L": "left hip", "R": "right hip"}[m.side])
    facts += _biology(m.patient)
    if m.spacing_mm is not None:
        row, column = m.spacing_mm
        size = f"{row:.3f} mm" if row == column else f"{row:.3f} × {column:.3f} mm"
        facts.append(f"pixel {size} ({m.spacing_source})")
    return facts


def _biology(patient: Patient) -> list[str]:
    facts = []
    if patient.sex is not None:
        facts.append({"F": "woman", "M": "man"}[patient.sex])
    if patient.age_years is not None:
        # Above 89 an age can tell who somebody is.
        old = patient.age_years >= 90
        facts.append("90 years or older" if old else f"{patient.age_years:.0f} years")
    if patient.height_cm is not None:
        facts.append(f"{patient.height_cm:.0f} cm")
    if patient.weight_kg is not None:
        facts.append(f"{patient.weight_kg:.0f} kg")
    return facts


def _pictures(m: Measurement) -> str:
    shown = [("Film, landmarks, regions", pictures.film_picture(m))]
    if m.images is not None:
        shown += [
            ("Soft tissue only (STO)", pictures.sto_picture(m, m.images)),
            ("Bone image: film − STO", pictures.bone_picture(m, m.images)),
        ]
    figures = "".join(
        f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"
        for caption, svg in shown
    )
    return f'<div class="pictures">{figures}</div>'


def _bmd_table(
    m: Measurement, found: Mapping[Site, Estimate], truth: Mapping[Site, float]
) -> str:
    rows = []
    for site in SITES:
        one = found.get(site)
        if site in m.withheld:
            rows.append(_withheld_row(m, site, 7 if truth else 5))
            continue
        if site in m.not_fitted:
            rows.append(_not_fitted_row(site, 7 if truth else 5))
            continue
        if one is None or not math.isfinite(one.value):
            continue
        score = (m.t_score or {}).get(site)
        cells = [
            f"<b>{number(one.value, 3)}</b>",
            f"{number(one.low, 3)} to {number(one.high, 3)}",
            _strip(one, truth.get(site)),
            number(score, 1) if score is not None else "",
            number(_area(m, site), 1),
        ]
        if truth:
            true = truth.get(site)
            cells += [
                number(true, 3),
                "–" if true is None else signed(one.value - true, 3),
            ]
        told = "".join(f'<td class="number">{cell}</td>' for cell in cells)
        rows.append(
            f'<tr><th scope="row">{SITE_NAMES[site].capitalize()}</th>{told}</tr>'
        )
    heads = ["Site", "aBMD g/cm²", "90 % interval", _strip_scale()]
    heads += ["T-score", "Area cm²"]
    heads += ["True aBMD", "Error"] if truth else []
    head = "".join(f"<th>{name}</th>" for name in heads)
    return (
        f'<table class="bmd"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _withheld_row(m: Measurement, site: Site, columns: int) -> str:
    """The reason in place of the number; its sentence stands among the flags above."""
    codes = dict.fromkeys(flag.code for flag in m.withheld[site])
    why = "; ".join(f"{c}: {FLAG_CODES[c]}" if c in FLAG_CODES else c for c in codes)
    return (
        f'<tr><th scope="row">{SITE_NAMES[site].capitalize()}</th>'
        f'<td class="withheld" colspan="{columns}"><b>withheld</b> {escape(why)}</td>'
        "</tr>"
    )


def _not_fitted_row(site: Site, columns: int) -> str:
    return (
        f'<tr><th scope="row">{SITE_NAMES[site].capitalize()}</th>'
        f'<td class="withheld" colspan="{columns}">not fitted: the regression has no'
        " such target</td></tr>"
    )


def _area(m: Measurement, site: Site) -> float | None:
    """Area in cm²; the total is the sum of the three, which tile."""
    wanted = REGIONS if site == "total" else (site,)
    areas = [m.regions[r].area_cm2 for r in wanted if r in m.regions]
    known = [a for a in areas if a is not None]
    return sum(known) if len(known) == len(wanted) else None


def _strip(found: Estimate, true: float | None) -> str:
    """Estimate and interval on a common scale; a diamond where the truth lies."""
    x = _place(found.value)
    ticks = "".join(
        f'<line x1="{_place(v):.1f}" x2="{_place(v):.1f}" y1="2" y2="18"/>'
        for v in _TICKS_G_CM2
    )
    drawn = (
        f'<g class="ticks">{ticks}</g>'
        f'<line class="interval" x1="{_place(found.low):.1f}"'
        f' x2="{_place(found.high):.1f}" y1="10" y2="10"/>'
        f'<circle class="value" cx="{x:.1f}" cy="10" r="4"/>'
    )
    if true is not None:
        t = _place(true)
        drawn += (
            f'<path class="truth" d="M{t:.1f} 4.5L{t + 4.5:.1f} 10L{t:.1f} 15.5'
            f'L{t - 4.5:.1f} 10Z"/>'
        )
    return f'<svg class="strip" viewBox="0 0 220 20" aria-hidden="true">{drawn}</svg>'


def _strip_scale() -> str:
    labels = "".join(
        f'<text x="{_place(v):.1f}" y="16">{v:.1f}</text>' for v in _TICKS_G_CM2
    )
    return f'<svg class="strip" viewBox="0 0 220 20" aria-hidden="true">{labels}</svg>'


def _place(value: float) -> float:
    low, high = _SCALE_G_CM2
    return 220 * (min(max(value, low), high) - low) / (high - low)


def _fig6(m: Measurement) -> str:
    assert m.images is not None
    rows = []
    for region in REGIONS:
        if region not in m.regions:
            continue
        found = m.regions[region]
        cells = []
        for i in range(3):
            svg = pictures.threshold_picture(m, m.images, region, i)
            t1, t2 = found.thresholds[i]
            told = (
                f"<b>{number(found.features[i], 4)}</b>"
                f"<small>T1 {number(t1, 3)}, T2 {number(t2, 3)}</small>"
            )
            cells.append(f"<td>{svg or '–'}{told}</td>")
        name = SITE_NAMES[region].capitalize()
        rows.append(f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>')
    heads = "".join(
        f"<th>Threshold {i + 1}<small>{words}</small></th>"
        for i, words in enumerate(
            ("m − s … m + 1.96 s", "m − 1.96 s … m + 1.96 s", "m − 1.96 s … m + s")
        )
    )
    return (
        f'<table class="fig6"><thead><tr><th>Features</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
