"""What a user may rely on: film and STO share one scale, whatever the processing."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_hipbmd.phantom.finish import rooms
from napari_hipbmd.phantom.finish.display import Display

PIXEL_MM = 0.6
ROOMS = rooms.ROOMS + rooms.SHIFTED_ROOMS


@pytest.fixture(scope="module")
def log_images():
    """Soft tissue with a skin edge, and the same with a bone on the left."""
    y, x = np.mgrid[:260, :300].astype(np.float32)
    soft = 4.0 * np.clip((280 - x) / 40, 0, 1) + 0.3 * np.sin(y / 60)
    noise = np.random.default_rng(0).standard_normal(soft.shape)
    soft = np.maximum(soft + gaussian_filter(noise, 6), 0).astype(np.float32)
    bone = 0.5 * np.exp(-(((x - 60) / 12) ** 2)).astype(np.float32)
    return soft + bone, soft


def before_the_curve(room):
    """What is done to a log image before the curve: its scale is undone again."""
    plain = replace(room, kind="linear", floor=0.0, top=1.0)
    shown = Display(plain, -20.0, 20.0, 0.0, PIXEL_MM)
    return lambda image: (shown(image).astype(float) - 0.04) / 0.92 * 40 - 20


@pytest.mark.parametrize("room", ROOMS)
def test_film_less_sto_is_zero_far_from_all_bone(log_images, room):
    film, sto = log_images
    shown = Display.fit(film, room, PIXEL_MM)
    reach = 3 * max([room.compression_mm, *(2 * s for s, _ in room.bands)])
    far = 96 + int(reach / PIXEL_MM)
    difference = (shown(film) - shown(sto))[:, far:]
    assert difference.shape[1] > 10
    assert np.abs(difference).max() < 5e-3


@pytest.mark.parametrize("room", ROOMS)
def test_processing_before_the_curve_is_linear(log_images, room):
    film, sto = log_images
    processed = before_the_curve(room)
    once, twice = (processed(sto + k * (film - sto)) for k in (1, 2))
    nothing = processed(sto)
    np.testing.assert_allclose(twice - nothing, 2 * (once - nothing), atol=2e-4)


@pytest.mark.parametrize("room", ROOMS)
def test_denser_is_never_darker(room):
    ramp = np.linspace(0, 6, 200, dtype=np.float32)
    flat = replace(room, compression=0.0, sharpen=0.0, bands=())
    shown = Display(flat, 1.0, 4.0, 0.8 * flat.floor, PIXEL_MM)(ramp[None])
    assert (np.diff(shown[0]) >= -1e-6).all()
    assert shown[0, -1] - shown[0, 0] > 0.8


@pytest.mark.parametrize("sigma_mm", [6.0, 14.0, 40.0])
def test_a_wide_gaussian_on_large_pixels_is_a_gaussian(log_images, sigma_mm):
    film, _ = log_images
    exact = gaussian_filter(film, sigma_mm / PIXEL_MM, mode="nearest")
    inside = np.s_[20:-20, 20:-20]
    less_smooth = replace(
        ROOMS[0], compression=1.0, compression_mm=sigma_mm, bands=(), sharpen=0.0
    )
    quick = film - before_the_curve(less_smooth)(film)
    assert np.abs(quick - exact)[inside].max() < 0.03 * film.max()


def test_wild_curves_rise(log_images):
    film, _ = log_images
    rng = np.random.default_rng(1)
    curves = [rooms.draw_curve(rng, "train") for _ in range(60)]
    wild = [c for c in curves if c.kind == "wild"]
    assert wild
    for curve in wild:
        assert 0 < curve.bend[0] < curve.bend[1] < 1
        assert np.ptp(Display.fit(film, curve, PIXEL_MM)(film)) > 0.3


def test_the_families_share_no_room():
    assert not set(rooms.ROOMS) & set(rooms.SHIFTED_ROOMS)
    rng = np.random.default_rng(0)
    assert {rooms.draw_curve(rng, "shifted") for _ in range(60)} == set(
        rooms.SHIFTED_ROOMS
    )
