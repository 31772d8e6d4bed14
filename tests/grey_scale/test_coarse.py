"""The rulers look at a very fine film as at the same film of larger pixels."""

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import TYPICAL_XY
from napari_hipbmd.core.hip_images import HipImages
from napari_hipbmd.grey_scale.coarse import COARSEST_MM, coarser

MARKS_XY = TYPICAL_XY * 60 + (140.0, 110.0)


@pytest.mark.parametrize("corner", [(0, 0), (30, 20)])
@pytest.mark.parametrize(("row_mm", "column_mm"), [(0.1, 0.1), (0.19, 0.07)])
def test_joined_pixels_lie_where_they_lay(corner, row_mm, column_mm):
    y, x = np.mgrid[:403, :305].astype(np.float32)
    images = HipImages(corner, y + corner[0], x + corner[1])
    coarse, marks_xy, (down, across) = coarser(images, MARKS_XY, (row_mm, column_mm))
    assert down <= COARSEST_MM and across <= COARSEST_MM
    rows, columns = np.round(marks_xy).astype(int).T[::-1]
    off_xy = np.round(marks_xy) - marks_xy  # in joined pixels
    at_y, at_x = coarse.film[rows, columns], coarse.sto[rows, columns]
    np.testing.assert_allclose(
        at_x - off_xy[:, 0] * across / column_mm, MARKS_XY[:, 0], atol=1e-3
    )
    np.testing.assert_allclose(
        at_y - off_xy[:, 1] * down / row_mm, MARKS_XY[:, 1], atol=1e-3
    )


def test_pixels_that_are_large_enough_stay_as_they_are():
    images = HipImages((5, 6), *np.zeros((2, 40, 40), np.float32))
    same, marks_xy, spacing_mm = coarser(images, MARKS_XY, (0.3, 0.35))
    assert same is images and marks_xy is MARKS_XY and spacing_mm == (0.3, 0.35)


def test_a_film_of_absurdly_small_pixels_keeps_rows_and_columns():
    images = HipImages((0, 0), *np.zeros((2, 400, 300), np.float32))
    coarse, _, _ = coarser(images, MARKS_XY, (0.002, 0.002))
    assert min(coarse.film.shape) >= 64
