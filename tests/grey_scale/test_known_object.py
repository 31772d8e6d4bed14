"""An object of known material and thickness tells the gain."""

from __future__ import annotations

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.grey_scale import GreyScale, Ruler
from napari_hipbmd.core.radiograph import FloatImage
from napari_hipbmd.core.ruler_choice import KnownObject
from napari_hipbmd.grey_scale.known_object import (
    NoObject,
    mineral_of,
    read_object,
    read_objects,
)
from napari_hipbmd.phantom.beam import BONE_MINERAL_G_CM3, spectrum, transmission

PIXEL_MM, KVP, GREY_PER_LOG = 0.5, 70.0, 0.2
STEP = np.array([[60, 40], [90, 40], [90, 60], [60, 60]], float)


def film(material: str, mm: float, noise: float = 0.002) -> FloatImage:
    """A body with an object on it, through the beam, on a display without a curve."""
    rows, columns = np.indices((120, 160))
    muscle = (17.0 + 0.01 * columns - 0.008 * rows).astype(np.float32)
    inside = (
        (columns >= STEP[0, 0]) & (columns < STEP[2, 0])
        & (rows >= STEP[0, 1]) & (rows < STEP[2, 1])
    )  # fmt: skip
    path = {"muscle": muscle, material: (inside * mm / 10).astype(np.float32)}
    log = -np.log(transmission(spectrum(KVP), path))
    grey = GREY_PER_LOG * (log - log.min()) + 0.2
    grain = np.random.default_rng(0).normal(0, noise, grey.shape)
    found: FloatImage = (grey + grain).astype(np.float32)
    return found


def exact_gain() -> float:
    """Grey that 1 g/cm² of bone mineral makes in the same beam."""
    bone = np.float32(1 / BONE_MINERAL_G_CM3)
    logs = [
        -np.log(transmission(spectrum(KVP), {"muscle": np.full((1, 1), m, np.float32),
                                             "bone": np.full((1, 1), b, np.float32)}))
        for m, b in ((18 - bone, bone), (18, 0))
    ]  # fmt: skip
    return float(GREY_PER_LOG * (logs[0] - logs[1])[0, 0])


@pytest.mark.parametrize(
    ("material", "mm"), [("aluminium", 5), ("aluminium", 12), ("titanium", 1.0)]
)
def test_a_step_of_a_wedge_tells_the_gain(material: str, mm: float) -> None:
    grey = film(material, mm)
    found = read_object(grey, KnownObject(STEP, material, mm), PIXEL_MM, KVP)  # type: ignore[arg-type]
    assert found.gain_per_g_cm2 == pytest.approx(exact_gain(), rel=0.06)
    assert 0.1 <= found.relative_error < 0.15


def test_more_metal_counts_as_more_mineral() -> None:
    thicknesses = (0.5, 1, 2, 5, 10, 20)
    equal = [mineral_of("aluminium", mm, KVP) for mm in thicknesses]
    assert np.all(np.diff(equal) > 0)
    assert equal[4] == pytest.approx(1.9, abs=0.15)  # 1 cm of aluminium
    assert mineral_of("aluminium", 5, None) == mineral_of("aluminium", 5, 75)
    assert mineral_of("aluminium", 5, 120) == mineral_of("aluminium", 5, 90)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda grey: np.ones_like(grey), "burnt out"),
        (lambda grey: np.zeros_like(grey), "beside the patient"),
        (lambda grey: grey.max() - grey + 0.1, "no brighter"),
    ],
)
def test_an_object_that_shows_no_step_is_no_ruler_and_says_why(change, why) -> None:
    grey = change(film("aluminium", 10))
    with pytest.raises(NoObject, match=why):
        read_object(grey, KnownObject(STEP, "aluminium", 10), PIXEL_MM, KVP)


def test_objects_outside_the_film_or_opaque_ones_are_named() -> None:
    grey = film("aluminium", 10)
    ruler, reasons = read_objects(
        grey,
        [
            KnownObject(STEP + 500, "aluminium", 10),
            KnownObject(STEP, "steel", 25),
            KnownObject(STEP[:, :] * 0.001, "copper", 1),
        ],
        PIXEL_MM,
        KVP,
    )
    assert ruler is None and len(reasons) == 3
    assert "10 mm aluminium" in reasons[0] and "outside the film" in reasons[0]
    assert "no radiation" in reasons[1]
    assert "too small" in reasons[2]


def test_two_steps_are_one_ruler_no_surer_than_the_better_one() -> None:
    grey = film("aluminium", 10)
    known = KnownObject(STEP, "aluminium", 10)
    one = read_object(grey, known, PIXEL_MM, KVP)
    both, reasons = read_objects(grey, [known, known], PIXEL_MM, KVP)
    assert both is not None and not reasons
    assert both.gain_per_g_cm2 == pytest.approx(one.gain_per_g_cm2)
    assert both.relative_error == one.relative_error


@pytest.mark.parametrize(
    ("material", "mm", "outline", "why"),
    [
        ("lead", 5, STEP, "unknown"),
        ("steel", 0, STEP, "given in mm"),
        ("steel", 5, STEP[:2], "three corners"),
        ("steel", 5, STEP * np.nan, "no number"),
    ],
)
def test_what_cannot_be_an_object_is_refused(material, mm, outline, why) -> None:
    with pytest.raises(Refused, match=why):
        KnownObject(outline, material, mm)


def test_a_further_ruler_pulls_by_its_precision_and_weights_still_add_up() -> None:
    film_ruler = Ruler("film", 0.2, 0.2, 1.0)
    before = GreyScale(0.2, 0.2, (film_ruler,))
    after = before.with_ruler(Ruler("object", 0.3, 0.1, 0.0))
    assert 0.2 < after.gain_per_g_cm2 < 0.3
    assert np.log(after.gain_per_g_cm2) == pytest.approx(
        0.2 * np.log(0.2) + 0.8 * np.log(0.3)
    )
    assert after.relative_error == pytest.approx(0.2 / 5**0.5)
    assert sum(one.weight for one in after.rulers) == pytest.approx(1)
