"""How large a pixel is, and who says so.

A film shows a shadow: at the detector everything is larger than in the patient, by
the distance from the tube to the detector over that to the patient. Only spacing *in
the patient* measures bone (DICOM PS3.3 10.7.1.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydicom.dataset import Dataset

from ..core.radiograph import Flag
from .detector_elements import against_elements
from .tags import code, number, numbers, values

_LEAST_MM, _MOST_MM = 0.01, 2.0
_CALIBRATIONS = ("GEOMETRY", "FIDUCIAL")
_MOST_MAGNIFICATION = 2.5
_USUAL_MAGNIFICATION = (1.0, 1.4)
"""Of a hip: it lies near to the detector, and the tube 1 m or more before it."""

_AGREE = 0.05
_EQUAL = 0.01
"""Spacings that are rounded differently; no hip is magnified by so little."""

_TOO_LONG = (
    "lengths come out some 5–20 % too long; give the spacing in the patient if you"
    " know it."
)


@dataclass(frozen=True)
class Spacing:
    """Pixel spacing in mm, ``(row, column)``, its source in words, and doubts.

    ``aspect`` is a pixel's height over its width where that alone is known.
    """

    mm: tuple[float, float] | None
    source: str
    flags: tuple[Flag, ...] = ()
    aspect: float = 1.0
    detector: tuple[float, float] | None = None


def spacing(film: Dataset) -> Spacing:
    """The best spacing the film offers.

    In this order: ``PixelSpacing`` that is not the detector's; the detector's,
    corrected for magnification; the detector's as it is, with a flag; none.
    """
    best = _best(film)
    imager, _ = _pair(film, "ImagerPixelSpacing")
    scanned, _ = _pair(film, "NominalScannedPixelSpacing")
    detector = imager or scanned
    if best.mm is None:
        return best
    doubts = _flags(_passed_over(film), against_elements(film, imager))
    best = replace(best, flags=(*best.flags, *doubts))
    if detector is None or (best.mm and _same(best.mm, detector)):
        return best
    return replace(best, detector=detector)


def _best(film: Dataset) -> Spacing:
    pixel, pixel_fault = _pair(film, "PixelSpacing")
    imager, _ = _pair(film, "ImagerPixelSpacing")
    scanned, _ = _pair(film, "NominalScannedPixelSpacing")
    how = code(film, "PixelSpacingCalibrationType")
    calibration = how if how in _CALIBRATIONS else None
    factor, basis, doubt = _magnification(film)
    repeated = pixel and (_same(pixel, imager) or _same(pixel, scanned))
    # Equal and without a calibration type, PixelSpacing repeats the detector's.
    if pixel and (calibration or not repeated):
        source = "PixelSpacing"
        if calibration:
            source = f"PixelSpacing, calibrated: {calibration}"
            if repeated:
                doubt = (
                    f"PixelSpacing is called calibrated ({calibration}), yet it is that"
                    f" of the detector: if it was not corrected, {_TOO_LONG}"
                )
        elif imager is None and scanned is None:
            # PS3.3 10.7.1.3: it cannot be told whether it was corrected.
            doubt = (
                "The film gives PixelSpacing alone and does not say whether it is that"
                f" of the patient or of the detector: if of the detector, {_TOO_LONG}"
            )
        against = _against(pixel, imager or scanned, factor)
        shape = _against_aspect(film, pixel)
        return Spacing(pixel, source, _flags(doubt, against, shape))

    detector, name, plane = imager, "ImagerPixelSpacing", "the detector"
    if detector is None:
        detector, name, plane = scanned, "NominalScannedPixelSpacing", "the film"
    fault = (
        f"PixelSpacing was passed over, because {pixel_fault}: check the lengths."
        if pixel_fault
        else ""
    )
    if detector and factor:
        corrected = (detector[0] / factor, detector[1] / factor)
        return Spacing(
            corrected, f"{name} / {factor:.4g} ({basis})", _flags(doubt, fault)
        )
    if detector:
        doubt = (
            f"The pixel spacing is that of {plane}, not corrected for magnification:"
            f" {_TOO_LONG}"
        )
        source = f"{name}, in the plane of {plane}"
        return Spacing(detector, source, _flags(doubt, fault))
    reason = pixel_fault or "the film has no pixel spacing"
    doubt = f"No length can be measured, because {reason}: give the spacing in mm."
    return Spacing(None, f"none: {reason}", _flags(doubt), _aspect(film))


def _flags(*doubts: str) -> tuple[Flag, ...]:
    return tuple(Flag("spacing", doubt) for doubt in doubts if doubt)


def _against(
    pixel: tuple[float, float],
    detector: tuple[float, float] | None,
    factor: float | None,
) -> str:
    """What speaks against a spacing in the patient: the detector's, the distances."""
    if detector is None:
        return ""
    ratio, across = detector[0] / pixel[0], detector[1] / pixel[1]
    low, high = _USUAL_MAGNIFICATION
    if abs(ratio / across - 1) > _AGREE:
        return (
            "PixelSpacing and the detector's have pixels of different shape: one of"
            " them is wrong, so check the lengths."
        )
    if not low <= ratio <= high + _AGREE:
        return (
            f"The detector's pixel spacing is {ratio:.3g} times PixelSpacing, and a hip"
            f" is magnified {low:g} to {high:g} times: check the lengths."
        )
    if factor and abs(ratio / factor - 1) > _AGREE:
        return (
            f"The detector's pixel spacing is {ratio:.3g} times PixelSpacing, yet the"
            f" film names a magnification of {factor:.3g}: check the lengths."
        )
    return ""


