"""The page about all hips of a study: reasons for caution first, then every hip."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from ..bmd import SITE_NAMES
from ..core.anatomy import SITES, Site
from ..core.measurement import Estimate, Measurement, Status, research_use
from .numbers import number, signed
from .page import page, sources

TRUTH_NOTE = "“True” is the exact aBMD of a digital hip; the error is estimate − true."
_LINK = re.compile(r"cases/[\w-][\w.-]*\.html")
TITLE = "Estimated bone mineral density of the hip"


@dataclass(frozen=True, eq=False)
class OverviewRow:
    """A hip on the page.

    Attributes
    ----------
    truth
        True aBMD of a digital hip in g/cm², shown with the error.
    thumbnail
        A small picture as SVG.
    link
        Its own page, relative to this one.
    """

    measurement: Measurement
    truth: Mapping[Site, float] = field(default_factory=dict)
    thumbnail: str | None = None
    link: str | None = None


def study_page(rows: Sequence[OverviewRow]) -> str:
    """One HTML page about many hips.

    Parameters
    ----------
    rows
        In the order in which they are shown; refused films are listed with their
        reason.
    """
    found = [row.measurement for row in rows]
    header = (
        f"<h1>{TITLE}</h1>"
        f"<p>{_counted(found)}. Areal BMD in g/cm², estimated from radiographs,"
        " with its 90 % interval.</p>"
    )
    notes = sources(found)
    if any(row.truth for row in rows):
        notes.insert(0, TRUTH_NOTE)
    body = _cautions(found) + _table(rows)
    return page(TITLE, header, body, notes, research_use(found))


def _counted(measurements: Sequence[Measurement]) -> str:
    names: dict[Status, str] = {
        "measured": "measured",
        "partial": "without BMD",
        "refused": "refused",
    }
    counts = Counter(m.status for m in measurements)
    told = ", ".join(
        f"{counts[status]} {words}" for status, words in names.items() if counts[status]
    )
    hips = "1 hip" if len(measurements) == 1 else f"{len(measurements)} hips"
    return f"{hips}: {told}" if told else hips


def _cautions(measurements: Sequence[Measurement]) -> str:
    """Every flag that was raised, how often, and how many values it took away."""
    raised = Counter(
        code for m in measurements for code in {flag.code for flag in m.flags}
    )
    if not raised:
        return '<section class="calm"><p>No reason for caution was seen.</p></section>'
    taken = Counter(
        code
        for m in measurements
        for code in {flag.code for flags in m.withheld.values() for flag in flags}
    )
    example = {flag.code: flag.text for m in measurements for flag in m.flags}
    items = "".join(
        f"<tr><td><b>{escape(code)}</b></td>"
        f'<td class="number">{count} of {len(measurements)}</td>'
        f"<td>{_withheld_count(taken[code])}{escape(_first(example[code]))}</td></tr>"
        for code, count in sorted(raised.items(), key=lambda kv: (-kv[1], kv[0]))
    )
    return (
        '<section class="cautions"><h2>Reasons for caution</h2>'
        f"<table><tbody>{items}</tbody></table></section>"
    )


def _withheld_count(count: int) -> str:
    return f"<b>Values withheld in {count}.</b> " if count else ""


def _first(text: str) -> str:
    """An example's text."""
    return f"For instance: {text}"


def _table(rows: Sequence[OverviewRow]) -> str:
    heads = "".join(
        f"<th>{escape(SITE_NAMES[site].capitalize())}</th>" for site in SITES
    )
    pictures = any(row.thumbnail for row in rows)
    first = "<th></th>" if pictures else ""
    body = "".join(_row(row, pictures) for row in rows)
    return f"""<section>
<table class="summary">
<thead><tr>{first}<th>Film</th><th>Side</th>{heads}<th>T neck</th><th>T total</th>
<th>Flags</th></tr></thead>
<tbody>{body}</tbody>
</table>
</section>"""


def _row(row: OverviewRow, pictures: bool) -> str:
    m = row.measurement
    name = escape(m.case_id)
    if row.link and _LINK.fullmatch(row.link):
        name = f'<a href="{escape(row.link)}">{name}</a>'
    picture = "" if row.thumbnail is None else _picture(row.thumbnail)
    start = f'<td class="thumb">{picture}</td>' if pictures else ""
    start += f'<th scope="row">{name}</th><td>{escape(m.side or "–")}</td>'
    flags = "<br>".join(escape(c) for c in dict.fromkeys(f.code for f in m.flags))
    if m.bmd_g_cm2 is None:
        reason = escape(m.reason or "not measured")
        cells = f'<td colspan="6" class="reason">{reason}</td>'
    else:
        cells = "".join(_cell(m, site, row.truth.get(site)) for site in SITES)
        scores = m.t_score or {}
        cells += "".join(
            f'<td class="number">{number(scores.get(site), 1)}</td>'
            for site in ("neck", "total")
        )
    return f'<tr>{start}{cells}<td class="flags">{flags or "–"}</td></tr>'


def _picture(svg: str) -> str:
    """A drawing as an image, in which no script can run: it may come from a file."""
    if "xmlns" not in svg:
        svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    data = escape(quote(svg, safe="/:;,=+() '\""))
    return f'<img alt="Film with regions" src="data:image/svg+xml,{data}">'


def _cell(m: Measurement, site: Site, true: float | None) -> str:
    if site in m.withheld:
        why = "<br>".join(escape(flag.code) for flag in m.withheld[site])
        return f'<td class="withheld"><b>withheld</b><small>{why}</small></td>'
    if site in m.not_fitted:
        return '<td class="number"><small>not fitted</small></td>'
    found: Estimate | None = (m.bmd_g_cm2 or {}).get(site)
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
