"""What the shaft ruler reads of a drawn tube of bone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_hipbmd.core.anatomy import INDEX
from napari_hipbmd.core.bounded_json import as_type
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.grey_scale import GreyScale
from napari_hipbmd.core.hip_images import HipImages
from napari_hipbmd.core.radiograph import Patient
from napari_hipbmd.grey_scale import load_calibration, read_signs
from napari_hipbmd.grey_scale.shaft import NoShaft, read_shaft
from napari_hipbmd.grey_scale.tube import CORTICAL_G_CM3, DEEP, Tube, chords

GAIN = 0.2
SPACING = (0.5, 0.5)
CUT_ROW, MIDDLE = 120, 120


def film_of(
    tube: Tube, rows: int = 240, gain: float = GAIN, blur_mm: float = 0.6
) -> tuple[HipImages, np.ndarray]:
    """An upright shaft on soft tissue, and landmarks with its distal cut."""
    x = (np.arange(240) - MIDDLE) * SPACING[1]
    line = gain * CORTICAL_G_CM3 / 10 * chords(tube, x)[0]
    bone = np.tile(line, (rows, 1)).astype(np.float32)
    bone = gaussian_filter(bone, (0, blur_mm / SPACING[1]))
    sto = np.full(bone.shape, 0.3, np.float32)
    half = tube.width / 2 / SPACING[1]
    xy = np.full((16, 2), float(MIDDLE)) + np.arange(32).reshape(16, 2)
    xy[:, 1] = np.linspace(40, 100, 16)
    xy[INDEX["I2"]] = MIDDLE + half, CUT_ROW
    xy[INDEX["I3"]] = MIDDLE - half, CUT_ROW
    return HipImages((0, 0), bone + sto, sto), xy


@pytest.mark.parametrize(("medial", "lateral"), [(6.0, 6.0), (7.5, 5.0)])
def test_the_ruler_finds_gain_and_cortex_of_a_tube(
    medial: float, lateral: float
) -> None:
    images, xy = film_of(Tube(0.0, 30.0, medial, lateral, DEEP))
    shaft = read_shaft(images, xy, SPACING)
    fit = shaft.stretches[0].fit
    assert fit.gain == pytest.approx(GAIN, rel=0.1)
    assert shaft.cortex.medial_mm == pytest.approx(medial, abs=1.0)
    assert shaft.cortex.lateral_mm == pytest.approx(lateral, abs=1.0)
    assert shaft.cortex.cortical_index == pytest.approx(
        (medial + lateral) / 30, abs=0.05
    )


def test_a_film_that_ends_at_the_distal_cut_is_refused_with_a_reason() -> None:
    images, xy = film_of(Tube(0.0, 30.0, 6.0, 6.0), rows=CUT_ROW + 4)
    with pytest.raises(NoShaft, match="ends too soon"):
        read_shaft(images, xy, SPACING)


def test_a_nail_that_burns_the_shaft_out_is_refused_with_a_reason() -> None:
    images, xy = film_of(Tube(0.0, 30.0, 6.0, 6.0))
    film = images.film.copy()
    film[:, MIDDLE - 12 : MIDDLE + 12] = 1.0
    with pytest.raises(NoShaft, match="metal"):
        read_shaft(HipImages((0, 0), film, images.sto), xy, SPACING)


def test_without_a_pixel_size_no_ruler_is_read() -> None:
    images, xy = film_of(Tube(0.0, 30.0, 6.0, 6.0))
    with pytest.raises(Refused, match="pixel size"):
        read_signs(images, xy, None, Patient(), 70.0)


@pytest.mark.parametrize("k", [0.6, 1.7])
def test_scaling_the_bone_scales_the_tubes_gain_and_leaves_the_mineral(
    k: float,
) -> None:
    images, xy = film_of(Tube(0.0, 30.0, 6.0, 6.0, DEEP))
    scaled = HipImages((0, 0), images.sto + k * images.bone, images.sto)
    gains = [
        read_shaft(each, xy, SPACING).stretches[0].fit.gain for each in (images, scaled)
    ]
    assert gains[1] == pytest.approx(k * gains[0], rel=0.01)
    mineral = [
        each.bone / gain for each, gain in zip((images, scaled), gains, strict=True)
    ]
    np.testing.assert_allclose(mineral[1], mineral[0], rtol=0.01, atol=0.01)


def test_rulers_are_weighed_and_one_that_is_switched_off_has_no_say() -> None:
    images, xy = film_of(Tube(0.0, 30.0, 6.0, 6.0, DEEP))
    calibration = load_calibration()
    assert calibration is not None
    reading = read_signs(images, xy, SPACING, Patient(), 70.0)
    every = calibration.read(reading)
    assert {ruler.name for ruler in every.rulers} == {"usual", "shaft", "film"}
    assert sum(ruler.weight for ruler in every.rulers) == pytest.approx(1)
    without = calibration.read(reading, use=("film",))
    assert {ruler.name for ruler in without.rulers} == {"usual", "film"}
    assert without.relative_error > every.relative_error


def test_the_contract_tells_gain_rulers_and_cortex() -> None:
    images, xy = film_of(Tube(0.0, 30.0, 6.0, 6.0, DEEP))
    calibration = load_calibration()
    assert calibration is not None
    found = calibration.read(read_signs(images, xy, SPACING, Patient(), 70.0))
    told = found.to_json()
    assert set(told) == {
        "gain_per_g_cm2", "relative_error", "rulers", "cortex", "shaft_reason",
    }  # fmt: skip
    assert as_type(GreyScale, told).to_json() == told
