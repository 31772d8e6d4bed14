"""What enters a regression: which image, which features, which biology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..core.errors import Refused
from ..core.radiograph import Patient
from .features import FEATURE_NAMES
from .linear import LinearKind
from .units import CALIBRATED_NAMES

ReadImage = Literal["raw", "enhanced", "calibrated"]
Grey = Literal["raw", "enhanced"]
"""Whose grey values are read."""
IMAGES: tuple[ReadImage, ...] = ("raw", "enhanced", "calibrated")

COVARIATES: tuple[str, ...] = ("sex", "age_years", "height_cm", "weight_kg")
"""The biology, in this order; sex is 1 for a man and 0 for a woman."""


@dataclass(frozen=True)
class RegressionPreset:
    """What enters a regression and how it is fitted."""

    name: str
    kind: LinearKind
    covariates: tuple[str, ...]


PRESETS: Mapping[str, RegressionPreset] = {
    "default": RegressionPreset("default", "ridge", COVARIATES),
    "paper": RegressionPreset("paper", "ols", COVARIATES[1:]),
}


def inputs_of(image: ReadImage) -> tuple[str, ...]:
    """The features that a regression on this image takes, by name."""
    return CALIBRATED_NAMES if image == "calibrated" else FEATURE_NAMES


def chosen_preset(preset: str | RegressionPreset) -> RegressionPreset:
    """A preset by its name, or the one that is given.

    Raises
    ------
    Refused
        If there is no preset of that name.
    """
    if isinstance(preset, RegressionPreset):
        return preset
    if preset not in PRESETS:
        raise Refused(
            f"There is no preset '{preset}': choose one of {', '.join(PRESETS)}."
        )
    return PRESETS[preset]


def covariate_row(
    patient: Patient, names: Sequence[str] = COVARIATES
) -> NDArray[np.float64]:
    """The biology as numbers ``(len(names),)``; NaN where unknown."""
    sex = {"F": 0.0, "M": 1.0, None: None}[patient.sex]
    values = {
        "sex": sex,
        "age_years": patient.age_years,
        "height_cm": patient.height_cm,
        "weight_kg": patient.weight_kg,
    }
    return np.array([values[name] for name in names], dtype=np.float64)
