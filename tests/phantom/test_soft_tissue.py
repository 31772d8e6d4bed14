"""What a user may rely on: soft tissue belongs to a person, not to a film's grid."""

from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.phantom.cohort import Person
from napari_hipbmd.phantom.tissue import calcifications, soft_tissue
from napari_hipbmd.phantom.tissue.soft_tissue import HEADS

WOMAN = Person("F", 70.0, 153.0, 58.0, 0.7, 21.6)
X = np.arange(-210, 210, 2.0, dtype=np.float32)
Y = np.arange(170, -170, -2.0, dtype=np.float32)
SEEDS = range(8)


def drawn(seed, film_type=1, family="train", person=WOMAN, x=X, y=Y, heads=HEADS):
    rng = np.random.default_rng(seed)
    return soft_tissue.draw_soft_tissue(x, y, person, film_type, family, rng, heads)


def test_the_same_seed_gives_the_same_soft_tissue():
    one, again = drawn(3), drawn(3)
    for name in ("total_cm", "fat_cm", "occluder_cm"):
        np.testing.assert_array_equal(getattr(one, name), getattr(again, name))


def test_the_families_draw_different_soft_tissue_from_one_seed():
    one, other = drawn(3), drawn(3, family="shifted")
    assert np.abs(one.total_cm - other.total_cm).max() > 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_fat_is_a_part_of_the_whole_and_nothing_is_negative(seed):
    soft = drawn(seed)
    assert (soft.fat_cm >= 0).all() and (soft.occluder_cm >= 0).all()
    assert (soft.fat_cm <= soft.total_cm).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cut_out_of_the_world_is_what_the_whole_shows_there(seed):
    whole = drawn(seed)
    columns, rows = slice(120, 200), slice(30, 140)
    part = drawn(seed, x=X[columns], y=Y[rows])
    for name in ("total_cm", "fat_cm", "occluder_cm"):
        np.testing.assert_allclose(
            getattr(part, name), getattr(whole, name)[rows, columns], atol=0.02
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_thighs_stand_in_air(seed):
    total = drawn(seed, film_type=2).total_cm
    at = int(np.argmin(np.abs(Y + 160)))
    lateral, thigh = np.abs(X) > 205, np.abs(np.abs(X) - 95) < 15
    assert total[at, lateral].max() < 0.5
    assert total[at, thigh].min() > 5


def test_heavier_people_are_thicker_and_hold_more_fat():
    heavy = replace(WOMAN, weight_kg=95.0)
    hip = np.s_[80:90, 145:155]
    thin, thick = (
        np.mean([[getattr(drawn(s, person=p), n)[hip].mean() for n in
                  ("total_cm", "fat_cm")] for s in SEEDS], 0)
        for p in (WOMAN, heavy)
    )  # fmt: skip
    assert thick[0] > thin[0] + 3
    assert thick[1] > thin[1] + 2


def test_a_patient_who_lies_lower_takes_the_soft_tissue_along():
    heads = tuple((x + 6.0, y - 10.0) for x, y in HEADS)
    here, there = drawn(5), drawn(5, x=X + 6, y=Y - 10, heads=heads)
    np.testing.assert_allclose(here.total_cm, there.total_cm, atol=1e-3)


def test_type_2_films_are_smoother_than_type_1_over_the_hip():
    hip = np.s_[60:110, 130:170]

    def unevenness(film_type):
        maps = [drawn(s, film_type).total_cm[hip] for s in range(24)]
        return np.mean([np.abs(np.diff(m, axis=0)).max() for m in maps])

    assert unevenness(2) < 0.7 * unevenness(1)


def test_old_people_have_more_chalk_in_their_vessels():
    def chalk(age):
        rngs = map(np.random.default_rng, range(30))
        return np.mean(
            [calcifications.draw_calcifications(X, Y, age, 22.0, r).sum() for r in rngs]
        )

    assert chalk(85) > 2 * chalk(35)


def test_phleboliths_lie_in_the_lower_pelvis():
    from napari_hipbmd.phantom.planar import Plane

    fine = Plane(np.arange(-210, 210, 0.5), np.arange(170, -170, -0.5))
    stones = sum(
        calcifications.phleboliths(fine, np.random.default_rng(s)) for s in range(20)
    )
    rows, columns = np.nonzero(stones)
    assert len(rows) > 100
    assert np.abs(fine.x_mm[columns]).max() < 88
    assert np.abs(fine.y_mm[rows]).max() < 110
