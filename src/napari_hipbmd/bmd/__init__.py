"""Thresholds, features and the regression to BMD (paper 3.4)."""

from .features import (
    FEATURE_NAMES,
    FEATURES_VERSION,
    RegionFeatures,
    feature_vector,
    features,
    features_of_values,
)
from .fitting import MINIMUM_CASES
from .folds import grouped_folds
from .linear import Linear, fit_linear, out_of_fold
from .raster import RegionPixels, region_pixels
from .reference import SITE_NAMES, implausible, reference_data, t_scores
from .regression import COVARIATES, PRESETS, BmdModel, SiteModel, covariate_row
from .ring import ring_features, ring_plane
from .thresholds import (
    SD_MULTIPLIERS,
    Multipliers,
    clip,
    feature_means,
    minmax_picture,
    thresholds,
)

__all__ = [
    "COVARIATES",
    "FEATURES_VERSION",
    "FEATURE_NAMES",
    "MINIMUM_CASES",
    "PRESETS",
    "SD_MULTIPLIERS",
    "SITE_NAMES",
    "BmdModel",
    "Linear",
    "Multipliers",
    "RegionFeatures",
    "RegionPixels",
    "SiteModel",
    "clip",
    "covariate_row",
    "feature_means",
    "feature_vector",
    "features",
    "features_of_values",
    "fit_linear",
    "grouped_folds",
    "implausible",
    "minmax_picture",
    "out_of_fold",
    "reference_data",
    "region_pixels",
    "ring_features",
    "ring_plane",
    "t_scores",
    "thresholds",
]