def _against_aspect(film: Dataset, pixel: tuple[float, float]) -> str:
    """What the shape of the pixels, told beside their size, speaks against."""
    said = numbers(film, "PixelAspectRatio")
    if len(said) != 2 or min(said) <= 0:
        return ""
    if abs(said[0] / said[1] / (pixel[0] / pixel[1]) - 1) <= _AGREE:
        return ""
    return (
        "PixelSpacing and PixelAspectRatio tell pixels of different shape: one of them"
        " is wrong, so check the lengths."
    )


def _aspect(film: Dataset) -> float:
    """Height over width of a pixel where no length is known (PixelAspectRatio)."""
    for keyword in ("PixelAspectRatio", "PixelSpacing"):
        found = numbers(film, keyword)
        if len(found) == 2 and min(found) > 0 and 0.2 <= found[0] / found[1] <= 5:
            return found[0] / found[1]
    return 1.0


def _pair(film: Dataset, keyword: str) -> tuple[tuple[float, float] | None, str | None]:
    """A believable ``(row, column)`` spacing, or why it is not one."""
    found = numbers(film, keyword)
    if not found:
        return None, f"its {keyword} is no number" if values(film, keyword) else None
    if len(found) > 2:
        return None, f"its {keyword} holds {len(found)} numbers"
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
        abs(x - y) < _EQUAL * y for x, y in zip(a, b, strict=True)
    )


def _magnification(film: Dataset) -> tuple[float | None, str, str]:
    """How much larger the shadow is than the bone, by which tags, and a doubt."""
    said = number(film, "EstimatedRadiographicMagnificationFactor")
    ratio = _of_distances(film)
    said, ratio = _believed(said), _believed(ratio)
    factor = said or ratio
    if factor is None:
        return None, "", ""
    basis, doubt = "DistanceSourceToDetector / DistanceSourceToPatient", ""
    if said:
        basis = "EstimatedRadiographicMagnificationFactor"
    low, high = _USUAL_MAGNIFICATION
    if said and ratio and abs(said / ratio - 1) > _AGREE:
        doubt = (
            f"The film names a magnification of {said:.3g}, yet its distances give"
            f" {ratio:.3g}: check the lengths."
        )
    elif factor > high:
        doubt = (
            f"The film names a magnification of {factor:.3g}, and that of a hip is"
            f" {low:g} to {high:g}: check the lengths."
        )
    return factor, basis, doubt


def _of_distances(film: Dataset) -> float | None:
    detector = number(film, "DistanceSourceToDetector")
    patient = number(film, "DistanceSourceToPatient")
    return detector / patient if detector and patient and patient > 0 else None


def _believed(factor: float | None) -> float | None:
    """A magnification, if a film can have it.

    1 is what machines write that do not know: no hip touches its detector.
    """
    if factor is None or not 1 < factor <= _MOST_MAGNIFICATION:
        return None
    return factor


def _passed_over(film: Dataset) -> str:
    """That a magnification was told which no film can have: no 1, and no 0."""
    said = number(film, "EstimatedRadiographicMagnificationFactor")
    if said not in (None, 0, 1) and _believed(said) is None:
        return (
            f"The film names a magnification of {said:.3g}, which no film has: it was"
            " passed over, so check the lengths."
        )
    ratio = _of_distances(film)
    if ratio not in (None, 0, 1) and _believed(ratio) is None:
        return (
            f"DistanceSourceToDetector is {ratio:.3g} times DistanceSourceToPatient,"
            " which no film has (perhaps one is not in mm): they were passed over, so"
            " check the lengths."
        )
    return ""
