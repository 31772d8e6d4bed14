"""The film: what every step of the flowchart takes.

A :class:`Radiograph` holds one projection image with an explicit polarity
(bright = dense), its grey range, its pixel spacing *and where that spacing came
from*, and the few facts about the patient that the method uses. It never holds a
name, an id or a birth date.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .errors import FilmRefused, Refused

Side = Literal["L", "R"]
Sex = Literal["F", "M"]
SAME_SPACING = 0.02
FloatImage = NDArray[np.float32]
LEAST_BOX_PX = 32
SpacingMm = tuple[float, float]
TYPED = "given by the user"
"""The source of a spacing that a person typed."""


@dataclass(frozen=True)
class Flag:
    """A reason for caution: a stable ``code`` and a sentence for people.

    ``sites`` names those whose values it concerns; none means all of the hip.
    """

    code: str
    text: str
    sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Patient:
    """The biology that the paper joins to the grey-level features (its 3.4)."""

    sex: Sex | None = None
    age_years: float | None = None
    height_cm: float | None = None
    weight_kg: float | None = None

    def __post_init__(self) -> None:
        if self.sex not in (None, "F", "M"):
            raise Refused(f"A sex is F or M, or None, and {self.sex!r} was given.")

    @property
    def complete(self) -> bool:
        """Whether all four values are known."""
        return None not in (self.sex, self.age_years, self.height_cm, self.weight_kg)

    def or_else(self, other: Patient) -> Patient:
        """This patient, with values that are missing here taken from ``other``."""
        return Patient(
            self.sex or other.sex,
            _first(self.age_years, other.age_years),
            _first(self.height_cm, other.height_cm),
            _first(self.weight_kg, other.weight_kg),
        )


def check_side(side: Side | None) -> None:
    """Refuse what is no side of the body.

    Raises
    ------
    Refused
        If it is none of L, R and None.
    """
    if side not in (None, "L", "R"):
        raise Refused(f"A side is L or R, and {side!r} was given.")


def _first(a: float | None, b: float | None) -> float | None:
    return b if a is None else a


@dataclass(frozen=True)
class HipBox:
    """The paper's yellow box: pixel *edges* ``x0, y0, x1, y1`` in the film.

    Pixel centres are integers, so a box around the whole of an image with
    ``rows`` × ``columns`` pixels is ``(-0.5, -0.5, columns - 0.5, rows - 0.5)``.
    A box may reach over the film's border.
    """

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        corners = (self.x0, self.y0, self.x1, self.y1)
        if not np.all(np.isfinite(corners)):
            raise Refused("The hip box has a corner that is not a number.")
        if min(self.x1 - self.x0, self.y1 - self.y0) < LEAST_BOX_PX:
            raise Refused(
                "The hip box is smaller than 32 pixels: draw it around the whole hip,"
                " from above the joint to below the lesser trochanter."
            )

    @property
    def width(self) -> float:
        """Columns covered, in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Rows covered, in pixels."""
        return self.y1 - self.y0

    @property
    def centre_xy(self) -> tuple[float, float]:
        """Centre ``(x, y)`` in pixels."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    @classmethod
    def square(cls, centre_xy: tuple[float, float], side: float) -> HipBox:
        """A square of ``side`` pixels about ``centre_xy``."""
        (x, y), half = centre_xy, side / 2
        return cls(x - half, y - half, x + half, y + half)


