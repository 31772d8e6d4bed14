"""Millimetres come with their source, or not at all."""

import struct

import pytest

from napari_hipbmd.dicom import inspect, read_film


def spacing_flagged(film):
    return "spacing" in {flag.code for flag in film.flags}


def test_pixel_spacing_is_used_with_its_calibration(make_film):
    film = read_film(
        make_film(
            pixel_spacing_mm=(0.15, 0.14),
            pixel_spacing_calibration_type="FIDUCIAL",
            imager_pixel_spacing_mm=(0.17, 0.16),
        )
    )
    assert film.spacing_mm == (0.15, 0.14)
    assert film.spacing_source == "PixelSpacing, calibrated: FIDUCIAL"
    assert not spacing_flagged(film)


def test_pixel_spacing_alone_is_used_with_a_flag(make_film):
    film = read_film(make_film(pixel_spacing_mm=(0.2, 0.2)))
    assert film.spacing_mm == (0.2, 0.2)
    assert film.spacing_source == "PixelSpacing"
    assert spacing_flagged(film)


def test_pixel_spacing_other_than_the_detectors_is_that_of_the_patient(make_film):
    film = read_film(
        make_film(pixel_spacing_mm=(0.2, 0.2), imager_pixel_spacing_mm=(0.23, 0.23))
    )
    assert film.spacing_mm == (0.2, 0.2)
    assert not spacing_flagged(film)


def test_the_spacing_of_a_scanned_film_is_that_of_the_film(make_film):
    film = read_film(
        make_film(
            pixel_spacing_mm=(0.2, 0.2), edit={"NominalScannedPixelSpacing": [0.2, 0.2]}
        )
    )
    assert film.spacing_mm == (0.2, 0.2)
    assert film.spacing_source == "NominalScannedPixelSpacing, in the plane of the film"
    assert spacing_flagged(film)


@pytest.mark.parametrize(
    "tags",
    [
        {"imager_pixel_spacing_mm": (0.36, 0.36)},  # 1.8 times
        {"imager_pixel_spacing_mm": (0.18, 0.18)},  # smaller than in the patient
        {"imager_pixel_spacing_mm": (0.23, 0.26)},  # other pixels
        {
            "imager_pixel_spacing_mm": (0.23, 0.23),
            "estimated_radiographic_magnification": 1.3,
        },
    ],
)
def test_spacings_that_contradict_each_other_are_flagged(make_film, tags):
    film = read_film(
        make_film(
            pixel_spacing_mm=(0.2, 0.2), pixel_spacing_calibration_type="GEOMETRY",
            **tags,
        )
    )  # fmt: skip
    assert film.spacing_mm == (0.2, 0.2)
    assert spacing_flagged(film)


@pytest.mark.parametrize(
    ("tags", "mm"),
    [
        ({"estimated_radiographic_magnification": 1.6}, 0.125),
        (
            {
                "estimated_radiographic_magnification": 1.25,
                "distance_source_to_detector_mm": 1150,
                "distance_source_to_patient_mm": 1000,
            },
            0.16,
        ),
    ],
)
def test_an_unusual_or_contradicted_magnification_is_flagged(make_film, tags, mm):
    film = read_film(make_film(imager_pixel_spacing_mm=(0.2, 0.2), **tags))
    assert film.spacing_mm == pytest.approx((mm, mm))
    assert spacing_flagged(film)


def test_pixels_of_known_shape_and_unknown_size_keep_their_shape(make_film):
    film = read_film(make_film(edit={"PixelAspectRatio": [3, 2]}))
    assert film.spacing_mm is None
    assert film.pixel_aspect == 1.5
    typed = film.with_typed_spacing(0.2)
    assert typed.spacing_mm == pytest.approx((0.3, 0.2))


@pytest.mark.parametrize("force", [False, True])
def test_a_typed_spacing_wins_over_a_calibrated_one_only_when_forced(make_film, force):
    film = read_film(
        make_film(
            pixel_spacing_mm=(0.15, 0.15), pixel_spacing_calibration_type="FIDUCIAL"
        )
    )
    typed = film.with_typed_spacing(0.2, force)
    assert typed.spacing_mm == ((0.2, 0.2) if force else (0.15, 0.15))
    (flag,) = (flag for flag in typed.flags if flag.code == "spacing")
    assert ("mm was forced" if force else "the film's was taken") in flag.text


