"""From nine features and the biology to BMD: the regression (paper 3.4)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import SITES, Site
from ..core.arrays import Matrix
from ..core.measurement import Estimate
from ..core.radiograph import Patient
from .features import FEATURES_VERSION
from .fitting import fit_sites
from .presets import (
    Grey,
    ReadImage,
    RegressionPreset,
    chosen_preset,
    covariate_row,
    inputs_of,
)
from .reference import other_scales
from .site_model import SiteModel
from .storage import read_stored, stored

FEATURE_SD, COVARIATE_SD = 4.0, 3.0
"""Further than that from the mean of its fit, a film or patient is of another kind."""
_WORDS = {"age_years": "age", "height_cm": "height", "weight_kg": "weight"}


@dataclass(frozen=True, eq=False)
class BmdModel:
    """Linear models for the four sites, with the biology and without it.

    Attributes
    ----------
    name, calibrated_on, created_by
        Provenance: shown beside every value, and the command that made the model.
    preset
        Key of :data:`PRESETS`.
    features_version
        ``FEATURES_VERSION`` of the features it was fitted on.
    with_biology, features_only
        Site → model. A site without readings is absent. ``with_biology`` is empty
        when too few cases had all their covariates, or none was wanted.
    image
        Whose grey values it was fitted to, and is used with: the film itself
        (``"raw"``), the bone image (``"enhanced"``), or the bone image in grey and in
        g/cm² by the film's rulers (``"calibrated"``).
    provenance
        Study, films, landmarks, networks, command, date: plain JSON values.
    """

    name: str
    calibrated_on: str
    created_by: str
    preset: RegressionPreset
    features_version: int
    with_biology: Mapping[Site, SiteModel]
    features_only: Mapping[Site, SiteModel]
    image: ReadImage = "enhanced"
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def grey(self) -> Grey:
        """The image whose grey values it takes."""
        return "raw" if self.image == "raw" else "enhanced"

    @property
    def inputs(self) -> tuple[str, ...]:
        """What :meth:`predict` takes, by name."""
        return inputs_of(self.image)

    @property
    def other_scales(self) -> tuple[str, ...]:
        """Makers whose readings it was fitted to and no T-score can be given of."""
        makers = self.provenance.get("densitometers")
        return other_scales(makers) if isinstance(makers, dict) else ()

    @classmethod
    def fit(
        cls,
        features: Matrix,
        patients: Sequence[Patient],
        bmd_g_cm2: Matrix,
        *,
        groups: Sequence[str] | None = None,
        preset: str | RegressionPreset = "default",
        name: str = "own regression",
        calibrated_on: str = "",
        created_by: str = "",
        folds: int = 10,
        seed: int = 0,
        image: ReadImage = "enhanced",
        provenance: Mapping[str, Any] | None = None,
    ) -> BmdModel:
        """Fit to films with DXA readings.

        Parameters
        ----------
        features
            ``(n, p)`` in the order of :func:`inputs_of` the image.
        patients
            ``n`` patients; unknown values are allowed.
        bmd_g_cm2
            ``(n, 4)`` readings in the order of ``SITES``, NaN where there is none.
        groups
            Who each film is of, ``n`` names; one film a patient when absent.
        preset
            ``"default"`` (ridge, sex included), ``"paper"`` (least squares, no sex), or
            a choice of one's own.
        name, calibrated_on, created_by, provenance
            Kept in the model.
        image
            What the features were measured on.
        folds, seed
            Of the out-of-fold residuals that give the intervals.

        Raises
        ------
        Refused
            If there are fewer than 20 usable cases, too few patients, or readings
            that cannot be in g/cm².
        """
        from threadpoolctl import threadpool_limits

        chosen = chosen_preset(preset)
        with threadpool_limits(1):  # small matrices: threads only wait for another
            with_biology, features_only = fit_sites(
                features,
                patients,
                bmd_g_cm2,
                groups=groups,
                preset=chosen,
                folds=folds,
                seed=seed,
                image=image,
            )
        return cls(
            name,
            calibrated_on,
            created_by,
            chosen,
            FEATURES_VERSION,
            with_biology,
            features_only,
            image,
            provenance or {},
        )

    def lacks_biology(self, patient: Patient) -> bool:
        """Whether it knows what the biology tells, and not that of this patient."""
        return bool(self.with_biology) and not self.uses_biology(patient)

    def uses_biology(self, patient: Patient) -> bool:
        """Whether all covariates that this model needs are known."""
        row = covariate_row(patient, self.preset.covariates)
        return bool(self.with_biology) and bool(np.all(np.isfinite(row)))

    def predict(
        self, features: NDArray[np.float64], patient: Patient | None = None
    ) -> dict[Site, Estimate]:
        """Estimate aBMD with its 90 % interval at each site that was fitted.

        Parameters
        ----------
        features
            ``(p,)`` in the order of :attr:`inputs`.
        patient
            The biology. If any needed value is unknown, the model without biology
            answers.

        Returns
        -------
        dict
            The sites that the model has; NaN where a feature is.
        """
        features, error = self._near_known_error(features)
        row, models = features, self.features_only
        if patient is not None and self.uses_biology(patient):
            biology = covariate_row(patient, self.preset.covariates)
            row, models = np.concatenate([features, biology]), self.with_biology
        return {
            site: models[site].predict(row, error) for site in SITES if site in models
        }

    def _near_known_error(
        self, features: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], float]:
        """Features with a gain's error that the fit knows, and that of the interval.

        The films of a fit have nearly one error, along which its line says nothing
        beyond them: with a ruler switched off, or an object drawn, the nearest that it
        knows counts. The interval grows with a larger error, and does not shrink with
        a smaller one, of which no residual tells.
        """
        if self.image != "calibrated":
            return features, 0.0
        linear = next(iter(self.features_only.values())).linear
        place = len(self.inputs) - 1
        reach = FEATURE_SD * linear.scale[place]
        told, usual = float(features[-1]), float(linear.mean[place])
        nearest = float(np.clip(told, usual - reach, usual + reach))
        return np.append(features[:-1], nearest), float(np.maximum(told, nearest))

    def unlike_fitted(
        self, features: NDArray[np.float64], patient: Patient | None = None
    ) -> tuple[str, ...]:
        """What is unlike the films and people that it was fitted to, in words.

        ``"grey values"`` when a feature lies more than :data:`FEATURE_SD` standard
        deviations from their mean: another machine, another processing.
        ``"age"``, ``"height"`` or ``"weight"`` beyond :data:`COVARIATE_SD`, and
        ``"sex"`` when nobody of the patient's took part.
        """
        found = []
        linear = next(iter(self.features_only.values())).linear
        away = np.abs((features - linear.mean) / linear.scale)
        if self.image == "calibrated":
            away = away[:-1]  # a gain known badly is no film of another kind
        if np.any(away > FEATURE_SD):
            found.append("grey values")
        if patient is None or not self.uses_biology(patient):
            return tuple(found)
        linear = next(iter(self.with_biology.values())).linear
        row = covariate_row(patient, self.preset.covariates)
        count = len(row)
        away = np.abs((row - linear.mean[-count:]) / linear.scale[-count:])
        found += [
            _WORDS[name]
            for name, sd in zip(self.preset.covariates, away, strict=True)
            if name in _WORDS and sd > COVARIATE_SD
        ]
        sexes = self.provenance.get("sexes") or (patient.sex,)
        return (*found, *(() if patient.sex in sexes else ("sex",)))

    def to_json(self) -> str:
        """The model as JSON text."""
        return json.dumps(stored(**vars(self)), indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> BmdModel:
        """Read a model back.

        Raises
        ------
        Refused
            If the text is not such a model; says what is wrong with it.
        """
        return cls(**read_stored(text))
