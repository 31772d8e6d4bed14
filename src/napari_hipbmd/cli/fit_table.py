"""A fitted regression in words and small tables, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ..bmd import FEATURE_NAMES, SITE_NAMES, SiteModel
from ..calibration import Calibration
from ..validation.grid import Grid, fixed


def fit_text(found: Calibration) -> str:
    """How good each target is, its coefficients, and who was left out."""
    model = found.model
    models = model.with_biology or model.features_only
    names = [*FEATURE_NAMES, *(model.preset.covariates if model.with_biology else ())]
    parts = [f"{model.name}: {model.calibrated_on}"]
    parts.append(
        Grid(
            "Estimates out of fold, by patient",
            ("target", "n", "r", "MAE g/cm²", "90 % ±", "ridge strength",
             "condition number"),
            [
                (
                    SITE_NAMES[site],
                    str(one.n),
                    fixed(one.r),
                    fixed(one.mae_g_cm2),
                    fixed(one.half_width_g_cm2),
                    fixed(one.linear.strength) if one.linear.strength else "–",
                    fixed(one.linear.condition_number, 0),
                )
                for site, one in models.items()
            ],
        ).text()
    )  # fmt: skip
    parts += [
        coefficients(f"{SITE_NAMES[site]}", one, names).text()
        for site, one in models.items()
    ]
    parts.append(
        "Variance inflation above 10: the input is nearly a sum of others, and its"
        " coefficient should not be read alone."
    )
    parts += [f"Left out, {name}: {why}" for name, why in found.left_out.items()]
    return "\n\n".join(parts)


def coefficients(title: str, model: SiteModel, names: Sequence[str]) -> Grid:
    """Coefficient, standard error and variance inflation of each input."""
    linear, known = model.linear, model.uncertainty
    rows = []
    for i, name in enumerate(names):
        error = inflation = float("nan")
        if known is not None:
            error = float(known.standard_errors[i])
            inflation = float(known.variance_inflation[i])
        rows.append(
            (
                name,
                fixed(float(linear.coefficients[i]), 4, sign=True),
                fixed(error, 4),
                fixed(inflation, 1),
            )
        )
    method = known.method if known is not None else "unknown"
    return Grid(
        f"{title}: coefficients in g/cm² for one SD (standard errors: {method})",
        ("input", "coefficient", "standard error", "variance inflation"),
        rows,
    )
