"""A fitted regression in words and small tables."""

from __future__ import annotations

from collections.abc import Sequence

from ..bmd import MINIMUM_CASES, SITE_NAMES, SiteModel
from ..evaluation.checks import sites_note
from ..evaluation.contradictions import doubt_notes
from ..evaluation.densitometers import scale_notes
from ..report.grid import Grid, fixed
from .fit import FittedRegression

NOT_FOR_PATIENTS = (
    "Fitted to digital hips: it shows the chain working and is not valid for patients."
)
_MOST_SHOWN = 20
_INFLATED = (
    "Variance inflation above 10: the input is nearly a sum of others, and its"
    " coefficient should not be read alone."
)


def fit_text(found: FittedRegression) -> str:
    """How good each target is, its coefficients, and who was left out."""
    model = found.model
    tables = [grid.text() for grid in fit_grids(found)]
    return "\n\n".join(
        [f"{model.name}: {model.calibrated_on}", *tables, *fit_notes(found)]
    )


def fit_grids(found: FittedRegression) -> list[Grid]:
    """How good each target is in sample and out of fold; then its coefficients."""
    model = found.model
    models = model.with_biology or model.features_only
    names = [*model.inputs, *(model.preset.covariates if model.with_biology else ())]
    fitted = {one.site: one.in_sample for one in found.results}
    quality = Grid(
        "Estimates in sample and out of fold, by patient",
        ("target", "n", "r in sample", "r out of fold", "MAE in sample",
         "MAE out of fold", "90 % ±", "ridge strength", "condition number"),
        [
            (
                SITE_NAMES[site],
                str(one.n),
                fixed(fitted[site].r if site in fitted else float("nan")),
                fixed(one.r),
                fixed(fitted[site].mae_g_cm2 if site in fitted else float("nan")),
                fixed(one.mae_g_cm2),
                fixed(_usual_half_width(one, model.inputs)),
                fixed(one.linear.strength) if one.linear.strength else "–",
                fixed(one.linear.condition_number, 0),
            )
            for site, one in models.items()
        ],
        "MAE and interval in g/cm².",
    )  # fmt: skip
    return [
        quality,
        *(coefficients(SITE_NAMES[site], one, names) for site, one in models.items()),
    ]


def _usual_half_width(model: SiteModel, inputs: Sequence[str]) -> float:
    """Half the 90 % interval of usual bone on a film with a gain of the usual error."""
    if "gain_error" not in inputs:
        return model.half_width_g_cm2
    usual = float(model.linear.mean[inputs.index("gain_error")])
    return model.half_width(model.linear.intercept, usual)


def fit_notes(found: FittedRegression) -> list[str]:
    """What has to be said beside the tables."""
    notes = [_INFLATED]
    if found.digital:
        notes.insert(0, NOT_FOR_PATIENTS)
    covariates = found.model.preset.covariates
    if covariates and not found.model.with_biology:
        notes.append(
            f"Fitted without the biology: fewer than {MINIMUM_CASES} cases with a"
            f" reading know all of {', '.join(covariates)}"
        )
    notes += sites_note(found.not_fitted, "Targets that are not fitted")
    notes += scale_notes(found.model.provenance.get("densitometers", {}))
    missing = list(found.left_out.items())
    notes += [f"Left out, {name}: {why}" for name, why in missing[:_MOST_SHOWN]]
    if len(missing) > _MOST_SHOWN:
        notes.append(f"Left out: {len(missing)} cases, all in bmd.json")
    return notes + doubt_notes(found.contradictions, "bmd.json")


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
