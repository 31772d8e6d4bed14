"""Canal flare index and canal–calcar ratio of drawn shafts and digital hips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_hipbmd.core import anatomy
from napari_hipbmd.core.anatomy import INDEX
from napari_hipbmd.core.bounded_json import as_type
from napari_hipbmd.core.grey_scale import Cortex
from napari_hipbmd.core.hip_images import HipImages
from napari_hipbmd.grey_scale.canal import CanalWidths, compared, dorr_type_of_ratio
from napari_hipbmd.grey_scale.shaft import read_shaft
from napari_hipbmd.grey_scale.tube import CORTICAL_G_CM3, DEEP, Tube, chords

GAIN = 0.2
LESSER_MM, CUT_MM = 45.0, 22.0  # from the upper edge; from the lesser trochanter
LEVELS = (-45, -20, 0, 30, 60, 90, 130, 180)
WIDTHS = (70, 54, 44, 32, 30, 30, 31, 33)
CANALS = (65, 48, 34, 18, 14.2, 13, 15, 20)


def drawn(
    below_mm: float = 170.0, step_mm: float = 0.5
) -> tuple[HipImages, np.ndarray, tuple[float, float]]:
    """A shaft whose canal is narrowest 90 mm below the lesser trochanter."""
    levels = np.arange(-LESSER_MM, below_mm, step_mm)
    x = np.arange(-60, 60, step_mm)
    rows = []
    for level in levels:
        width, canal = (np.interp(level, LEVELS, those) for those in (WIDTHS, CANALS))
        wall = (width - canal) / 2
        tube = Tube(0.0, float(width), float(wall), float(wall), DEEP)
        rows.append(chords(tube, x)[0])
    bone = GAIN * CORTICAL_G_CM3 / 10 * np.array(rows)
    bone = gaussian_filter(bone, 0.6 / step_mm).astype(np.float32)
    sto = np.full(bone.shape, 0.3, np.float32)
    xy_mm = np.full((16, 2), 60.0)
    xy_mm[:, 1] = np.linspace(5, 60, 16)
    half = float(np.interp(CUT_MM, LEVELS, WIDTHS)) / 2
    xy_mm[INDEX["I2"]] = 60 + half, LESSER_MM + CUT_MM
    xy_mm[INDEX["I3"]] = 60 - half, LESSER_MM + CUT_MM
    xy_mm[INDEX["I4"]] = 60 - 22, LESSER_MM
    xy_mm[INDEX["N2"]] = 55, 2
    return HipImages((0, 0), bone + sto, sto), xy_mm / step_mm, (step_mm, step_mm)


def cortex(images: HipImages, xy: np.ndarray, spacing: tuple[float, float]) -> Cortex:
    found = read_shaft(images, xy, spacing, whole_film=lambda: images.film).cortex
    assert found is not None
    return found


def test_both_ratios_are_those_of_the_drawn_canal() -> None:
    found = cortex(*drawn())
    assert found.canal_above_mm == pytest.approx(48, abs=2.5)
    assert found.isthmus_mm == pytest.approx(13, abs=1.5)
    assert found.isthmus_below_lesser_mm == pytest.approx(90, abs=15)
    assert found.flare_index == pytest.approx(48 / 13, rel=0.15)
    assert found.calcar_ratio == pytest.approx(13.5 / 34, abs=0.05)
    assert found.dorr_type_by_ratio == "A"
    assert found.flare_reason is None
    assert found.calcar_reason is None


def test_a_mirrored_film_has_the_same_ratios() -> None:
    images, xy, spacing = drawn()
    there = cortex(images, xy, spacing)
    flipped = HipImages((0, 0), images.film[:, ::-1], images.sto[:, ::-1])
    back = anatomy.mirror_xy(xy, images.film.shape[1])
    mirrored = cortex(flipped, back, spacing)
    assert mirrored.flare_index == pytest.approx(there.flare_index, rel=0.05)
    assert mirrored.calcar_ratio == pytest.approx(there.calcar_ratio, rel=0.05)


def test_the_ratios_do_not_depend_on_the_size_of_a_pixel() -> None:
    coarse, fine = cortex(*drawn()), cortex(*drawn(step_mm=0.25))
    assert fine.flare_index == pytest.approx(coarse.flare_index, rel=0.05)
    assert fine.calcar_ratio == pytest.approx(coarse.calcar_ratio, rel=0.05)


def test_a_film_that_ends_above_the_levels_says_so_and_tells_no_ratio() -> None:
    short = cortex(*drawn(below_mm=60))
    assert short.flare_index is None
    assert short.calcar_ratio is None
    assert "ends too soon" in short.sentence()


def test_an_isthmus_at_the_end_of_the_film_is_none() -> None:
    found = cortex(*drawn(below_mm=104))
    assert found.flare_index is None
    assert "before the canal is seen to widen" in str(found.flare_reason)
    assert found.calcar_ratio is not None


def test_a_canal_that_only_widens_has_no_isthmus() -> None:
    level = np.arange(-25.0, 180.0, 2.0)
    canal = np.where(level < 30, 40 - 0.8 * (level + 25), 12 + 0.03 * (level - 30))
    nothing = Cortex(5.0, 5.0, 12.0, 0.45, 60.0)
    found = compared(nothing, CanalWidths(level, np.maximum(canal, 12)), 30.0)
    assert found.flare_index is None
    assert "not seen to narrow" in str(found.flare_reason)
    assert found.calcar_ratio is not None


def test_the_narrowest_canal_is_found_though_some_levels_are_wrong() -> None:
    level = np.arange(-25.0, 180.0, 2.0)
    canal = 12 + ((level - 90) / 40) ** 2
    canal[55:58] = 3.0
    found = CanalWidths(level, canal).isthmus()
    assert found[0] == pytest.approx(12, abs=0.5)
    assert found[1] == pytest.approx(90, abs=6)


@pytest.mark.parametrize(
    ("ratio", "kind"), [(0.4, "A"), (0.6, "B"), (0.75, "B"), (0.9, "C")]
)
def test_the_type_follows_from_the_ratio(ratio: float, kind: str) -> None:
    assert dorr_type_of_ratio(ratio) == kind


def test_people_are_told_each_ratio_with_its_widths() -> None:
    found = cortex(*drawn())
    said = found.sentence()
    assert f"Canal flare index {found.flare_index:.1f}" in said
    assert f"Canal–calcar ratio {found.calcar_ratio:.2f} (Dorr type A" in said
    wide = replace(found, dorr_type_by_ratio="C", calcar_ratio=0.8)
    assert "Canal–calcar ratio 0.80 (Dorr type C" in wide.sentence()


def test_a_cortex_of_an_earlier_version_is_read_without_the_ratios() -> None:
    told = {
        "medial_mm": 5.0, "lateral_mm": 5.0, "canal_mm": 15.0, "cortical_index": 0.4,
        "below_mm": 20.0, "dorr_type": None,
    }  # fmt: skip
    assert as_type(Cortex, told).flare_index is None
