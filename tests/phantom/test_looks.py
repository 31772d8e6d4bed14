"""What a user may rely on: looks change a film's face, not its truth."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_hipbmd.phantom.finish import looks
from napari_hipbmd.phantom.finish.annotations import MARKS, ink
from napari_hipbmd.phantom.finish.looks import PLAIN, Borders, Letterbox

PIXEL_MM = 0.4


@pytest.fixture(scope="module")
def pair():
    rng = np.random.default_rng(0)
    sto = gaussian_filter(rng.standard_normal((240, 280)), 12)
    sto = (0.3 + 2 * (sto - sto.min())).clip(0, 0.8).astype(np.float32)
    film = sto.copy()
    film[80:160, 100:140] += 0.15
    return film, sto


def applied(look, pair, side="L", whole=False):
    return looks.apply(look, *pair, PIXEL_MM, side, whole)


def test_a_plain_look_changes_nothing(pair):
    for before, after in zip(pair, applied(PLAIN, pair), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_stored_look_makes_the_same_film_again(pair):
    for seed in range(12):
        look = looks.draw_look(np.random.default_rng(seed), "train")
        again = looks.draw_look(np.random.default_rng(seed), "train")
        assert look == again
        np.testing.assert_array_equal(applied(look, pair)[0], applied(again, pair)[0])


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("family", ["train", "shifted"])
def test_film_and_sto_still_agree_where_there_is_no_bone(pair, seed, family):
    look = looks.draw_look(np.random.default_rng(seed), family)
    film, sto = applied(replace(look, noise=0.0, jpeg_quality=0), pair)
    away = np.ones(film.shape, bool)
    away[65:175, 85:155] = False  # the bone and what blurs it
    assert np.abs(film - sto)[away].max() < 0.5 / 255 + 1e-6


@pytest.mark.parametrize("quality, most", [(95, 0.01), (30, 0.03)])
def test_jpeg_changes_little_and_nothing_in_the_sto(pair, quality, most):
    film, sto = applied(replace(PLAIN, eight_bit=True, jpeg_quality=quality), pair)
    assert 0 < np.abs(film - pair[0]).mean() < most
    np.testing.assert_array_equal(sto, pair[1])


def test_eight_bits_are_256_greys(pair):
    film, _ = applied(replace(PLAIN, eight_bit=True), pair)
    np.testing.assert_allclose(film * 255, np.round(film * 255), atol=1e-4)
    assert np.abs(film - pair[0]).max() <= 0.5 / 255 + 1e-6


def test_coarser_pixels_lose_fine_detail_and_keep_the_place(pair):
    film, _ = applied(replace(PLAIN, resolution_mm=1.0), pair)
    bone = film - pair[1] > 0.075
    rows, columns = np.nonzero(bone)
    assert rows.mean() == pytest.approx(119.5, abs=0.3)
    assert columns.mean() == pytest.approx(119.5, abs=0.3)
    sharp = np.abs(np.diff(pair[0], axis=1)).max()
    assert np.abs(np.diff(film, axis=1)).max() < 0.8 * sharp


def test_a_collimated_border_is_soft_tilted_and_leaves_the_middle(pair):
    borders = Borders((0.1, 0.0, 0.0, 0.0), tilt_deg=3.0, soft_mm=2.0, level=0.0)
    film, _ = applied(replace(PLAIN, borders=borders), pair)
    assert film[0].max() < 0.02
    np.testing.assert_array_equal(film[60:], pair[0][60:])
    depth = (film < 0.5 * pair[0]).sum(0)
    assert depth[5] != depth[-5]


def test_a_letterbox_is_flat(pair):
    film, _ = applied(replace(PLAIN, letterbox=Letterbox(1, (0.05, 0.1), 1.0)), pair)
    assert film[:, :14].min() == 1 and film[:, -28:].min() == 1
    np.testing.assert_array_equal(film[:, 14:-28], pair[0][:, 14:-28])


@pytest.mark.parametrize("name", MARKS)
def test_every_mark_leaves_ink_and_most_of_the_film_clear(name):
    covers = [ink((300, 400), (name,), seed, "R", True) for seed in range(8)]
    assert max(c.max() for c in covers) > 0.3
    assert all((c > 0).mean() < 0.15 for c in covers)


def test_on_a_whole_pelvis_the_letter_stands_on_its_own_side():
    for side, half in (("R", np.s_[:, 200:]), ("L", np.s_[:, :200])):
        for seed in range(6):
            cover = ink((300, 400), ("letter",), seed, side, True)
            assert cover.max() > 0.3
            assert cover[half].max() == 0


def test_the_families_look_different():
    def share_of(name, family):
        rng = np.random.default_rng(0)
        return np.mean([name in looks.draw_look(rng, family).marks for _ in range(300)])

    assert share_of("letter", "shifted") > share_of("letter", "train") + 0.15
    assert share_of("box", "shifted") < share_of("box", "train")
