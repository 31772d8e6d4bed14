"""One row of ``cases.csv``: cells to a case, and a case to cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from ...core.anatomy import SITES
from ...core.errors import Refused
from ...core.radiograph import Patient, Sex, Side
from .case import Case, checked_name, inside
from .sexes import Sexes

T = TypeVar("T")

PATIENT_RANGES = {
    "age_years": (0.0, 130.0),
    "height_cm": (50.0, 250.0),
    "weight_kg": (2.0, 400.0),
}
DXA_RANGE_G_CM2 = (0.05, 3.0)
"""Wide enough for any hip, narrow enough to catch mg/cm² and a T-score."""

DXA_COLUMNS = {site: f"bmd_{site}" for site in SITES}
COLUMNS = (
    "case_id",
    "image",
    "side",
    "sex",
    *PATIENT_RANGES,
    *DXA_COLUMNS.values(),
    "group",
)
_MISSING = {"", "-", ".", "na", "n/a", "nan", "none", "null"}
_SIDES: dict[str, Side] = {"l": "L", "left": "L", "r": "R", "right": "R"}


class TableRow:
    """One row while it is read: its cells by column, and what is wrong with them."""

    def __init__(
        self, header: Sequence[str], cells: Sequence[str], line: int, sexes: Sexes
    ) -> None:
        filled = [cell.strip() for cell in cells]
        self._cells = dict(zip(header, filled, strict=False))
        self._header, self._sexes = header, sexes
        self.problems: list[str] = []
        self.case_id = self._cells.get("case_id", "")
        self.name = f"line {line} (case {self.case_id or '?'})"
        if any(filled[len(header) :]):
            self.problems.append("there are more cells than columns")

    def case(self, folder: Path) -> Case:
        """The case, with placeholders where :attr:`problems` has something to say."""
        return Case(
            case_id=self._name(),
            image=self._image(folder),
            side=self._choice("side", _SIDES),
            patient=Patient(
                self._sex(),
                *(self._number(name, *limits) for name, limits in _PATIENT_LIMITS),
            ),
            dxa={
                site: self._number(column, *DXA_RANGE_G_CM2)
                for site, column in DXA_COLUMNS.items()
            },
            group=self._group() or self.case_id,
            extra={
                name: self._cells.get(name, "")
                for name in self._header
                if name not in COLUMNS
            },
        )

    def _name(self) -> str:
        try:
            return checked_name(self.case_id, "the case_id")
        except Refused as refusal:
            self.problems.append(str(refusal).rstrip("."))
            return self.case_id

    def _image(self, folder: Path) -> Path:
        try:
            return inside(folder, self._cells.get("image", ""))
        except Refused as refusal:
            self.problems.append(str(refusal).rstrip("."))
            return folder

    def _group(self) -> str:
        """Nothing where a word says so: not one patient of all who have none."""
        text = self._cells.get("group", "")
        return "" if text.casefold() in _MISSING else text

    def _choice(self, column: str, words: dict[str, T]) -> T | None:
        text = self._cells.get(column, "")
        if text.casefold() in _MISSING:
            return None
        if text.casefold() not in words:
            options = " or ".join(dict.fromkeys(map(str, words.values())))
            self.problems.append(f"{column} is {text[:20]!r} where {options} belongs")
        return words.get(text.casefold())

    def _sex(self) -> Sex | None:
        text = self._cells.get("sex", "")
        if text.casefold() in _MISSING:
            return None
        found = self._sexes.named(text)
        if self._sexes.is_ambiguous(text):
            self.problems.append(
                f"sex is {text[:20]!r}, which may be a woman (mujer, vrouw) or a man"
                " beside the others of the column: write F or M"
            )
        elif found is None:
            self.problems.append(f"sex is {text[:20]!r} where F or M belongs")
        return found

    def _number(self, column: str, low: float, high: float) -> float | None:
        text = self._cells.get(column, "")
        if text.casefold() in _MISSING:
            return None
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            self.problems.append(
                f"{column} is {text[:20]!r} where a number from {low:g} to {high:g}"
                f" belongs{_other_unit(column, value)}"
            )
            return None
        return value


def _other_unit(column: str, value: float) -> str:
    """What a value out of range may have been meant as; empty when nothing fits."""
    if column in DXA_COLUMNS.values():
        if 150 <= value <= 3000:
            return f", in g/cm²: {value:g} mg/cm² would be {value / 1000:g}"
        if 20 <= value < 150:
            return ", in g/cm²: it may be per cent of the young or of the age"
        return ", in g/cm²: it may be a T-score" if -9 <= value <= 0 else ""
    if column == "height_cm" and 1 <= value <= 2.5:
        return f", in cm: {value:g} m would be {100 * value:g}"
    if column == "age_years" and 1890 <= value <= 2100:
        return ", in years: it may be a year of birth"
    return ""


_PATIENT_LIMITS = tuple(PATIENT_RANGES.items())


def cells(case: Case, folder: Path) -> list[str]:
    """The known columns of one case as text; numbers so that they read back equal."""
    image = case.image
    if image.is_absolute():
        try:
            image = image.relative_to(folder)
        except ValueError:
            raise Refused(
                f"The image of case {case.case_id} lies outside the study: copy it"
                " into the study's folder."
            ) from None
    inside(folder, image.as_posix())
    patient = case.patient
    numbers = [
        *(getattr(patient, name) for name in PATIENT_RANGES),
        *(case.dxa.get(site) for site in SITES),
    ]
    return [
        case.case_id,
        image.as_posix(),
        case.side or "",
        patient.sex or "",
        *("" if v is None else repr(float(v)) for v in numbers),
        case.group or case.case_id,
    ]
