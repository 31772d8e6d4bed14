"""The real hip reads as a person sees it."""

import numpy as np
import pytest

from napari_hipbmd.dicom import inspect, open_film


@pytest.fixture
def shown(real_data):
    return open_film(real_data / "hip" / "RG2_HIP_J2KR.dcm")


def test_it_has_its_size_spacing_and_window(shown):
    film = shown.radiograph
    assert film.shape == (2140, 1760)
    assert film.spacing_mm == (0.2, 0.2)
    assert film.grey_range == (0, 1023)
    assert shown.contrast_limits == (-1, 1022)
    assert film.patient.sex == "M"
    assert film.case_id == "RG2_HIP_J2KR"


def test_bone_is_brighter_than_muscle_and_muscle_than_air(shown):
    grey = shown.radiograph.grey()
    shaft = np.median(grey[1180:1220, 1240:1280])
    muscle = np.median(grey[1480:1520, 1100:1140])
    air = np.median(grey[1900:2000, 600:700])
    assert shaft > muscle + 0.1 > air + 0.2
    assert not shown.inverted


def test_its_doubts_are_said(real_data):
    answer = inspect(real_data / "hip" / "RG2_HIP_J2KR.dcm")
    told = {flag["code"] for flag in answer["flags"]}
    assert told == {"uncalibrated", "position", "spacing"}


def test_infant_films_are_warned_of_and_give_no_millimetres(real_data):
    for path in sorted((real_data / "child").glob("*.dcm")):
        answer = inspect(path)
        assert answer["status"] == "readable"
        assert answer["spacing_mm"] is None
        assert {"spacing", "colour", "uncalibrated", "child"} <= {
            flag["code"] for flag in answer["flags"]
        }