@dataclass(frozen=True, eq=False)
class Radiograph:
    """One film.

    Attributes
    ----------
    pixels
        ``(rows, columns)`` float32, **bright = dense**, in the film's own units.
    grey_range
        The two values of ``pixels`` that the film's format maps to 0 and 1. It
        belongs to the format (bits stored), never to the content of one film.
    spacing_mm
        ``(row, column)`` spacing in mm, or None when no trusted one is known.
    spacing_source
        Where the spacing came from, in words for people.
    side
        ``"L"`` or ``"R"``, or None when the film does not say.
    case_id
        A name for this film that gives no person away.
    kvp
        Tube voltage in kV, when known.
    aspect
        Height of a pixel over its width where no spacing is known.
    burnt_in
        ``(rows, columns)``, True where marks in the picture hide the patient and
        ``pixels`` are filled in from around them; None without any.
    outside
        ``(rows, columns)``, True beyond a shutter, padding or an even border, where
        ``pixels`` are made up (:func:`fill.framed`); None where all is seen.
    detector_mm
        ``(row, column)`` spacing of the detector or scanned film, where it is known and
        not what ``spacing_mm`` holds.
    turned
        How the stored film was turned to be shown upright: a code of
        :class:`turning.Turn`, empty where it was not.
    pixels_sha256
        SHA-256 of the stored pixels, whatever is said about them; empty where there
        is no file.
    """

    pixels: FloatImage
    grey_range: tuple[float, float] = (0.0, 1.0)
    spacing_mm: tuple[float, float] | None = None
    spacing_source: str = "none"
    side: Side | None = None
    patient: Patient = field(default_factory=Patient)
    flags: tuple[Flag, ...] = ()
    case_id: str = "film"
    kvp: float | None = None
    aspect: float = 1.0
    burnt_in: NDArray[np.bool_] | None = None
    outside: NDArray[np.bool_] | None = None
    detector_mm: tuple[float, float] | None = None
    turned: str = ""
    pixels_sha256: str = ""

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or min(self.pixels.shape) < 32:
            raise FilmRefused(
                "A radiograph has two dimensions and at least 32 × 32 pixels, this one"
                f" is {' × '.join(map(str, self.pixels.shape))}: choose the film at its"
                " full size."
            )
        if self.pixels.dtype != np.float32:
            raise TypeError(f"pixels must be float32, not {self.pixels.dtype}")

    @property
    def shape(self) -> tuple[int, int]:
        """``(rows, columns)``."""
        rows, columns = self.pixels.shape
        return rows, columns

    @property
    def pixel_aspect(self) -> float:
        """Height of a pixel over its width; 1 where nothing is known."""
        aspect = self.aspect
        if self.spacing_mm is not None:
            aspect = self.spacing_mm[0] / self.spacing_mm[1]
        return 1.0 if abs(aspect - 1) < 1e-6 else aspect

    def grey(self) -> FloatImage:
        """The pixels on the fixed range of the film's format: 0 … 1, float32."""
        low, high = self.grey_range
        return (self.pixels - np.float32(low)) / np.float32(high - low)

    def hidden_alike(self, sto: FloatImage) -> FloatImage:
        """An STO ``(rows, columns)`` of this film, 0 … 1, hidden where the film is.

        Beyond the shutter it is what :meth:`grey` is there: no bone.
        """
        if self.outside is None:
            return sto
        hidden: FloatImage = np.where(self.outside, self.grey(), sto)
        return hidden

    def whole_box(self) -> HipBox:
        """The box that covers the film."""
        rows, columns = self.shape
        return HipBox(-0.5, -0.5, columns - 0.5, rows - 0.5)

    def with_typed_spacing(self, column_mm: float, force: bool = False) -> Radiograph:
        """A copy with a spacing that somebody typed for films without one.

        Parameters
        ----------
        column_mm
            Width of a pixel; its height follows from the film's pixel aspect.
        force
            Whether it wins over a spacing that the film gives without a doubt.
        """
        typed = (column_mm * self.pixel_aspect, column_mm)
        own = self.spacing_mm
        kept = tuple(flag for flag in self.flags if flag.code != "spacing")
        doubted = kept != self.flags
        if own is None or doubted:
            return replace(self, flags=kept, spacing_mm=typed, spacing_source=TYPED)
        told: tuple[Flag, ...] = ()
        if abs(own[1] / column_mm - 1) > SAME_SPACING:
            flag = Flag(
                "spacing",
                f"A spacing of {column_mm:g} mm was given, yet the film's own is"
                f" {own[1]:.4g} mm ({self.spacing_source}): the film's was taken.",
            )
            forced = Flag(
                "spacing",
                f"A spacing of {column_mm:g} mm was forced, yet the film's own is"
                f" {own[1]:.4g} mm ({self.spacing_source}): check which is right.",
            )
            told = (forced if force else flag,)
        flagged = replace(self, flags=(*self.flags, *told))
        if not force:
            return flagged
        return replace(flagged, spacing_mm=typed, spacing_source=TYPED)
