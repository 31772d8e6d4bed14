"""A digital hip's film is a valid one, the same each time."""

import warnings

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napari_hipbmd.dicom import FilmTags, read_film, write_film

spacings = st.floats(0.05, 0.9).map(lambda mm: (mm, mm * 1.01))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), bits=st.integers(8, 16), spacing=spacings)
def test_what_is_written_is_read_back(tmp_path, data, bits, spacing):
    shape = data.draw(st.tuples(st.integers(32, 40), st.integers(32, 40)))
    rng = np.random.default_rng(data.draw(st.integers(0, 9999)))  # all bits are used
    stored = rng.integers(0, 1 << bits, shape, dtype=np.uint16)
    tags = FilmTags(
        case_id="hip-1",
        side=data.draw(st.sampled_from(["L", "R", None])),
        modality=data.draw(st.sampled_from(["DX", "CR"])),
        bits_stored=bits,
        photometric=data.draw(st.sampled_from(["MONOCHROME1", "MONOCHROME2"])),
        pixel_spacing_mm=spacing,
        pixel_spacing_calibration_type="GEOMETRY",
        kvp=data.draw(st.floats(50, 120)),
        sex=data.draw(st.sampled_from(["F", "M", None])),
        age_years=data.draw(st.integers(18, 99)),
        height_m=data.draw(st.floats(1.2, 2.1)),
        weight_kg=data.draw(st.floats(30, 200)),
    )
    path = tmp_path / "film.dcm"
    write_film(path, stored, tags)
    film = read_film(path)

    top = (1 << bits) - 1
    bright = stored if tags.photometric == "MONOCHROME2" else top - stored
    np.testing.assert_array_equal(film.pixels, bright)
    assert film.grey_range == (0, top)
    assert film.spacing_mm == pytest.approx(spacing)
    assert film.side == tags.side
    assert film.kvp == pytest.approx(tags.kvp)
    assert film.patient.sex == tags.sex
    assert film.patient.age_years == tags.age_years
    assert film.patient.height_cm == pytest.approx(tags.height_m * 100, abs=0.006)
    assert film.patient.weight_kg == pytest.approx(tags.weight_kg)


def test_the_same_case_gives_the_same_bytes(tmp_path, hip):
    for name in ("one.dcm", "two.dcm"):
        write_film(tmp_path / name, hip, FilmTags("hip-7", side="R"))
    assert (tmp_path / "one.dcm").read_bytes() == (tmp_path / "two.dcm").read_bytes()


def test_two_cases_have_different_identifiers(make_film):
    one = pydicom.dcmread(make_film(name="1.dcm", case_id="hip-1"))
    two = pydicom.dcmread(make_film(name="2.dcm", case_id="hip-2"))
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        assert one[keyword].value != two[keyword].value


@pytest.mark.parametrize("modality", ["DX", "CR"])
def test_other_programs_find_nothing_to_complain_about(make_film, modality):
    path = make_film(modality=modality, age_years=70, windows=((2048, 4096, "WIDE"),))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        film = pydicom.dcmread(path)
        str(film)
    assert film.pixel_array.dtype == np.uint16
    assert film.SOPClassUID.name.startswith(
        {"DX": "Digital X-Ray", "CR": "Computed Radiography"}[modality]
    )


def test_values_that_do_not_fit_are_not_cut(tmp_path, hip):
    with pytest.raises(ValueError, match="do not fit in 10 bits"):
        write_film(tmp_path / "film.dcm", hip, FilmTags("hip", bits_stored=10))


def test_only_unsigned_16_bit_films_are_written(tmp_path, hip):
    with pytest.raises(ValueError, match="uint16"):
        write_film(tmp_path / "film.dcm", hip.astype(float), FilmTags("hip"))
