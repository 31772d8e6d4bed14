"""The page about one hip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..bmd import SITE_NAMES
from ..core.anatomy import REGIONS, SITES, Region, Site
from ..core.caveats import research_use
from ..core.measurement import Measurement
from ..core.radiograph import Patient
from ..quality import FLAG_CODES
from . import pictures
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
    notes = sources([m])
    clipped = _clipped(m)
    if clipped:
        notes.insert(0, _FIG6_NOTE)
    if truth:
        notes.insert(0, TRUTH_NOTE)
    return page(
        "case.html",
        notes,
        research_use([m]),
        title=f"{m.case_id}: {TITLE}",
        kind=TITLE,
        m=m,
        facts=_facts(m),
        person=person,
        truth=truth,
        pictures=_pictures(m),
        clipped=clipped,
        sites=SITES,
        names=SITE_NAMES,
        ticks=_TICKS_G_CM2,
        place=_place,
        area=lambda site: _area(m, site),
        why_withheld=lambda site: _why_withheld(m, site),
    )


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


def _pictures(m: Measurement) -> list[tuple[str, str]]:
    """Captions and drawings, where there is a film to draw."""
    if m.images is None and m.film is None:
        return []
    shown = [("Film, landmarks, regions", pictures.film_picture(m))]
    if m.images is not None:
        shown += [
            ("Soft tissue only (STO)", pictures.sto_picture(m, m.images)),
            ("Bone image: film − STO", pictures.bone_picture(m, m.images)),
        ]
    return shown


def _why_withheld(m: Measurement, site: Site) -> str:
    """The reason in place of the number; its sentence stands among the flags."""
    codes = dict.fromkeys(flag.code for flag in m.withheld[site])
    return "; ".join(f"{c}: {FLAG_CODES[c]}" if c in FLAG_CODES else c for c in codes)


def _area(m: Measurement, site: Site) -> float | None:
    """Area in cm²; the total is the sum of the three, which tile."""
    wanted = REGIONS if site == "total" else (site,)
    areas = [m.regions[r].area_cm2 for r in wanted if r in m.regions]
    known = [a for a in areas if a is not None]
    return sum(known) if len(known) == len(wanted) else None


def _place(value: float) -> float:
    low, high = _SCALE_G_CM2
    return 220 * (min(max(value, low), high) - low) / (high - low)


def _clipped(m: Measurement) -> dict[Region, list[tuple[str | None, float, Any]]]:
    """Figure 6: of each region the three thresholded pictures, features, thresholds."""
    if m.images is None:
        return {}
    return {
        region: [
            (
                pictures.threshold_picture(m, m.images, region, i),
                m.regions[region].features[i],
                m.regions[region].thresholds[i],
            )
            for i in range(3)
        ]
        for region in REGIONS
        if region in m.regions
    }