def test_a_forced_spacing_that_is_the_films_own_is_no_doubt(make_film):
    film = read_film(
        make_film(
            pixel_spacing_mm=(0.15, 0.15), pixel_spacing_calibration_type="FIDUCIAL"
        )
    )
    typed = film.with_typed_spacing(0.151, force=True)
    assert typed.spacing_mm == (0.151, 0.151) and not spacing_flagged(typed)


def test_an_impossible_spacing_beside_the_detectors_is_told(make_film):
    tags = {"ImagerPixelSpacing": [0.19, 0.19], "PixelSpacing": [-0.19, -0.19]}
    far = {"DistanceSourceToDetector": 1150, "DistanceSourceToPatient": 1000}
    film = read_film(make_film(edit=tags | far))
    assert film.spacing_mm == pytest.approx((0.19 / 1.15, 0.19 / 1.15))
    (flag,) = (flag for flag in film.flags if flag.code == "spacing")
    assert "because its PixelSpacing is -0.19 × -0.19 mm" in flag.text


def test_a_typed_spacing_wins_over_a_doubtful_one(make_film):
    film = read_film(make_film(pixel_spacing_mm=(0.15, 0.15)))
    typed = film.with_typed_spacing(0.2)
    assert typed.spacing_mm == (0.2, 0.2)
    assert not spacing_flagged(typed)


@pytest.mark.parametrize("repeated", [False, True])
@pytest.mark.parametrize(
    ("tags", "source"),
    [
        (
            {"estimated_radiographic_magnification": 1.25},
            "EstimatedRadiographicMagnificationFactor",
        ),
        (
            {
                "distance_source_to_detector_mm": 1250,
                "distance_source_to_patient_mm": 1000,
            },
            "DistanceSourceToDetector / DistanceSourceToPatient",
        ),
    ],
)
def test_detector_spacing_is_corrected_for_magnification(
    make_film, tags, source, repeated
):
    if repeated:
        tags = tags | {"pixel_spacing_mm": (0.2, 0.2)}
    film = read_film(make_film(imager_pixel_spacing_mm=(0.2, 0.2), **tags))
    assert film.spacing_mm == pytest.approx((0.16, 0.16))
    assert film.spacing_source == f"ImagerPixelSpacing / 1.25 ({source})"
    assert not spacing_flagged(film)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"pixel_spacing_mm": (0.2, 0.2)},
        {"estimated_radiographic_magnification": 1.0},
        {"estimated_radiographic_magnification": 12.0},
        {"distance_source_to_detector_mm": 1000, "distance_source_to_patient_mm": 1100},
        {"distance_source_to_detector_mm": 1150},
    ],
)
def test_detector_spacing_alone_is_offered_with_a_flag(make_film, tags):
    film = read_film(make_film(imager_pixel_spacing_mm=(0.2, 0.2), **tags))
    assert film.spacing_mm == (0.2, 0.2)
    assert film.spacing_source == "ImagerPixelSpacing, in the plane of the detector"
    assert spacing_flagged(film)


@pytest.mark.parametrize(
    "written",
    [
        None,
        ["1.0", "1.0"],
        ["0", "0"],
        ["-0.2", "-0.2"],
        ["40", "40"],
        ["0.2", "0"],
        ["0.2", "0.2", "1"],
    ],
)
def test_a_spacing_nobody_can_believe_gives_no_millimetres(make_film, written):
    path = make_film(edit={"PixelSpacing": written})
    film = read_film(path)
    assert film.spacing_mm is None
    assert film.spacing_source.startswith("none: ")
    assert spacing_flagged(film)
    assert inspect(path)["spacing_mm"] is None
    if written:
        assert "PixelSpacing" in film.spacing_source


def test_a_false_pixel_spacing_does_not_hide_the_detectors(make_film):
    film = read_film(
        make_film(
            pixel_spacing_mm=(1.0, 1.0),
            imager_pixel_spacing_mm=(0.2, 0.2),
            estimated_radiographic_magnification=1.25,
        )
    )
    assert film.spacing_mm == pytest.approx((0.16, 0.16))


@pytest.mark.parametrize("how", ["GEOMETRY", "FIDUCIAL"])
def test_a_calibrated_spacing_that_only_repeats_the_detectors_is_flagged(
    make_film, how
):
    film = read_film(
        make_film(
            pixel_spacing_mm=(0.2, 0.2), imager_pixel_spacing_mm=(0.2, 0.2),
            pixel_spacing_calibration_type=how,
        )
    )  # fmt: skip
    assert film.spacing_mm == (0.2, 0.2)
    assert spacing_flagged(film)


