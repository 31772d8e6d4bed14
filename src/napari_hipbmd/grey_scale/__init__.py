"""The film's grey scale: how many grey steps one g/cm² of bone mineral makes."""

from .calibration import (
    RULERS,
    Calibration,
    Reading,
    fit_calibration,
    load_calibration,
    read_signs,
)
from .gain import true_gain

__all__ = [
    "RULERS",
    "Calibration",
    "Reading",
    "fit_calibration",
    "load_calibration",
    "read_signs",
    "true_gain",
]
