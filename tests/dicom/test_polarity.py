"""Bone is bright in what is measured, whatever the tags say about drawing."""

from itertools import product

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from napari_hipbmd.dicom import inspect, open_film, read_film

BONE, AIR = (48, 40), (2, 2)
DISPLAYS = [
    ("MONOCHROME2", None),
    ("MONOCHROME2", "IDENTITY"),
    ("MONOCHROME1", None),
    ("MONOCHROME1", "INVERSE"),
]
CONTRADICTIONS = [("MONOCHROME2", "INVERSE"), ("MONOCHROME1", "IDENTITY")]
SIGNS = [None, -1, 1]
RELATIONSHIPS = [None, "LIN", "LOG", "DISP"]


def film_with(make_film, hip, display, relationship, sign, *, intent, bone_is_high):
    """A film whose bone is stored high or low, with these tags and no others."""
    photometric, shape = display
    return make_film(
        hip if bone_is_high else 4095 - hip,
        photometric=photometric,
        edit={
            "PresentationLUTShape": shape,
            "PixelIntensityRelationship": relationship,
            "PixelIntensityRelationshipSign": sign,
            "PresentationIntentType": intent,
        },
    )


def codes(film):
    return {flag.code for flag in film.flags}


@pytest.mark.parametrize("intent", ["FOR PRESENTATION", "FOR PROCESSING"])
@pytest.mark.parametrize(
    ("display", "relationship", "sign"), product(DISPLAYS, RELATIONSHIPS, SIGNS)
)
def test_bone_is_bright(make_film, hip, display, relationship, sign, intent):
    drawn_inverted = display[0] == "MONOCHROME1"
    # Physics decides where it speaks, unless two display tags agree against it.
    bone_is_high = (sign == -1) if sign and not display[1] else not drawn_inverted
    path = film_with(
        make_film, hip, display, relationship, sign,
        intent=intent, bone_is_high=bone_is_high,
    )  # fmt: skip
    shown = open_film(path)
    film = shown.radiograph
    assert film.pixels[BONE] > film.pixels[AIR]
    assert film.grey().min() >= 0 and film.grey().max() <= 1
    assert shown.inverted is drawn_inverted
    assert inspect(path)["inverted"] is drawn_inverted
    disagree = sign is not None and (sign == -1) == drawn_inverted
    assert ("polarity" in codes(film)) == disagree


@pytest.mark.parametrize(
    ("display", "relationship", "sign"),
    product(CONTRADICTIONS, RELATIONSHIPS, [-1, 1]),
)
def test_the_sign_settles_contradicting_display_tags(
    make_film, hip, display, relationship, sign
):
    path = film_with(
        make_film, hip, display, relationship, sign,
        intent="FOR PRESENTATION", bone_is_high=sign == -1,
    )  # fmt: skip
    shown = open_film(path)
    assert shown.radiograph.pixels[BONE] > shown.radiograph.pixels[AIR]
    assert shown.displayed()[BONE] > shown.displayed()[AIR]
    assert "polarity" in codes(shown.radiograph)


@pytest.mark.parametrize(
    ("display", "relationship"), product(CONTRADICTIONS, RELATIONSHIPS)
)
def test_a_film_that_cannot_be_decided_is_flagged(
    make_film, hip, display, relationship
):
    path = film_with(
        make_film, hip, display, relationship, None,
        intent="FOR PRESENTATION", bone_is_high=True,
    )  # fmt: skip
    assert {"polarity", "uncalibrated"} <= codes(read_film(path))


def test_linear_films_become_log_attenuation(make_film, hip):
    attenuation = hip / 4095 * 3
    intensity = np.round(4095 * np.exp(-attenuation)).astype(np.uint16)
    for stored, sign in ((intensity, 1), (4095 - intensity, -1)):
        film = read_film(
            make_film(
                stored,
                photometric="MONOCHROME1" if sign == 1 else "MONOCHROME2",
                pixel_intensity_relationship="LIN",
                pixel_intensity_sign=sign,
            )
        )
        # One grey step of a twentieth of the intensity is 5 % of it.
        np.testing.assert_allclose(film.pixels, attenuation, atol=0.05)
        assert film.grey_range == pytest.approx((0, np.log(4095)))
        assert codes(film) == {"spacing"}


@pytest.mark.parametrize("sign", [-1, 1])
def test_logarithmic_films_get_no_second_logarithm(make_film, hip, sign):
    stored = hip if sign == -1 else 4095 - hip
    film = read_film(
        make_film(
            stored,
            photometric="MONOCHROME2" if sign == -1 else "MONOCHROME1",
            pixel_intensity_relationship="LOG",
        )
    )
    np.testing.assert_array_equal(film.pixels, hip)
    assert film.grey_range == (0, 4095)