def test_a_calibration_that_nobody_knows_is_none(make_film):
    film = read_film(
        make_film(
            pixel_spacing_mm=(0.2, 0.2), imager_pixel_spacing_mm=(0.2, 0.2),
            edit={"PixelSpacingCalibrationType": "NONE"},
        )
    )  # fmt: skip
    assert film.spacing_source == "ImagerPixelSpacing, in the plane of the detector"
    assert spacing_flagged(film)


@pytest.mark.parametrize("detector", [0.2002, 0.1985])
def test_spacings_that_differ_by_their_rounding_are_the_detectors(make_film, detector):
    film = read_film(
        make_film(
            pixel_spacing_mm=(0.2, 0.2), imager_pixel_spacing_mm=(detector, detector)
        )
    )
    assert film.spacing_source == "ImagerPixelSpacing, in the plane of the detector"
    assert spacing_flagged(film)


@pytest.mark.parametrize(
    "edit",
    [{"NominalScannedPixelSpacing": [0.4, 0.4]}, {"PixelAspectRatio": [2, 1]}],
    ids=["twice that of the scanner", "pixels of another shape"],
)
def test_whatever_else_contradicts_the_spacing_is_flagged(make_film, edit):
    tags = {
        "pixel_spacing_mm": (0.2, 0.2),
        "pixel_spacing_calibration_type": "FIDUCIAL",
    }
    film = read_film(make_film(edit=edit, **tags))
    assert film.spacing_mm == (0.2, 0.2)
    assert spacing_flagged(film)


@pytest.mark.parametrize(
    "edit",
    [
        {"EstimatedRadiographicMagnificationFactor": 115},  # per cent
        {"EstimatedRadiographicMagnificationFactor": 0.87},
        {"DistanceSourceToDetector": 115, "DistanceSourceToPatient": 1000},  # cm
        {"DistanceSourceToDetector": 1150, "DistanceSourceToPatient": 100},
    ],
)
def test_a_magnification_that_no_film_has_is_told_when_it_is_passed_over(
    make_film, edit
):
    tags = {
        "pixel_spacing_mm": (0.2, 0.2),
        "pixel_spacing_calibration_type": "FIDUCIAL",
    }
    film = read_film(make_film(edit=edit, **tags))
    assert film.spacing_mm == (0.2, 0.2)
    (flag,) = (flag for flag in film.flags if flag.code == "spacing")
    assert "passed over" in flag.text


ELEMENTS = [
    ([0.1, 0.1], None, False),  # two by two
    ([0.2, 0.2], [1, 1], False),
    ([0.2, 0.2], [2, 2], True),  # the spacing before binning
    ([0.14, 0.14], None, True),  # a smaller copy of the film
    ([0.4, 0.4], None, True),  # a larger one
    ([0.139, 0.2], None, True),
]


@pytest.mark.parametrize(("elements", "binning", "told"), ELEMENTS)
def test_pixels_that_the_detectors_elements_do_not_make_are_told(
    make_film, elements, binning, told
):
    edit = {"DetectorElementSpacing": elements}
    if binning:
        edit["DetectorBinning"] = binning
    film = read_film(
        make_film(
            imager_pixel_spacing_mm=(0.2, 0.2),
            estimated_radiographic_magnification=1.25,
            edit=edit,
        )
    )
    assert film.spacing_mm == pytest.approx((0.16, 0.16))
    assert told == any("DetectorElementSpacing" in flag.text for flag in film.flags)


def with_spacing_written(path, written):
    """The film with a ``PixelSpacing`` that no library would write."""
    data = path.read_bytes()
    element = struct.pack("<HH2sH", 0x28, 0x30, b"DS", len(written)) + written
    at = data.index(struct.pack("<HH", 0x28, 0x100))
    path.write_bytes(data[:at] + element + data[at:])
    return path


def test_a_spacing_with_decimal_commas_is_read(make_film):
    film = read_film(with_spacing_written(make_film(), rb"0,2000\0,2000 "))
    assert film.spacing_mm == (0.2, 0.2)


def test_a_spacing_that_is_no_number_is_called_so(make_film):
    film = read_film(with_spacing_written(make_film(), rb".2mm\.2mm "))
    assert film.spacing_mm is None
    assert film.spacing_source == "none: its PixelSpacing is no number"
