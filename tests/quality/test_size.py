"""What a user may rely on: a wrong pixel spacing shows in the size of the head."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_hipbmd.core.anatomy import LANDMARKS, head_diameter_mm
from napari_hipbmd.quality import size

LAYOUT = np.array([mark.typical_xy for mark in LANDMARKS])


def test_a_typical_hip_tells_the_diameter_of_its_head():
    film = LAYOUT * 120 + 700  # a radius of 120 pixels
    assert head_diameter_mm(film, (0.2, 0.2)) == pytest.approx(48.0)
    assert size(film, (0.2, 0.2)) == ()


@given(turn=st.floats(-3, 3), scale=st.floats(20, 400), mirror=st.sampled_from([-1, 1]))
def test_neither_turning_nor_mirroring_a_hip_changes_its_head(turn, scale, mirror):
    c, s = np.cos(turn), np.sin(turn)
    film = scale * LAYOUT * [mirror, 1] @ np.array([[c, -s], [s, c]]) + 500
    assert head_diameter_mm(film, (0.3, 0.3)) == pytest.approx(0.6 * scale)


def test_a_spacing_that_makes_a_giant_of_the_patient_is_flagged_with_the_size():
    film = LAYOUT * 172 + 700
    (flag,) = size(film, (0.2, 0.2))
    assert flag.code == "head-size"
    assert "69 mm" in flag.text
    assert "spacing" in flag.text


def test_a_spacing_that_makes_a_dwarf_of_the_patient_is_flagged():
    (flag,) = size(LAYOUT * 60 + 700, (0.2, 0.2))
    assert "too small" in flag.text


def test_pixels_that_are_not_square_are_heeded():
    film = LAYOUT * [60, 120] + 700
    assert head_diameter_mm(film, (0.2, 0.4)) == pytest.approx(48.0)


def test_nothing_is_said_without_a_spacing_or_with_a_landmark_missing():
    film = LAYOUT * 172 + 700
    assert size(film, None) == ()
    film[3] = np.nan
    assert head_diameter_mm(film, (0.2, 0.2)) is None
