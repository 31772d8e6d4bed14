"""The regression as JSON: nothing that is loaded can run code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.anatomy import SITES, Site
from ..core.arrays import Matrix
from ..core.bounded_json import parse_json
from ..core.errors import Refused
from .features import FEATURES_VERSION
from .inference import Uncertainty
from .linear import Linear
from .presets import COVARIATES, IMAGES, ReadImage, RegressionPreset, inputs_of
from .site_model import SiteModel

_FORMAT = "napari-hipbmd BMD regression"
_FORMAT_VERSION = 2
_READABLE = (1, 2)  # version 1 knows neither image nor provenance
_IMAGES_TOLD = ", ".join(IMAGES)
_PER_ERROR = "half_width_per_error"  # absent before gains were read
_PER_RELATIVE_ERROR = "half_width_per_error_g_cm2"  # as wide for thin bone as for dense


def stored(
    *,
    name: str,
    calibrated_on: str,
    created_by: str,
    preset: RegressionPreset,
    features_version: int,
    with_biology: Mapping[Site, SiteModel],
    features_only: Mapping[Site, SiteModel],
    image: ReadImage,
    provenance: Mapping[str, Any],
) -> dict[str, Any]:
    """The parts of a ``BmdModel`` as plain JSON values."""
    sets = {"with_biology": with_biology, "features_only": features_only}
    return {
        "format": _FORMAT,
        "format_version": _FORMAT_VERSION,
        "name": name,
        "calibrated_on": calibrated_on,
        "created_by": created_by,
        "preset": {
            "name": preset.name,
            "kind": preset.kind,
            "covariates": list(preset.covariates),
        },
        "image": image,
        "provenance": dict(provenance),
        "features_version": features_version,
        "features": list(inputs_of(image)),
        "unit": "g/cm2",
        "interval": 0.9,
        **{
            one: {site: _site_as_dict(m) for site, m in models.items()}
            for one, models in sets.items()
        },
    }


def read_stored(text: str | bytes) -> dict[str, Any]:
    """The parts of the model that :func:`stored` gave, from JSON.

    Raises
    ------
    Refused
        If the text is not such a model; says what is wrong with it.
    """
    try:
        data = parse_json(text)
        if not isinstance(data, dict) or data.get("format") != _FORMAT:
            raise ValueError("it is not a BMD regression of napari-hipbmd")
        if data["format_version"] not in _READABLE:
            raise ValueError(f"its format version is {data['format_version']!r}")
        if data.get("image", "enhanced") not in IMAGES:
            raise ValueError(f"its image is {data['image']!r}: none of {_IMAGES_TOLD}")
        if data["features"] != list(inputs_of(data.get("image", "enhanced"))):
            raise ValueError("its features are others than this version computes")
        if data["features_version"] != FEATURES_VERSION:
            raise ValueError(
                f"it was fitted on version {data['features_version']!r} of the"
                f" features and this is version {FEATURES_VERSION}; fit it again"
            )
        return _parts(data)
    except KeyError as error:
        what = f"'{error.args[0]}' is missing"
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        what = " ".join(str(error).split()).rstrip(".")
    raise Refused(f"The BMD regression cannot be used: {what}.")


def _parts(data: dict[str, Any]) -> dict[str, Any]:
    told = data["preset"]
    covariates = tuple(told["covariates"])
    if told["kind"] not in ("ridge", "ols"):
        raise ValueError(f"its kind is {told['kind']!r}, not 'ridge' or 'ols'")
    if any(name not in COVARIATES for name in covariates):
        raise ValueError(f"it asks for covariates other than {', '.join(COVARIATES)}")
    image = data.get("image", "enhanced")
    inputs = len(inputs_of(image))
    parts: dict[str, Any] = {
        "name": str(data["name"]),
        "calibrated_on": str(data["calibrated_on"]),
        "created_by": str(data["created_by"]),
        "preset": RegressionPreset(str(told["name"]), told["kind"], covariates),
        "features_version": int(data["features_version"]),
        "with_biology": _sites(data["with_biology"], inputs + len(covariates)),
        "features_only": _sites(data["features_only"], inputs),
        "image": image,
        "provenance": data.get("provenance", {}),
    }
    if not isinstance(parts["provenance"], dict):
        raise ValueError("its provenance is no table of names and values")
    if not parts["features_only"]:
        raise ValueError("it holds no site")
    both, alone = parts["with_biology"], parts["features_only"]
    if both and both.keys() != alone.keys():
        raise ValueError("its two sets of coefficients have different sites")
    return parts


def _sites(stored: Mapping[str, Any], inputs: int) -> dict[Site, SiteModel]:
    unknown = set(stored) - set(SITES)
    if unknown:
        raise ValueError(f"'{sorted(unknown)[0]}' is no site of the hip")
    return {site: _site(stored[site], inputs) for site in SITES if site in stored}


def _site_as_dict(model: SiteModel) -> dict[str, Any]:
    linear, known = model.linear, model.uncertainty
    stored: dict[str, Any] = {
        "n": model.n,
        "r": model.r,
        "mae_g_cm2": model.mae_g_cm2,
        "half_width_g_cm2": model.half_width_g_cm2,
        _PER_ERROR: model.half_width_per_error,
        "ridge_strength": linear.strength,
        "condition_number": (
            linear.condition_number if np.isfinite(linear.condition_number) else None
        ),
        "intercept": linear.intercept,
        "coefficients": linear.coefficients.tolist(),
        "mean": linear.mean.tolist(),
        "scale": linear.scale.tolist(),
    }
    if known is not None:
        stored["uncertainty"] = {
            "method": known.method,
            "intercept_standard_error": known.intercept_standard_error,
            "standard_errors": _known(known.standard_errors),
            "variance_inflation": _known(known.variance_inflation),
        }
    return stored


def _known(values: Matrix) -> list[float | None]:
    """JSON has no NaN: it becomes null."""
    return [float(v) if np.isfinite(v) else None for v in values]


def _site(stored: Mapping[str, Any], inputs: int) -> SiteModel:
    arrays = {
        name: np.asarray(stored[name], dtype=np.float64)
        for name in ("mean", "scale", "coefficients")
    }
    for name, array in arrays.items():
        if array.shape != (inputs,) or not np.all(np.isfinite(array)):
            raise ValueError(f"'{name}' is not a list of {inputs} numbers")
    if np.any(arrays["scale"] <= 0):
        raise ValueError("'scale' holds a number that is not positive")
    if stored.get(_PER_RELATIVE_ERROR):
        raise ValueError("its intervals are of an earlier version: fit it again")
    condition = stored["condition_number"]
    linear = Linear(
        **arrays,
        intercept=_number(stored, "intercept"),
        strength=_number(stored, "ridge_strength"),
        condition_number=float("inf")
        if condition is None
        else _number(stored, "condition_number"),
    )
    return SiteModel(
        linear,
        half_width_g_cm2=_number(stored, "half_width_g_cm2"),
        r=_number(stored, "r"),
        mae_g_cm2=_number(stored, "mae_g_cm2"),
        n=int(_number(stored, "n")),
        uncertainty=_uncertainty(stored.get("uncertainty"), inputs),
        half_width_per_error=_number({_PER_ERROR: 0.0, **stored}, _PER_ERROR),
    )


def _uncertainty(stored: Mapping[str, Any] | None, inputs: int) -> Uncertainty | None:
    if stored is None:
        return None
    errors, inflation = (
        np.array([np.nan if v is None else v for v in stored[name]], dtype=np.float64)
        for name in ("standard_errors", "variance_inflation")
    )
    if errors.shape != (inputs,) or inflation.shape != (inputs,):
        raise ValueError(f"'uncertainty' does not hold {inputs} numbers")
    return Uncertainty(
        str(stored["method"]),
        errors,
        _number(stored, "intercept_standard_error"),
        inflation,
    )


def _number(stored: Mapping[str, Any], name: str) -> float:
    value = stored[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"'{name}' is not a number")
    if not np.isfinite(value):
        raise ValueError(f"'{name}' is not finite")
    return float(value)
