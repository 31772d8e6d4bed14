"""How large a pixel is, and who says so.

A film shows a shadow: at the detector everything is larger than in the patient, by
the distance from the tube to the detector over that to the patient. Only spacing *in
the patient* measures bone (DICOM PS3.3 10.7.1.3).
"""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import Dataset

from ..core.radiograph import Flag
from .tags import code, number, numbers

_LEAST_MM, _MOST_MM = 0.01, 2.0
_CALIBRATIONS = ("GEOMETRY", "FIDUCIAL")
_MOST_MAGNIFICATION = 2.5


@dataclass(frozen=True)
class Spacing:
    """Pixel spacing in mm, ``(row, column)``, its source in words, and doubts."""

    mm: tuple[float, float] | None
    source: str
    flags: tuple[Flag, ...] = ()


def spacing(film: Dataset) -> Spacing:
    """The best spacing the film offers.

    In this order: ``PixelSpacing`` that is not the detector's; the detector's,
    corrected for magnification; the detector's as it is, with a flag; none.
    """
    pixel, pixel_fault = _pair(film, "PixelSpacing")
    detector, _ = _pair(film, "ImagerPixelSpacing")
    calibration = code(film, "PixelSpacingCalibrationType")
    # Equal and without a calibration type, PixelSpacing repeats the detector's.
    if pixel and (calibration or not _same(pixel, detector)):
        if calibration is None:
            return Spacing(pixel, "PixelSpacing")
        how = calibration if calibration in _CALIBRATIONS else "in an unknown way"
        return Spacing(pixel, f"PixelSpacing, calibrated: {how}")

    name = "ImagerPixelSpacing"
    if detector is None:
        detector, _ = _pair(film, "NominalScannedPixelSpacing")
        name = "NominalScannedPixelSpacing"
    if detector:
        factor, basis = _magnification(film)
        if factor:
            corrected = (detector[0] / factor, detector[1] / factor)
            return Spacing(corrected, f"{name} / {factor:.4g} ({basis})")
        return Spacing(
            detector,
            f"{name}, in the detector plane",
            (
                Flag(
                    "spacing",
                    "The pixel spacing is that of the detector, not corrected for"
                    " magnification: lengths come out some 5–20 % too long; give the"
                    " spacing in the patient if you know it.",
                ),
            ),
        )
    reason = pixel_fault or "the film has no pixel spacing"
    return Spacing(
        None,
        f"none: {reason}",
        (
            Flag(
                "spacing",
                f"No length can be measured, because {reason}: give the spacing in mm.",
            ),
        ),
    )


def _pair(film: Dataset, keyword: str) -> tuple[tuple[float, float] | None, str | None]:
    """A believable ``(row, column)`` spacing, or why it is not one."""
    found = numbers(film, keyword)
    if not found:
        return None, None
    if len(found) == 1:
        found = found * 2
    row, column = found[:2]
    written = f"{keyword} is {row:g} × {column:g} mm"
    if not (_LEAST_MM <= row <= _MOST_MM and _LEAST_MM <= column <= _MOST_MM):
        return None, f"its {written}, which no film has"
    if row == column == 1:
        return None, f"its {written}, which programs write when they do not know"
    return (row, column), None


def _same(a: tuple[float, float], b: tuple[float, float] | None) -> bool:
    return b is not None and all(
        abs(x - y) < 1e-3 * y for x, y in zip(a, b, strict=True)
    )


def _magnification(film: Dataset) -> tuple[float | None, str]:
    """How much larger the shadow is than the bone, and by which tags."""
    said = number(film, "EstimatedRadiographicMagnificationFactor")
    # 1 is what machines write that do not know: no hip touches its detector.
    if said is not None and 1 < said <= _MOST_MAGNIFICATION:
        return said, "EstimatedRadiographicMagnificationFactor"
    detector = number(film, "DistanceSourceToDetector")
    patient = number(film, "DistanceSourceToPatient")
    if detector and patient and 0 < patient < detector <= _MOST_MAGNIFICATION * patient:
        return detector / patient, "DistanceSourceToDetector / DistanceSourceToPatient"
    return None, ""
