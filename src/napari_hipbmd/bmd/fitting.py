"""Fitting the regression of each site to DXA readings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import SITES, Site
from ..core.arrays import Matrix
from ..core.errors import Refused
from ..core.radiograph import Patient
from .folds import grouped_folds
from .inference import uncertainty
from .linear import LinearKind, fit_linear, out_of_fold
from .presets import ReadImage, RegressionPreset, covariate_row, inputs_of
from .site_model import INTERVAL, SiteModel

MINIMUM_CASES = 20
_FEWEST_FOR_A_LINE = 50
_LARGEST_G_CM2 = 3.0


Fitted = tuple[dict[Site, SiteModel], dict[Site, SiteModel]]
"""With the biology, and by the features alone."""


def fit_sites(
    features: Matrix,
    patients: Sequence[Patient],
    bmd_g_cm2: Matrix,
    *,
    groups: Sequence[str] | None,
    preset: RegressionPreset,
    folds: int,
    seed: int,
    image: ReadImage,
) -> Fitted:
    """The regressions of the sites that have readings; see ``BmdModel.fit``."""
    features = np.asarray(features, dtype=np.float64)
    bmd = np.asarray(bmd_g_cm2, dtype=np.float64)
    n = len(patients)
    if features.shape != (n, len(inputs_of(image))) or bmd.shape != (n, len(SITES)):
        raise ValueError(f"shapes {features.shape}, {bmd.shape} for {n} patients")
    _refuse_wrong_units(bmd)
    who = [str(i) for i in range(n)] if groups is None else list(groups)
    biology = np.array([covariate_row(p, preset.covariates) for p in patients])
    both = np.concatenate([features, biology.reshape(n, -1)], axis=1)
    features_only: dict[Site, SiteModel] = {}
    with_biology: dict[Site, SiteModel] = {}
    sets = [(features, features_only)]
    if preset.covariates:
        sets.append((both, with_biology))
    errors = np.zeros(n)
    if image == "calibrated":
        errors = features[:, -1]
    too_few_patients: list[str] = []
    for column, site in enumerate(SITES):
        for x, models in sets:
            use = np.isfinite(x).all(axis=1) & np.isfinite(bmd[:, column])
            seen = [who[i] for i in np.flatnonzero(use)]
            if len(seen) >= MINIMUM_CASES and len(set(seen)) < folds:
                too_few_patients = seen
            elif len(seen) >= MINIMUM_CASES:
                refuse_more_inputs_than_cases(preset.kind, x.shape[1], len(seen))
                models[site] = _fit_site(
                    x[use],
                    bmd[use, column],
                    errors[use],
                    seen,
                    preset.kind,
                    folds,
                    seed,
                )
    if not features_only:
        if too_few_patients:
            grouped_folds(too_few_patients, folds)  # says so
        raise Refused(
            f"A regression needs at least {MINIMUM_CASES} measured films with a DXA"
            " reading (columns bmd_neck, bmd_trochanter, bmd_intertrochanter,"
            " bmd_total of cases.csv)."
        )
    if with_biology:  # a site of which too few know the biology is not fitted
        features_only = {site: features_only[site] for site in with_biology}
    return with_biology, features_only


def refuse_more_inputs_than_cases(kind: LinearKind, inputs: int, cases: int) -> None:
    """Refuse least squares that would go through every point and know no error.

    Raises
    ------
    Refused
        If nothing is left over for the errors of the coefficients.
    """
    if kind == "ols" and cases < inputs + 2:
        raise Refused(
            f"Least squares of {inputs} inputs needs at least {inputs + 2} cases with"
            f" everything known, and there are {cases}: take --fit ridge, or fewer"
            " covariates."
        )


def interval_half_width(residuals: NDArray[np.float64], inputs: int) -> float:
    """Half the 90 % interval from out-of-fold residuals.

    The split-conformal quantile of |residual|: rank ⌈(n + 1)·0.9⌉ of n. With fewer
    than 50 residuals that quantile rests on a handful of cases, so Student's t with
    the residuals' root mean square is taken instead.
    """
    n = residuals.size
    if n >= 50:
        rank = int(np.ceil((n + 1) * INTERVAL))
        return float(np.sort(np.abs(residuals))[rank - 1])
    from scipy.stats import t

    freedom = max(n - inputs - 1, 2)
    rms = float(np.sqrt(np.mean(residuals**2)))
    return float(t.ppf((1 + INTERVAL) / 2, freedom)) * rms * float(np.sqrt(1 + 1 / n))


def interval_by_error(
    residuals: NDArray[np.float64], errors_g_cm2: NDArray[np.float64], inputs: int
) -> tuple[float, float]:
    """Half the 90 % interval at a known gain, and what the gain's error adds to it.

    A gain that is off by a tenth makes an estimate that is off by a tenth, so that the
    same relative error weighs more in dense bone. The residuals' variance is taken for
    a line in the error's square; freed of it they give the quantile of
    :func:`interval_half_width`. The interval of a film is the root of the first's
    square and that of the second times the film's error.

    Parameters
    ----------
    residuals
        ``(n,)`` out of fold, g/cm².
    errors_g_cm2
        ``(n,)`` relative errors of the films' gains times their estimates.
    """
    if residuals.size < _FEWEST_FOR_A_LINE or np.ptp(errors_g_cm2) < 1e-6:
        return interval_half_width(residuals, inputs), 0.0
    from scipy.optimize import nnls

    squares = residuals**2
    squares = np.minimum(squares, 9 * np.median(squares) / 0.455)  # three SD
    line = np.stack([np.ones(squares.size), errors_g_cm2**2], axis=1)
    known, added = nnls(line, squares)[0]
    spread = np.sqrt(np.maximum(line @ [known, added], 1e-12))
    width = interval_half_width(residuals / spread, inputs)
    return width * float(np.sqrt(known)), width * float(np.sqrt(added))


def _fit_site(
    x: Matrix,
    y: Matrix,
    gain_errors: Matrix,
    groups: list[str],
    kind: LinearKind,
    folds: int,
    seed: int,
) -> SiteModel:
    linear = fit_linear(x, y, kind=kind, groups=groups)
    predicted = out_of_fold(x, y, groups=groups, kind=kind, folds=folds, seed=seed)
    residuals = predicted - y
    with np.errstate(invalid="ignore"):
        r = float(np.corrcoef(predicted, y)[0, 1])
    half_width, per_error = interval_by_error(
        residuals, gain_errors * predicted, x.shape[1]
    )
    return SiteModel(
        linear,
        half_width,
        r if np.isfinite(r) else 0.0,
        float(np.mean(np.abs(residuals))),
        len(y),
        uncertainty(x, y, linear, groups, seed),
        per_error,
    )


def _refuse_wrong_units(bmd: Matrix) -> None:
    known = bmd[np.isfinite(bmd)]
    if known.size and (np.median(known) > _LARGEST_G_CM2 or np.any(known <= 0)):
        raise Refused(
            "The DXA readings cannot be in g/cm² (their median is"
            f" {np.median(known):.3g}, their smallest {known.min():.3g}): give areal"
            " BMD in g/cm², not T-scores or mg/cm²."
        )
