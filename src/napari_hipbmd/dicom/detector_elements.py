"""Whether a detector's pixels can be made of the elements that it has."""

from __future__ import annotations

from pydicom.dataset import Dataset

from .tags import numbers

_MOST_BINNED = 8
"""Elements in a row that become one pixel."""
_AGREE = 0.05


def against_elements(film: Dataset, detector: tuple[float, float] | None) -> str:
    """What ``DetectorElementSpacing`` and ``DetectorBinning`` speak against.

    Parameters
    ----------
    detector
        Pixel spacing in mm at the detector, ``(row, column)``.
    """
    elements = numbers(film, "DetectorElementSpacing")
    if detector is None or len(elements) != 2 or min(elements) <= 0:
        return ""
    binned = numbers(film, "DetectorBinning")
    least = binned if len(binned) == 2 else [1.0, 1.0]
    for pixel, element, fewest in zip(detector, elements, least, strict=True):
        several = pixel / element
        whole = round(several)
        fits = max(1, whole) <= _MOST_BINNED and abs(several - whole) <= _AGREE * whole
        if not fits or several < fewest * (1 - _AGREE):
            return (
                f"The detector's pixels of {pixel:.3g} mm are {several:.3g} times its"
                f" elements of {element:.3g} mm (DetectorElementSpacing), which the"
                " film's tags do not explain: it was made smaller or larger, or one of"
                " them is wrong, so check the lengths."
            )
    return ""
