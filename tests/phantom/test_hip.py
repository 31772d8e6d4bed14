"""What a user may rely on: a digital hip's truth is true."""

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from napari_hipbmd.core import anatomy
from napari_hipbmd.core.anatomy import INDEX
from napari_hipbmd.phantom import render, render_pelvis

PIXELS = 300


@pytest.fixture(scope="module", params=[(11, "train"), (12, "train"), (13, "shifted")])
def hip(request):
    seed, family = request.param
    return render(seed, family, PIXELS)


def test_the_same_seed_gives_the_same_film():
    one, again = (render(11, "train", 128) for _ in range(2))
    np.testing.assert_array_equal(one.film, again.film)
    np.testing.assert_array_equal(one.sto, again.sto)
    np.testing.assert_array_equal(one.landmarks_xy, again.landmarks_xy)


def test_neck_abmd_is_the_patients_target(hip):
    assert hip.bmd_g_cm2["neck"] == pytest.approx(hip.person.neck_bmd_g_cm2, abs=2e-3)


def test_total_abmd_is_the_area_weighted_mean(hip):
    total = sum(hip.bmd_g_cm2[r] * hip.area_cm2[r] for r in anatomy.REGIONS)
    whole = sum(hip.area_cm2[r] for r in anatomy.REGIONS)
    assert hip.bmd_g_cm2["total"] == pytest.approx(total / whole)
    assert hip.area_cm2["total"] == pytest.approx(whole)


def test_bone_in_log_attenuation_is_proportional_to_mineral(hip):
    """(μ bone − μ muscle) · t within the femur, but for beam hardening."""
    inside = np.zeros(hip.film.shape, bool)
    for region in ("trochanter", "intertrochanter"):
        inside |= anatomy.mask(hip.regions[region], hip.film.shape)
    r = np.corrcoef(hip.bone_log[inside], hip.mineral_g_cm2[inside])[0, 1]
    assert r > 0.97


def test_the_truth_does_not_depend_on_the_films_resolution():
    fine, coarse = render(11, "train", 600), render(11, "train", 300)
    assert fine.bmd_g_cm2["total"] == pytest.approx(coarse.bmd_g_cm2["total"], rel=0.02)
    np.testing.assert_allclose(
        (fine.landmarks_xy + 0.5) / 2, coarse.landmarks_xy + 0.5, atol=0.02
    )


def test_a_right_hip_is_a_mirrored_left_one():
    left = render(21, "train", 200, side="L")
    right = render(21, "train", 200, side="R")
    np.testing.assert_allclose(
        anatomy.mirror_xy(right.landmarks_xy, 200), left.landmarks_xy, atol=1e-9
    )
    np.testing.assert_allclose(right.mineral_g_cm2[:, ::-1], left.mineral_g_cm2)


def test_landmarks_agree_with_their_definitions(hip):
    xy = hip.landmarks_xy
    if hip.plan.side == "R":
        xy = anatomy.mirror_xy(xy, PIXELS)

    def at(name):
        return xy[INDEX[name]]

    for once, again in anatomy.TWICE_FOUND:
        np.testing.assert_array_equal(at(once), at(again))
    np.testing.assert_allclose(at("T5"), (at("N3") + at("N4")) / 2)
    # the distal cut is perpendicular to the shaft axis, which T3 and T4 follow
    across = (at("I2") - at("I3")) / np.linalg.norm(at("I2") - at("I3"))
    shaft = np.array([-across[1], across[0]])
    half_way = (at("T2") + at("T4")) / 2
    assert (at("T3") - half_way) @ shaft == pytest.approx(0, abs=0.05)
    assert (at("T4") - at("N4")) @ shaft == pytest.approx(0, abs=0.05)
    # N4 is where the medial contour is farthest from the line N5–I4
    assert at("N5")[1] < at("N4")[1] < at("I4")[1] or hip.plan.pose.abduction > 20
    # lateral is right on a canonical left hip
    assert at("T4")[0] > at("N4")[0]
    assert at("I2")[0] > at("I3")[0]


def test_contour_landmarks_lie_on_the_bones_edge(hip):
    bone = hip.mineral_g_cm2 > 0.02
    edge = distance_transform_edt(bone) + distance_transform_edt(~bone) - 1
    pixel_mm = hip.detector_mm / hip.magnification
    for name in ("T3", "T4", "I2", "I3", "T2"):
        x, y = np.round(hip.landmarks_xy[INDEX[name]]).astype(int)
        assert edge[y, x] * pixel_mm < 2.5, name


def test_film_and_sto_differ_by_bone_only(hip):
    """Away from all bone the displayed film is its STO, but for noise."""
    away = distance_transform_edt(hip.bone_log < 1e-3) > 25
    if away.sum() < 200:
        pytest.skip("bone and its halo fill this film")
    difference = (hip.film - hip.sto)[away]
    assert abs(np.median(difference)) < 0.03


def test_films_fill_their_grey_range(hip):
    assert hip.film.min() >= 0 and hip.film.max() <= 1
    assert np.percentile(hip.film, 98) - np.percentile(hip.film, 2) > 0.25


def test_a_film_of_the_pelvis_shows_two_hips_each_with_its_own_truth():
    left, right = render_pelvis(31, "train", 420)
    assert (left.side, right.side) == ("L", "R")
    np.testing.assert_array_equal(left.film, right.film)
    middle = left.film.shape[1] / 2
    assert left.landmarks_xy[:, 0].mean() > middle > right.landmarks_xy[:, 0].mean()
    for hip in (left, right):
        x0, y0, x1, y1 = hip.box
        assert x1 - x0 == pytest.approx(y1 - y0)
        x, y = hip.landmarks_xy.T
        assert (x > x0).all() and (x < x1).all() and (y > y0).all() and (y < y1).all()
    assert left.bmd_g_cm2["neck"] != right.bmd_g_cm2["neck"]


def test_the_shaft_below_the_regions_is_not_scaled_with_their_abmd():
    """Cortex is cortex there: its mineral does not tell the neck's aBMD."""
    from dataclasses import replace as changed

    hip = render(41, "train", 240)
    denser = changed(hip.person, neck_bmd_g_cm2=hip.person.neck_bmd_g_cm2 + 0.15)
    again = render(41, "train", 240, hip.side, denser, hip.plan)
    level = hip.landmarks_xy[INDEX["I2"]][1]
    below = round(level + 0.16 * 240)
    if below >= 238:
        pytest.skip("the film ends too early")
    neck = hip.bmd_g_cm2["neck"], again.bmd_g_cm2["neck"]
    assert neck[1] - neck[0] == pytest.approx(0.15, abs=4e-3)
    rows = slice(below, None)
    np.testing.assert_allclose(
        again.mineral_g_cm2[rows].sum(), hip.mineral_g_cm2[rows].sum(), rtol=0.02
    )


def test_the_regions_have_the_areas_of_adults():
    """About 6.4, 11.3 and 17.3 cm², as those of the shape model's people."""
    hips = [render(700 + i, "train", 160) for i in range(12)]
    for region, mean, least, most in (
        ("neck", 6.4, 2.5, 12),
        ("trochanter", 11.3, 3, 22),
        ("intertrochanter", 17.3, 8, 36),
    ):
        areas = [hip.area_cm2[region] for hip in hips]
        assert least < min(areas) and max(areas) < most
        assert np.mean(areas) == pytest.approx(mean, rel=0.35)
