"""CSV, one row a point: everything that a label file holds, for any program.

A landmark's row is named ``N1``; the corners of an outline that a person drew are
``neck 1``, ``neck 2``, …. What is known of the film is repeated in each row.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import cast

from ...core.anatomy import LANDMARK_IDS, REGIONS, Region
from ...core.cells import bare, guarded_row
from ...core.errors import Refused
from ...core.radiograph import HipBox, Side
from ..cases.sheet import NotATable, rows_of, text_of
from ..labelling.facts import FilmFacts
from ..labelling.label import XY, Label, State
from ..labelling.labels import Labels
from ..labelling.outlines import as_polygon
from .content import refusing
from .parcel import Intake, Parcel

_NEEDED = ("case_id", "landmark", "x", "y")
_ORIGIN = ("source", "version", "who", "when")
_BOX = ("box_x0", "box_y0", "box_x1", "box_y1")
_FILM = ("rows", "columns", "row_spacing_mm", "column_spacing_mm", "side", *_BOX)
COLUMNS = (
    "case_id", "landmark", "state", "x", "y", "x_mm", "y_mm", *_ORIGIN,
    "predicted_x", "predicted_y", "sigma_mm", "moved_px", "moved_mm", *_FILM, "apart",
)  # fmt: skip
_CORNER = re.compile(r"(.+?) +([1-9][0-9]*)")
_APART = ";"
TableRow = Mapping[str, str]


def write_rows(labels: Sequence[Labels]) -> bytes:
    """Labels of one annotator as CSV text.

    ``x_mm``, ``y_mm`` and the moved distances follow from the rest; they are for
    people.
    """
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, COLUMNS, restval="")  # ends lines as RFC 4180
    writer.writeheader()
    for one in labels:
        always = {"case_id": one.case_id, **_film_columns(one)}
        for name in LANDMARK_IDS:
            mark = one.landmarks.get(name)
            if mark is not None:
                row = _row(mark, one.film.spacing_mm)
                writer.writerow(guarded_row(always | {"landmark": name} | row))
        for region, corners in one.regions.items():
            for i, xy in enumerate(corners, 1):
                row = _place(xy, one.film.spacing_mm)
                named = {"landmark": f"{region} {i}"}
                writer.writerow(guarded_row(always | named | row))
    return file.getvalue().encode()


def read_rows(data: bytes, name: str, intake: Intake) -> list[Parcel]:
    """The cases of a CSV file.

    Commas, semicolons and tabs separate. ``case_id, landmark, x, y`` are needed; an
    empty state means placed, or absent where there is no position.

    Raises
    ------
    Refused
        If it is not such a table.
    """
    with refusing(f"{name} is not a table of landmarks"):
        try:
            columns, rows = rows_of(text_of(data), COLUMNS)
        except NotATable as error:
            raise Refused(str(error)) from None
        missing = [column for column in _NEEDED if column not in columns]
        if missing:
            raise Refused(f"its first line names no column {missing[0]}.")
        unread = [column for column in columns if column not in COLUMNS]
        if unread:
            listed = ", ".join(column[:20] for column in unread[:5])
            intake.tell(f"{name}: columns that are not known were left out: {listed}.")
        found: dict[str, _Case] = {}
        for line, cells in rows:
            if any(map(str.strip, cells[len(columns) :])):
                raise Refused(f"line {line} has too many columns.")
            filled = [*map(bare, cells)] + [""] * (len(columns) - len(cells))
            row = dict(zip(columns, filled, strict=False))
            case = row["case_id"].strip()
            found.setdefault(case, _Case(case)).add(row, intake)
        return [case.parcel() for case in found.values()]


@dataclass
class _Case:
    """What the rows of one case have said so far."""

    name: str
    landmarks: dict[str, Label] = field(default_factory=dict)
    corners: dict[Region, dict[int, XY]] = field(default_factory=dict)
    always: tuple[str, ...] | None = None
    film: FilmFacts = FilmFacts()
    apart: tuple[str, ...] = ()

    def add(self, row: TableRow, intake: Intake) -> None:
        """Read one row."""
        always = tuple(_word(row, column) for column in (*_FILM, "apart"))
        if self.always is None:
            self.always, self.film = always, _film(row)
            self.apart = tuple(filter(None, _word(row, "apart").split(_APART)))
        elif always != self.always:
            raise Refused(f"the rows of {self.name[:40]} tell of different films.")
        theirs = _word(row, "landmark")
        corner = _CORNER.fullmatch(theirs)
        region = None if corner is None else intake.names.region(corner[1])
        if corner is not None and region is not None:
            self._add_corner(cast(Region, region), int(corner[2]), row)
            return
        name = intake.names.landmark(theirs)
        if name is None:
            intake.tell(f"The point {theirs[:40]!r} was left out.")
        elif name in self.landmarks:
            raise Refused(f"{name} of {self.name[:40]} occurs twice.")
        else:
            self.landmarks[name] = _label(row, intake.source)
            self._check_mm(row, intake)

    def parcel(self) -> Parcel:
        """The case, when its last row was read."""
        regions = {}
        for region in REGIONS:
            corners = self.corners.get(region, {})
            if sorted(corners) != list(range(1, len(corners) + 1)):
                raise Refused(f"{region} of {self.name[:40]} lacks a corner.")
            if corners:
                in_order = [corners[i] for i in sorted(corners)]
                regions[region] = as_polygon(in_order, region)
        return Parcel(self.name, self.landmarks, regions, self.film, self.apart)

    def _add_corner(self, region: Region, number: int, row: TableRow) -> None:
        xy = _pair(row, "x", "y")
        corners = self.corners.setdefault(region, {})
        if xy is None or number in corners:
            raise Refused(
                f"corner {number} of {region} of {self.name[:40]} has no position, or"
                " two."
            )
        corners[number] = xy

    def _check_mm(self, row: TableRow, intake: Intake) -> None:
        """Refuse millimetres that do not fit the film's spacing."""
        xy, mm = _pair(row, "x", "y"), _pair(row, "x_mm", "y_mm")
        if xy is None or mm is None:
            return
        spacing = self.film.or_else(intake.film(self.name)).spacing_mm
        if spacing is None:
            return
        for px, length, step in zip(xy, mm, spacing[::-1], strict=True):
            if abs(length - px * step) > 0.005 * abs(length) + 0.01:
                raise Refused(
                    f"the millimetres of {self.name[:40]} do not fit a film of"
                    f" {step:.4g} mm a pixel: it is of another film."
                )


