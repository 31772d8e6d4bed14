"""3D Slicer Markups (``.mrk.json``, schema 1.0.3): one file a case, in mm.

The film lies in the plane z = 0 of the patient's coordinates (LPS), the centre of its
first pixel at the origin, columns along x and rows along y: where Slicer puts a plain
picture. The schema knows a position as ``defined`` or ``undefined``; the point's
description says ``occluded``, ``uncertain`` or ``absent``. The label file is carried
along in a key of its own, which Slicer passes over, and drops when it saves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np

from ...core.anatomy import LANDMARK_IDS, REGIONS, Region
from ...core.bounded_json import parse_json
from ...core.errors import Refused
from ...core.radiograph import SAME_SPACING, SpacingMm
from ..labelling.facts import FilmFacts
from ..labelling.label import STATES, XY, Label, State
from ..labelling.labels import Labels
from ..labelling.outlines import Polygon, as_polygon
from .content import LARGEST_BYTES, json_text, refusing
from .parcel import OWN, Intake, Parcel, own, own_labels, with_origins

SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/"
    "Resources/Schema/markups-schema-v1.0.3.json#"
)
_OFF_PLANE_MM = 1.0
"""Half the thickness that Slicer gives a plain picture, and a little more."""


def write_slicer(labels: Labels) -> bytes:
    """Labels of one case as a Markups file.

    Raises
    ------
    Refused
        If the film's spacing is not known.
    """
    spacing = _spacing(labels.film, labels.case_id)
    points = []
    for number, name in enumerate(LANDMARK_IDS, 1):
        mark = labels.landmarks.get(name)
        said = "" if mark is None or mark.state == "placed" else mark.state
        xy = None if mark is None else mark.xy
        points.append(_point(number, name, xy, spacing, said))
    marks = [_markup("Fiducial", labels.case_id, points)]
    for region in REGIONS:
        corners = labels.regions.get(region, ())
        if corners:
            points = [
                _point(i, f"{region}-{i}", xy, spacing)
                for i, xy in enumerate(corners, 1)
            ]
            marks.append(_markup("ClosedCurve", region, points))
    return json_text({"@schema": SCHEMA, "markups": marks, OWN: own(labels)})


def read_slicer(data: bytes, name: str, case: str, intake: Intake) -> Parcel:
    """A case from a Markups file; RAS is turned into LPS.

    Raises
    ------
    Refused
        If it is not a Markups file of these landmarks, or the spacing is not known.
    """
    with refusing(f"{name} is not a Markups file of hip landmarks"):
        content = parse_json(data, LARGEST_BYTES)
        kept = own_labels(content)
        film = FilmFacts() if kept is None else kept.film
        spacing = _spacing(film.or_else(intake.film(case)), case)
        if film.spacing_mm is None:
            _doubt_of_two(intake, case, spacing)
        landmarks: dict[str, Label] = {}
        regions: dict[Region, Polygon] = {}
        for markup in content["markups"]:
            points, sign = markup["controlPoints"], _sign(markup)
            region = intake.names.region(markup.get("name"))
            if markup["type"] == "Fiducial":
                _add(landmarks, points, spacing, sign, intake)
            elif markup["type"] == "ClosedCurve" and region is not None:
                if region in regions:
                    raise Refused(f"it has two curves of the {region}.")
                corners = [_xy(point, spacing, sign) for point in points]
                regions[cast(Region, region)] = as_polygon(
                    corners, cast(Region, region)
                )
            else:
                intake.tell(f"{name}: markups that are no landmarks were left out.")
        return with_origins(Parcel(case, landmarks, regions), kept)


def _markup(kind: str, name: str, points: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": kind,
        "name": name,
        "coordinateSystem": "LPS",
        "coordinateUnits": "mm",
        "locked": False,
        "controlPoints": points,
    }


def _point(
    number: int, label: str, xy: XY | None, spacing: SpacingMm, description: str = ""
) -> dict[str, Any]:
    x, y = xy or (0.0, 0.0)
    return {
        "id": str(number),
        "label": label,
        "description": description,
        "position": [x * spacing[1], y * spacing[0], 0.0],
        "selected": True,
        "locked": False,
        "visibility": True,
        "positionStatus": "undefined" if xy is None else "defined",
    }


def _add(
    landmarks: dict[str, Label],
    points: Iterable[Mapping[str, Any]],
    spacing: SpacingMm,
    sign: float,
    intake: Intake,
) -> None:
    for point in points:
        theirs = point["label"]
        name = intake.names.landmark(theirs)
        label = _label(point, spacing, sign, intake)
        if name is None:
            intake.tell(f"The point {str(theirs)[:40]!r} was left out.")
        elif name in landmarks:
            raise Refused(f"{name} occurs twice among its points.")
        elif label is not None:
            landmarks[name] = label


def _label(
    point: Mapping[str, Any], spacing: SpacingMm, sign: float, intake: Intake
) -> Label | None:
    """A point's label; None where it has no position yet."""
    said = str(point.get("description", "")).strip().casefold()
    status = point.get("positionStatus", "defined")
    if status == "missing" or (status == "undefined" and said == "absent"):
        return Label(None, "absent", source=intake.source)
    if status != "defined":
        if status != "undefined":
            intake.tell(
                f"The point {str(point['label'])[:40]!r} is {str(status)[:20]!r}, which"
                " is no position that somebody gave, and was left out."
            )
        return None
    known = said in STATES and said != "absent"
    if said and not known:
        intake.tell(
            f"The description {said[:40]!r} is no state of a point that has a position,"
            " and was left out."
        )
    state = cast(State, said if known else "placed")
    return Label(_xy(point, spacing, sign), state, source=intake.source)


def _xy(point: Mapping[str, Any], spacing: SpacingMm, sign: float) -> XY:
    x, y, z = map(float, point["position"])
    if abs(z) > _OFF_PLANE_MM:
        raise Refused(
            f"{str(point.get('label', 'a point'))[:40]} lies {abs(z):.3g} mm off the"
            " plane of the film (z is not 0)."
        )
    return sign * x / spacing[1], sign * y / spacing[0]


def _sign(markup: Mapping[str, Any]) -> float:
    """1 for LPS, −1 for RAS, whose first two axes point the other way."""
    unit = markup.get("coordinateUnits", "mm")
    if unit != "mm" and (not isinstance(unit, list) or unit[:1] != ["mm"]):
        raise Refused(f"its unit is {str(unit)[:20]!r}, not mm.")
    system = markup.get("coordinateSystem", "LPS")
    if system not in ("LPS", "RAS"):
        raise Refused(f"its coordinate system is {str(system)[:20]!r}, not LPS or RAS.")
    return 1.0 if system == "LPS" else -1.0


def _doubt_of_two(intake: Intake, case: str, used: SpacingMm) -> None:
    """Tell of a film that knows two spacings, since the file does not say whose mm."""
    other = intake.detector_mm(case)
    if other is None or abs(other[1] / used[1] - 1) < SAME_SPACING:
        return
    percent = abs(other[1] / used[1] - 1) * 100
    intake.doubts.append(
        f"{case}: the film knows two spacings, {used[1]:.4g} mm in the patient, which"
        f" was taken, and {other[1]:.4g} mm at the detector; if the points were placed"
        f" with the other one, they lie {percent:.0f} % of their place off: compare"
        " them with the film."
    )


def _spacing(film: FilmFacts, case: str) -> SpacingMm:
    if film.spacing_mm is None or not np.isfinite(film.spacing_mm).all():
        raise Refused(
            f"The film of {case[:40]} has no pixel spacing, and Slicer's files are in"
            " mm."
        )
    return film.spacing_mm
