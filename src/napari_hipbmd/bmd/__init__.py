"""Thresholds, features and the regression to BMD (paper 3.4)."""

from .features import (
    FEATURE_NAMES,
    FEATURES_VERSION,
    RegionFeatures,
    feature_vector,
    features_of_values,
    region_features,
)
from .fitting import (
    MINIMUM_CASES,
    interval_by_error,
    interval_half_width,
    refuse_more_inputs_than_cases,
)
from .folds import grouped_folds
from .inference import Uncertainty, patient_weights
from .linear import Linear, LinearKind, fit_linear, out_of_fold
from .presets import (
    COVARIATES,
    IMAGES,
    PRESETS,
    Grey,
    ReadImage,
    RegressionPreset,
    chosen_preset,
    covariate_row,
    inputs_of,
)
from .raster import RegionPixels, region_pixels
from .reference import (
    SITE_NAMES,
    T_SCORE_SITES,
    implausible,
    other_scales,
    reference_data,
    t_score_reference,
    t_scores,
)
from .regression import BmdModel
from .ring import ring_features, ring_plane
from .site_model import SiteModel, half_width
from .thresholds import (
    SD_MULTIPLIERS,
    Multipliers,
    clip,
    feature_means,
    minmax_picture,
    thresholds,
)
from .units import CALIBRATED_NAMES, in_both_units

__all__ = [
    "CALIBRATED_NAMES",
    "COVARIATES",
    "FEATURES_VERSION",
    "FEATURE_NAMES",
    "IMAGES",
    "MINIMUM_CASES",
    "PRESETS",
    "SD_MULTIPLIERS",
    "SITE_NAMES",
    "T_SCORE_SITES",
    "BmdModel",
    "Grey",
    "ReadImage",
    "LinearKind",
    "Linear",
    "Multipliers",
    "RegressionPreset",
    "RegionFeatures",
    "RegionPixels",
    "SiteModel",
    "Uncertainty",
    "chosen_preset",
    "clip",
    "covariate_row",
    "feature_means",
    "feature_vector",
    "region_features",
    "features_of_values",
    "fit_linear",
    "grouped_folds",
    "implausible",
    "in_both_units",
    "inputs_of",
    "half_width",
    "interval_by_error",
    "interval_half_width",
    "minmax_picture",
    "other_scales",
    "out_of_fold",
    "patient_weights",
    "reference_data",
    "refuse_more_inputs_than_cases",
    "region_pixels",
    "ring_features",
    "ring_plane",
    "t_score_reference",
    "t_scores",
    "thresholds",
]