def test_a_linear_film_processed_for_presentation_is_flagged(make_film, hip):
    path = make_film(
        pixel_intensity_relationship="LIN",
        edit={"PresentationIntentType": "FOR PRESENTATION"},
    )
    film = read_film(path)
    np.testing.assert_array_equal(film.pixels, hip)
    assert "uncalibrated" in codes(film)


@pytest.mark.parametrize("intent", ["FOR PRESENTATION", None])
def test_a_dx_film_for_presentation_needs_no_further_word(make_film, hip, intent):
    film = read_film(
        make_film(
            pixel_intensity_relationship=None,
            pixel_spacing_mm=(0.2, 0.2),
            pixel_spacing_calibration_type="GEOMETRY",
            edit={"PresentationIntentType": intent},
        )
    )
    np.testing.assert_array_equal(film.pixels, hip)
    assert codes(film) == set()


def test_a_cr_film_without_a_word_about_intensity_is_uncalibrated(make_film):
    path = make_film(modality="CR", pixel_intensity_relationship=None)
    assert "uncalibrated" in codes(read_film(path))


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_negative_rescale_slope_turns_stored_values_only(make_film, hip, photometric):
    stored = 4095 - hip if photometric == "MONOCHROME2" else hip
    path = make_film(
        stored,
        modality="CR",
        photometric=photometric,
        pixel_intensity_relationship=None,
        edit={"RescaleSlope": "-1", "RescaleIntercept": "4095"},
    )
    shown = open_film(path)
    np.testing.assert_array_equal(shown.stored, stored)
    np.testing.assert_array_equal(shown.modality, 4095 - stored)
    assert shown.radiograph.pixels[BONE] > shown.radiograph.pixels[AIR]
    assert inspect(path)["inverted"] is (photometric == "MONOCHROME2")


def test_the_sign_speaks_of_stored_values(make_film, hip):
    path = make_film(
        4095 - hip,
        pixel_intensity_sign=1,
        edit={"RescaleSlope": "-2", "RescaleIntercept": "8190"},
    )
    film = read_film(path)
    np.testing.assert_array_equal(film.pixels, 2.0 * hip)
    assert film.grey_range == (0, 8190)
    assert "polarity" not in codes(film)


def test_the_grey_range_belongs_to_the_format(make_film, hip):
    dim = read_film(make_film(hip // 4, name="dim.dcm"))
    full = read_film(make_film(hip, name="full.dcm"))
    assert dim.grey_range == full.grey_range == (0, 4095)
    assert dim.grey().max() < 0.3 < full.grey().max()


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_table_that_falls_turns_how_the_film_is_drawn(make_film, hip, photometric):
    item = Dataset()
    item.LUTDescriptor = [4096, 0, 12]
    item.add_new(0x00283006, "US", list(range(4095, -1, -1)))
    bone_is_high = photometric == "MONOCHROME1"
    shown = open_film(
        make_film(
            hip if bone_is_high else 4095 - hip,
            modality="CR",
            photometric=photometric,
            pixel_intensity_relationship=None,
            edit={"VOILUTSequence": Sequence([item])},
        )
    )
    assert shown.displayed()[BONE] > shown.displayed()[AIR]
    assert shown.radiograph.pixels[BONE] > shown.radiograph.pixels[AIR]
    assert shown.inverted is not bone_is_high


def falling_table(entries):
    item = Dataset()
    item.LUTDescriptor = [len(entries) % 65536, 0, 12]
    item.add_new(0x00283006, "OW", np.asarray(entries, "<u2").tobytes())
    return item


@pytest.mark.parametrize(
    "entries",
    [
        np.r_[0, 4094 - np.arange(4095)],
        np.r_[4095 - np.arange(4095), 4095],
        np.r_[4095 - np.arange(4096), np.full(61440, 4095)],
    ],
    ids=["black before", "white behind", "far more entries than the film has values"],
)
@pytest.mark.parametrize("keyword", ["VOILUTSequence", "ModalityLUTSequence"])
def test_a_table_falls_where_it_falls_over_the_films_own_values(
    make_film, hip, entries, keyword
):
    shown = open_film(
        make_film(
            4095 - hip,
            modality="CR",
            photometric="MONOCHROME2",
            pixel_intensity_relationship=None,
            edit={keyword: Sequence([falling_table(entries)])},
        )
    )
    assert shown.displayed()[BONE] > shown.displayed()[AIR]
    assert shown.radiograph.pixels[BONE] > shown.radiograph.pixels[AIR]


def test_windows_and_tables_that_draw_the_film_in_opposite_ways_are_flagged(make_film):
    falling = falling_table(4095 - np.arange(4096))
    rising = falling_table(np.arange(4096))
    for both in ([rising, falling], [falling, rising]):
        path = make_film(edit={"VOILUTSequence": Sequence(both)})
        assert "polarity" in {flag.code for flag in read_film(path).flags}
