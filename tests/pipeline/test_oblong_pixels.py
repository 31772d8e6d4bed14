"""A film whose rows lie farther apart than its columns is measured as it was."""

from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.dicom import read_film
from napari_hipbmd.pipeline import measure


@pytest.fixture(scope="module")
def hip(sample_study):
    """A digital hip, cut to a square and at half its rows."""
    case = sample_study.cases[1]
    film = read_film(case.image)
    assert film.spacing_mm is not None
    row, column = film.spacing_mm
    pairs = film.pixels.reshape(film.shape[0] // 2, 2, film.shape[1])
    oblong = replace(
        film, pixels=pairs.mean(1).astype(np.float32), spacing_mm=(2 * row, column)
    )
    return case, film, oblong


def test_landmarks_areas_and_bmd_do_not_depend_on_the_shape_of_pixels(hip):
    case, film, oblong = hip
    square, other = (
        measure(f, side=case.side, patient=case.patient) for f in (film, oblong)
    )
    assert square.landmarks is not None and other.landmarks is not None
    scale = np.array([film.spacing_mm[1], film.spacing_mm[0]])
    centre = np.array([0, 0.5])  # of the pair of rows that became one
    there = other.landmarks.xy * (1, 2) + centre
    error_mm = np.hypot(*((there - square.landmarks.xy) * scale).T)
    assert error_mm.max() < 1.0
    for region, part in square.regions.items():
        assert other.regions[region].area_cm2 == pytest.approx(part.area_cm2, rel=0.03)
    for site, one in square.bmd_g_cm2.items():
        assert other.bmd_g_cm2[site].value == pytest.approx(one.value, rel=0.03)
    np.testing.assert_allclose(
        other.landmarks.sigma_mm, square.landmarks.sigma_mm, rtol=0.3
    )
