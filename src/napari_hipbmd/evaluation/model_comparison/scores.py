"""How near one model comes to the exact soft tissue of one film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from ...bmd import FEATURE_NAMES, feature_vector, region_features, region_pixels
from ...core.anatomy import Points, Region
from ...core.hip_images import HipImages
from ...core.radiograph import FloatImage

GREY_RANGE = 1.0
SIGMA_PX = 1.5
"""Of the Gaussian window of SSIM (Wang et al., IEEE TIP 2004, 13, 600)."""


@dataclass(frozen=True, eq=False)
class FilmScore:
    """One model on one film.

    Attributes
    ----------
    psnr_db
        Of the STO, which is also that of the bone image; over the hip box.
    ssim
        Of the STO. A bone image is near zero beside the bone, where the luminance term
        of SSIM says nothing.
    bias_grey
        Region → mean of bone image − exact bone image, in shares of the grey range.
    bias_g_cm2
        The same as areal mineral: what bone of that grey would weigh on this film.
    features
        ``(9,)`` of the bone image, for the regression.
    """

    psnr_db: float
    ssim: float
    bias_grey: Mapping[Region, float]
    bias_g_cm2: Mapping[Region, float]
    features: NDArray[np.float64]


def score(
    images: HipImages,
    exact_sto: FloatImage,
    true_regions: Mapping[Region, Points],
    true_bmd_g_cm2: Mapping[Region, float],
    measured_regions: Mapping[Region, Points],
) -> FilmScore:
    """Score a model's images of one hip.

    Parameters
    ----------
    images
        Film and STO.
    exact_sto
        ``(rows, columns)`` of the images.
    true_regions, true_bmd_g_cm2
        Region → polygon in film pixels, in which the bias is taken, and its true aBMD.
        The film's own scale follows: that aBMD over the exact bone image's mean.
    measured_regions
        Region → polygon from which the features are read; none gives NaN.
    """
    exact_bone = images.film - exact_sto
    corner = images.corner_row_col[::-1]
    grey: dict[Region, float] = {}
    g_cm2: dict[Region, float] = {}
    for region, polygon in true_regions.items():
        inside = region_pixels(polygon, images.film.shape, corner)
        exact = inside.of(exact_bone)
        if not exact.size:
            grey[region] = g_cm2[region] = float("nan")
            continue
        grey[region] = float(np.mean(inside.of(images.bone) - exact))
        per_grey = true_bmd_g_cm2.get(region, float("nan")) / float(exact.mean())
        g_cm2[region] = grey[region] * per_grey
    vector = np.full(len(FEATURE_NAMES), np.nan)
    if measured_regions:
        vector = feature_vector(region_features(images.bone, measured_regions, corner))
    return FilmScore(
        float(peak_signal_noise_ratio(exact_sto, images.sto, data_range=GREY_RANGE)),
        float(
            structural_similarity(
                exact_sto,
                images.sto,
                data_range=GREY_RANGE,
                gaussian_weights=True,
                sigma=SIGMA_PX,
                use_sample_covariance=False,
            )
        ),
        grey,
        g_cm2,
        vector,
    )
