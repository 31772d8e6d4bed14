"""How strong the grain of digital hips is, in three bands of detail.

    python benchmarks/texture.py [--hips 12] [--family train] [--pixels 900]

Printed for each band: SD within the inter-trochanter in per cent of the film's range
(1st to 99th percentile), median and 10 to 90 % over the hips. Noise counts as grain.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from napari_hipbmd.core.anatomy import mask
from napari_hipbmd.phantom import FAMILIES, render

BANDS_MM = ((0.0, 0.25), (0.25, 0.8), (0.8, 3.0))
FIRST_SEED = 7_700_000


def texture_sd(
    film: NDArray[np.floating], spacing_mm: float, region_mask: NDArray[np.bool_]
) -> tuple[float, ...]:
    """SD within a region in per cent of the film's range, one for each band.

    Parameters
    ----------
    film
        ``(rows, columns)``, any grey scale.
    region_mask
        Same shape.
    """
    low, high = np.percentile(film, [1, 99])

    def smooth(mm: float) -> NDArray[np.floating]:
        if mm < 0.2 * spacing_mm:
            return film
        out: NDArray[np.floating] = gaussian_filter(film, mm / spacing_mm)
        return out

    return tuple(
        float(100 * (smooth(fine) - smooth(coarse))[region_mask].std() / (high - low))
        for fine, coarse in BANDS_MM
    )


def main() -> None:
    """Render, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--hips", type=int, default=12)
    parser.add_argument("--family", choices=FAMILIES, default="train")
    parser.add_argument("--pixels", type=int, default=900)
    args = parser.parse_args()
    rows = []
    for seed in range(FIRST_SEED, FIRST_SEED + args.hips):
        hip = render(seed, args.family, args.pixels)
        region = mask(hip.regions["intertrochanter"], hip.film.shape)
        rows.append(texture_sd(hip.film, hip.detector_mm / hip.magnification, region))
    for (fine, coarse), column in zip(BANDS_MM, np.transpose(rows), strict=True):
        low, middle, high = np.percentile(column, [10, 50, 90])
        print(f"{fine:4.2f}–{coarse:4.2f} mm  {middle:.2f} % ({low:.2f}–{high:.2f})")


if __name__ == "__main__":
    main()
