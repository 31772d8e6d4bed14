"""How even a film's soft tissue is: what orders films for type 1 or type 2."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

from ..core.canvas import normalisation
from ..core.radiograph import FloatImage

DEGREE = 4
NEAR = 0.22  # of the picture's side: how far around the hip soft tissue counts
STEP = 4


def evenness(film: FloatImage, sto: FloatImage, hip: NDArray[np.bool_]) -> float:
    """Share of the grey spread that a smooth surface explains, at most 1.

    A surface of fourth degree is fitted to the soft tissue in and around the hip.
    Type 2 films follow it closely; a fold, a pannus or bowel gas of a type 1 film
    does not, and the score falls.

    Parameters
    ----------
    film, sto
        ``(rows, columns)`` film and its soft tissue, as predicted or known.
    hip
        Where the hip is, the same shape; not empty.
    """
    soft = gaussian_filter(sto[::STEP, ::STEP], 1.0)
    near = NEAR * max(soft.shape)
    around = distance_transform_edt(~hip[::STEP, ::STEP]) < near
    rows, columns = soft.shape
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    powers = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    terms = np.stack([x[around] ** i * y[around] ** j for i, j in powers], -1)
    values = soft[around].astype(np.float64)
    fitted = terms @ np.linalg.lstsq(terms, values, rcond=None)[0]
    uneven = np.sqrt(np.mean((values - fitted) ** 2)) / normalisation(film)[1]
    return float(1 - uneven)
