"""A clinic's own regression: fitted to its films and DXA readings (paper 3.4)."""

from .run import FOLDS, Calibration, FitPlan, calibrate
from .tables import NOT_FOR_PATIENTS, fit_grids, fit_notes, fit_text

__all__ = [
    "FOLDS",
    "NOT_FOR_PATIENTS",
    "Calibration",
    "FitPlan",
    "calibrate",
    "fit_grids",
    "fit_notes",
    "fit_text",
]
