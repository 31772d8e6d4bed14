"""A line on the film reads film, STO and bone image where it lies, in millimetres."""

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.hip_images import HipImages
from napari_hipbmd.core.line_profile import line_profile
from napari_hipbmd.core.radiograph import Radiograph

CORNER = (10, 20)


def film_with(spacing_mm, **known):
    """Grey grows by 1/1000 a row and by 1/100 a column, stored as 0 … 4000."""
    row, column = np.mgrid[:60, :80]
    grey = row / 1000 + column / 100
    return Radiograph(
        (4000 * grey).astype(np.float32), (0.0, 4000.0), spacing_mm, **known
    )


def hip_of(film):
    (row, column), grey = CORNER, film.grey()
    part = np.ascontiguousarray(grey[row : row + 40, column : column + 40])
    return HipImages(CORNER, part, 0.25 * part)


def test_film_is_the_sum_of_sto_and_bone_image_wherever_all_are_known():
    film = film_with((0.2, 0.2))
    found = line_profile(film, hip_of(film), (12, 22.5), (45, 58))
    np.testing.assert_allclose(found.sto + found.bone, found.film, atol=1e-6)
    np.testing.assert_allclose(found.sto, 0.25 * found.film, atol=1e-6)


def test_the_axis_is_in_millimetres_also_on_pixels_that_are_not_square():
    found = line_profile(film_with((0.3, 0.1)), None, (0, 10), (20, 10))
    assert found.unit == "mm" and found.at[-1] == pytest.approx(6.0)
    assert len(found.at) == 61
    np.testing.assert_allclose(found.film, 0.1 + found.at / 0.3 / 1000, atol=1e-6)


def test_without_a_spacing_the_axis_is_in_pixel_widths_of_the_right_shape():
    found = line_profile(film_with(None, aspect=2.0), None, (0, 0), (10, 0))
    assert found.unit == "px" and found.at[-1] == pytest.approx(20.0)


def test_beyond_the_hip_box_the_film_alone_is_known():
    film = film_with((0.2, 0.2))
    found = line_profile(film, hip_of(film), (30, 0), (30, 79))
    inside = np.isfinite(found.sto)
    assert np.isfinite(found.film).all()
    np.testing.assert_array_equal(np.flatnonzero(inside), np.arange(20, 60))


def test_a_wide_line_is_the_mean_of_lines_side_by_side():
    film = film_with((0.2, 0.2))
    film.pixels[31] += 400  # a bright row beside the line
    thin, wide = (
        line_profile(film, None, (30, 5), (30, 70), width_px=w).film for w in (1, 3)
    )
    np.testing.assert_allclose(wide - thin, 0.1 / 3, atol=1e-6)


def test_a_line_without_length_is_told():
    with pytest.raises(Refused, match="no length"):
        line_profile(film_with(None), None, (5, 5), (5, 5))


def test_the_table_leaves_cells_empty_where_nothing_is_known():
    film = film_with((0.2, 0.2))
    first, second, *_ = line_profile(film, None, (5, 5), (5, 70)).to_csv().splitlines()
    assert first == "distance_mm,film,sto,bone_image"
    assert second.startswith("0,0.055") and second.endswith(",,")