def _film_columns(one: Labels) -> dict[str, str]:
    film = one.film
    rows, columns = film.shape or ("", "")
    row_mm, column_mm = film.spacing_mm or ("", "")
    box = ("",) * 4 if film.box is None else astuple(film.box)
    values = (rows, columns, row_mm, column_mm, film.side or "", *box)
    words = (v if isinstance(v, str) else repr(v) for v in values)
    return dict(zip(_FILM, words, strict=True)) | {"apart": _APART.join(one.apart)}


def _row(mark: Label, spacing: tuple[float, float] | None) -> dict[str, str]:
    numbers = {
        "sigma_mm": mark.sigma_mm,
        "moved_px": _short(mark.moved_px),
        "moved_mm": _short(mark.moved_mm(spacing)),
    }
    if mark.predicted_xy is not None:
        x, y = mark.predicted_xy
        numbers |= {"predicted_x": x, "predicted_y": y}
    words = {name: str(getattr(mark, name)) for name in _ORIGIN}
    place = {} if mark.xy is None else _place(mark.xy, spacing)
    return {"state": mark.state} | place | words | _texts(numbers)


def _place(xy: XY, spacing: tuple[float, float] | None) -> dict[str, str]:
    values: dict[str, float | None] = {"x": xy[0], "y": xy[1]}
    if spacing is not None:
        values["x_mm"] = round(xy[0] * spacing[1], 4)
        values["y_mm"] = round(xy[1] * spacing[0], 4)
    return _texts(values)


def _texts(values: Mapping[str, float | None]) -> dict[str, str]:
    return {k: "" if v is None else repr(float(v)) for k, v in values.items()}


def _label(row: TableRow, source: str) -> Label:
    xy = _pair(row, "x", "y")
    state = _word(row, "state") or ("absent" if xy is None else "placed")
    origin = {name: row.get(name, "") for name in _ORIGIN}
    if not any(origin.values()):
        origin["source"] = source
    return Label(
        xy,
        cast(State, state),
        **origin,
        predicted_xy=_pair(row, "predicted_x", "predicted_y"),
        sigma_mm=_number(row, "sigma_mm"),
    )


def _film(row: TableRow) -> FilmFacts:
    shape = _pair(row, "rows", "columns")
    box = [_number(row, column) for column in _BOX]
    corners = [v for v in box if v is not None]
    return FilmFacts(
        None if shape is None else (int(shape[0]), int(shape[1])),
        _pair(row, "row_spacing_mm", "column_spacing_mm"),
        cast(Side | None, _word(row, "side") or None),
        HipBox(*corners) if len(corners) == len(_BOX) else None,
    )


def _pair(row: TableRow, first: str, second: str) -> XY | None:
    a, b = _number(row, first), _number(row, second)
    if a is None and b is None:
        return None
    if a is None or b is None:
        raise Refused(f"a row has {first} or {second}, but not both.")
    return a, b


def _number(row: TableRow, column: str) -> float | None:
    word = _word(row, column)
    if not word:
        return None
    try:
        return float(word.replace(",", "."))
    except ValueError:
        raise Refused(f"{word[:20]!r} is not a number ({column}).") from None


def _word(row: TableRow, column: str) -> str:
    return row.get(column, "").strip()


def _short(length: float | None) -> float | None:
    return None if length is None else round(length, 3)
