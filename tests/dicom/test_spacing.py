"""Millimetres come with their source, or not at all."""

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


def test_pixel_spacing_alone_is_used(make_film):
    film = read_film(make_film(pixel_spacing_mm=(0.2, 0.2)))
    assert film.spacing_mm == (0.2, 0.2)
    assert film.spacing_source == "PixelSpacing"
    assert not spacing_flagged(film)


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
    assert film.spacing_source == "ImagerPixelSpacing, in the detector plane"
    assert spacing_flagged(film)


@pytest.mark.parametrize(
    "written",
    [None, ["1.0", "1.0"], ["0", "0"], ["-0.2", "-0.2"], ["40", "40"], ["0.2", "0"]],
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
