"""What a film's grey steps are worth, as far as rulers in the film tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import exp, log
from typing import Any


@dataclass(frozen=True)
class Ruler:
    """One way of reading the film's contrast gain.

    Attributes
    ----------
    name
        ``"usual"`` (what films of the calibration have), ``"shaft"`` (the femur's
        cortex), ``"film"`` (tube voltage, body, grey range and noise), ``"network"``
        (that looks at film and STO) or ``"object"`` (of known material and thickness,
        drawn by a person).
    gain_per_g_cm2
        Steps of the film's 0 … 1 grey range that one g/cm² of bone mineral makes.
    relative_error
        Standard error over the gain, of this ruler alone.
    weight
        Its share in the combined gain; all weights add up to 1.
    """

    name: str
    gain_per_g_cm2: float
    relative_error: float
    weight: float


@dataclass(frozen=True)
class Cortex:
    """The femoral shaft as the film shows it, in mm in the hip's plane.

    Attributes
    ----------
    medial_mm, lateral_mm
        Thickness of the cortex on either side.
    canal_mm
        Width of the medullary canal.
    cortical_index
        Share of the shaft's width that is cortex, 0 … 1: (outer width − canal) / outer
        width (Barnett & Nordin, Clin Radiol 1960;11:166, of metacarpal and femur).
    below_mm
        How far below the distal cut (I2–I3) these were read; the lowest stretch that
        the film shows.
    dorr_type
        ``"A"``, ``"B"`` or ``"C"``, the one whose mean cortical index (.58, .50, .42;
        Dorr et al., Bone 1993;14:231) is nearest; only where the film shows the level
        that it is defined at, 10 cm below the lesser trochanter. None elsewhere.
    canal_above_mm, canal_at_lesser_mm, canal_below_mm
        Width of the canal 20 mm above the lesser trochanter's apex, at it, and 100 mm
        below it.
    isthmus_mm, isthmus_below_lesser_mm
        The narrowest canal of the shaft, and how far below the apex it lies.
    flare_index
        Canal flare index: ``canal_above_mm / isthmus_mm`` (Noble et al., Clin Orthop
        1988;235:148); below 3 a stovepipe, above 4.7 a champagne flute.
    calcar_ratio
        Canal–calcar ratio: ``canal_below_mm / canal_at_lesser_mm`` (Dorr et al.).
    dorr_type_by_ratio
        ``"A"`` to .5, ``"B"`` to .75, ``"C"`` beyond: of the canal–calcar ratio.
    flare_reason, calcar_reason
        Why there is none, in a sentence; None where there is one.
    """

    medial_mm: float
    lateral_mm: float
    canal_mm: float
    cortical_index: float
    below_mm: float
    dorr_type: str | None = None
    canal_above_mm: float | None = None
    canal_at_lesser_mm: float | None = None
    canal_below_mm: float | None = None
    isthmus_mm: float | None = None
    isthmus_below_lesser_mm: float | None = None
    flare_index: float | None = None
    calcar_ratio: float | None = None
    dorr_type_by_ratio: str | None = None
    flare_reason: str | None = None
    calcar_reason: str | None = None

    def sentence(self) -> str:
        """All of it, for people."""
        dorr = "" if self.dorr_type is None else f", Dorr type {self.dorr_type}"
        told = [
            (
                f"Cortex {self.below_mm:.0f} mm below the distal cut: medial"
                f" {self.medial_mm:.1f} mm, lateral {self.lateral_mm:.1f} mm, canal"
                f" {self.canal_mm:.1f} mm, index {self.cortical_index:.2f}{dorr}."
            )
        ]
        if self.flare_index is not None:
            told.append(
                f"Canal flare index {self.flare_index:.1f}:"
                f" {self.canal_above_mm:.1f} mm 20 mm above the lesser trochanter"
                f" over {self.isthmus_mm:.1f} mm at the isthmus,"
                f" {self.isthmus_below_lesser_mm:.0f} mm below it."
            )
        if self.calcar_ratio is not None:
            told.append(
                f"Canal–calcar ratio {self.calcar_ratio:.2f} (Dorr type"
                f" {self.dorr_type_by_ratio} by it): {self.canal_below_mm:.1f} mm"
                " 100 mm below the lesser trochanter over"
                f" {self.canal_at_lesser_mm:.1f} mm at it."
            )
        missing: dict[str, list[str]] = {}
        for name, reason in (
            ("canal flare index", self.flare_reason),
            ("canal–calcar ratio", self.calcar_reason),
        ):
            if reason is not None:
                missing.setdefault(reason, []).append(f"no {name}")
        for reason, names in missing.items():
            what = " and ".join(names)
            told.append(f"N{what[1:]}: {reason[0].lower()}{reason[1:]}")
        return " ".join(told)


@dataclass(frozen=True)
class GreyScale:
    """The contrast gain of one film, from all its rulers together.

    Attributes
    ----------
    gain_per_g_cm2, relative_error
        As of :class:`Ruler`, combined.
    rulers
        Those that could be read, and how they are weighed.
    cortex
        None where the shaft could not be read, or no stretch of it shows its canal.
    shaft_reason
        Why the shaft could not be read, in a sentence; None where it was.
    """

    gain_per_g_cm2: float
    relative_error: float
    rulers: tuple[Ruler, ...]
    cortex: Cortex | None = None
    shaft_reason: str | None = None

    def with_ruler(self, ruler: Ruler) -> GreyScale:
        """With one more, independent ruler, weighed by its inverse variance."""
        before, own = self.relative_error**-2, ruler.relative_error**-2
        share = own / (before + own)
        mean = (1 - share) * log(self.gain_per_g_cm2) + share * log(
            ruler.gain_per_g_cm2
        )
        others = [replace(one, weight=one.weight * (1 - share)) for one in self.rulers]
        return replace(
            self,
            gain_per_g_cm2=exp(mean),
            relative_error=(before + own) ** -0.5,
            rulers=(*others, replace(ruler, weight=share)),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain numbers for the command line's contract."""
        cortex = None
        if self.cortex is not None:
            cortex = _rounded(asdict(self.cortex))
        return {
            "gain_per_g_cm2": round(self.gain_per_g_cm2, 5),
            "relative_error": round(self.relative_error, 4),
            "rulers": [_rounded(asdict(ruler), 5) for ruler in self.rulers],
            "cortex": cortex,
            "shaft_reason": self.shaft_reason,
        }


def _rounded(values: Mapping[str, Any], digits: int = 3) -> dict[str, Any]:
    return {
        name: round(value, digits) if isinstance(value, float) else value
        for name, value in values.items()
    }
