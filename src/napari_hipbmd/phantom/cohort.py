"""Patients of the digital cohort: the paper's Table 1 and assumed correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.radiograph import Sex

FEMALE_SHARE = 801 / 939
TABLE_1 = {  # mean, SD of age (years), height (cm), weight (kg)
    "F": ((68.5, 15.11), (153.27, 8.84), (57.63, 11.67)),
    "M": ((69.18, 13.68), (166.29, 6.47), (65.52, 9.40)),
}
CORRELATION = np.array([[1, -0.40, -0.15], [-0.40, 1, 0.45], [-0.15, 0.45, 1]])
NECK_BMD_MEAN = {"F": 0.70, "M": 0.79}
BMD_PER_YEAR, BMD_PER_KG, BMD_SD = -0.0047, 0.0038, 0.112
HEAD_RADIUS_MM = {"F": (21.63, 1.05), "M": (24.25, 1.15)}
HEAD_PER_CM = 0.05


@dataclass(frozen=True)
class Person:
    """A digital patient. Biology, the true neck aBMD and the femoral head."""

    sex: Sex
    age_years: float
    height_cm: float
    weight_kg: float
    neck_bmd_g_cm2: float
    head_radius_mm: float

    @property
    def bmi(self) -> float:
        """Body mass index, kg/m²."""
        return self.weight_kg / (self.height_cm / 100) ** 2


def draw_person(rng: np.random.Generator) -> Person:
    """One patient whose statistics follow the paper's Table 1."""
    sex: Sex = "F" if rng.random() < FEMALE_SHARE else "M"
    (age_m, age_s), (height_m, height_s), (weight_m, weight_s) = TABLE_1[sex]
    while True:
        z = rng.multivariate_normal(np.zeros(3), CORRELATION)
        age, height, weight = (
            age_m + age_s * z[0],
            height_m + height_s * z[1],
            weight_m + weight_s * z[2],
        )
        if (
            20 <= age <= 104
            and 32 <= weight <= 125
            and 13.5 < weight / (height / 100) ** 2 < 46
        ):
            break
    bmd = (
        NECK_BMD_MEAN[sex]
        + BMD_PER_YEAR * (age - age_m)
        + BMD_PER_KG * (weight - weight_m)
        + BMD_SD * rng.standard_normal()
    )
    mean, sd = HEAD_RADIUS_MM[sex]
    radius = mean + sd * rng.standard_normal() + HEAD_PER_CM * (height - height_m)
    return Person(
        sex,
        round(float(age), 1),
        round(float(height), 1),
        round(float(weight), 1),
        float(np.clip(bmd, 0.32, 1.25)),
        float(np.clip(radius, 18.5, 28.5)),
    )
