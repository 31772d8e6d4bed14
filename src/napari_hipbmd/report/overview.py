"""The page about all hips of a study: reasons for caution first, then every hip."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from ..bmd import SITE_NAMES
from ..core.anatomy import SITES, Site
from ..core.caveats import research_use
from ..core.measurement import Measurement
from ..core.stored_measurement import MeasurementStatus
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

    @property
    def safe_link(self) -> str | None:
        """The link, if it goes to a page of this study."""
        return self.link if self.link and _LINK.fullmatch(self.link) else None

    @property
    def image(self) -> str | None:
        """The picture as an image, in which no script runs: it may come from a file."""
        if self.thumbnail is None:
            return None
        svg = self.thumbnail
        if "xmlns" not in svg:
            svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        return quote(svg, safe="/:;,=+() '\"")


def study_page(rows: Sequence[OverviewRow]) -> str:
    """One HTML page about many hips.

    Parameters
    ----------
    rows
        In the order in which they are shown; refused films are listed with their
        reason.
    """
    found = [row.measurement for row in rows]
    notes = sources(found)
    if any(row.truth for row in rows):
        notes.insert(0, TRUTH_NOTE)
    return page(
        "overview.html",
        notes,
        research_use(found),
        title=TITLE,
        counted=_counted(found),
        cautions=_cautions(found),
        rows=rows,
        pictures=any(row.thumbnail for row in rows),
        sites=SITES,
        names=SITE_NAMES,
    )


def _counted(measurements: Sequence[Measurement]) -> str:
    names: dict[MeasurementStatus, str] = {
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


def _cautions(measurements: Sequence[Measurement]) -> list[dict[str, str | int]]:
    """Every flag that was raised, how often, and how many values it took away."""
    raised = Counter(
        code for m in measurements for code in {flag.code for flag in m.flags}
    )
    taken = Counter(
        code
        for m in measurements
        for code in {flag.code for flags in m.withheld.values() for flag in flags}
    )
    example = {flag.code: flag.text for m in measurements for flag in m.flags}
    return [
        {
            "code": code,
            "count": count,
            "withheld": taken[code],
            "example": example[code],
        }
        for code, count in sorted(raised.items(), key=lambda kv: (-kv[1], kv[0]))
    ]
