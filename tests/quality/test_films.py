"""A film made for every flag: it is raised there, and on the clean film none is."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from skimage.transform import estimate_transform

from napari_hipbmd.core.anatomy import INDEX, LANDMARKS, mask, polygons
from napari_hipbmd.core.radiograph import Patient, Radiograph
from napari_hipbmd.dicom import read_film
from napari_hipbmd.phantom import defects, render
from napari_hipbmd.phantom.finish.looks import PLAIN
from napari_hipbmd.phantom.finish.rooms import ROOMS
from napari_hipbmd.phantom.things.implants import KINDS, HipAxes, draw_metal
from napari_hipbmd.pipeline import measure, remeasure
from napari_hipbmd.pipeline.models import load_models
from napari_hipbmd.quality import borders
from napari_hipbmd.quality.rotation import neck_angle_deg, prominence

from ..made_up_study import raw_regression

SEED, PIXELS = 5_500_066, 300
ALWAYS = {"calibration"}  # the bundled regression's own


@pytest.fixture(scope="module")
def hip():
    """A film of even soft tissue, plainly processed, with nothing written on it."""
    plain = render(SEED, "train", 64)
    plan = replace(plain.plan, film_type=2, curve=ROOMS[3], look=PLAIN)
    return render(SEED, "train", PIXELS, person=plain.person, plan=plan)


def measured(hip, film=None, patient=None, models=None):
    spacing = hip.detector_mm / hip.magnification
    person = hip.person
    return measure(
        Radiograph(
            np.ascontiguousarray(hip.film if film is None else film, np.float32),
            spacing_mm=(spacing, spacing),
            side=hip.plan.side,
            patient=patient
            or Patient(
                person.sex, person.age_years, person.height_cm, person.weight_kg
            ),
        ),
        models=models,
    )


def flags(measurement):
    return {f.code: f for f in measurement.flags if f.code not in ALWAYS}


def corner(hip, name):
    return hip.landmarks_xy[INDEX[name]]


def test_a_clean_film_raises_no_flag(hip):
    assert flags(measured(hip)) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_joint_a_plate_a_nail_and_screws_are_metal(hip, kind):
    xy, mm = hip.landmarks_xy, hip.detector_mm / hip.magnification
    typical = np.array([mark.typical_xy for mark in LANDMARKS])
    typical = typical * (-1 if hip.plan.side == "R" else 1, 1)
    head = estimate_transform("similarity", typical, xy).translation
    neck = (corner(hip, "N2") + corner(hip, "N5")) / 2 - head
    shaft = (
        corner(hip, "I2") + corner(hip, "I3") - corner(hip, "T4") - corner(hip, "N4")
    )
    axes = HipAxes(
        tuple(head * mm),
        tuple(neck / np.linalg.norm(neck)),
        tuple(shaft / np.linalg.norm(shaft)),
        23.0,
    )
    place = np.arange(PIXELS, dtype=np.float32) * mm
    metal = draw_metal(place, place, kind, axes, np.random.default_rng(1))
    film = 1 - (1 - hip.film * 0.8) * np.exp(-metal)
    assert "metal" in flags(measured(hip, film))


@pytest.mark.parametrize("region", ["neck", "intertrochanter"])
def test_a_clip_in_a_region_is_named_with_it(hip, region):
    at = polygons(hip.landmarks_xy)[region].mean(0)
    film = defects.with_clip(hip.film, at, 13, 30)
    found = flags(measured(hip, film))
    assert set(found) == {"metal"} and region in found["metal"].sites


def test_a_clip_beside_the_hip_spoils_no_region(hip):
    n5 = corner(hip, "N5")
    at = n5 + 0.6 * (n5 - corner(hip, "N3"))  # between the thighs
    film = defects.with_clip(hip.film, at, 13, 30)
    found = flags(measured(hip, film))
    assert set(found) == {"metal-nearby"} and not found["metal-nearby"].sites


def test_a_nail_through_the_hip_is_metal_in_all_that_it_crosses(hip):
    top, bottom = corner(hip, "T2"), (corner(hip, "I2") + corner(hip, "I3")) / 2
    across = np.array([bottom[1] - top[1], top[0] - bottom[0]])
    across *= 6 / np.linalg.norm(across)
    outline = [top - across, top + across, bottom + across, bottom - across]
    found = flags(measured(hip, defects.with_nail(hip.film, np.array(outline))))
    assert {"trochanter", "intertrochanter"} <= set(found["metal"].sites)


@pytest.mark.parametrize("side", range(4))
@pytest.mark.parametrize("tilt_deg", [0.0, 3.0])
def test_a_collimated_border_is_found_where_it_is(hip, side, tilt_deg):
    rng = np.random.default_rng(0)
    film = defects.with_border(hip.film, side, 40, tilt_deg, 0.98, 0.01, rng)
    [border] = borders(film)
    rows, columns = np.mgrid[:PIXELS, :PIXELS]
    found = border.covers(np.stack([columns, rows], -1).astype(float))
    turned = np.mgrid[:PIXELS, :PIXELS]
    slope = np.tan(np.radians(tilt_deg))
    true = np.rot90(turned[0] < 40 + slope * (turned[1] - PIXELS / 2), -side)
    assert (found != true).mean() < 0.01


def test_a_border_over_a_region_is_flagged_with_it_and_one_beside_it_is_not(hip):
    rng = np.random.default_rng(0)
    bottom = PIXELS - hip.landmarks_xy[:, 1].max()
    over = defects.with_border(hip.film, 2, bottom + 15, 1, 0.02, 0.01, rng)
    found = flags(measured(hip, over))
    assert found["collimation"].sites == ("intertrochanter",)
    beside = defects.with_border(hip.film, 2, bottom - 15, 1, 0.02, 0.01, rng)
    assert "collimation" not in flags(measured(hip, beside))


def test_a_skin_line_is_no_collimated_border(hip):
    rows, columns = np.mgrid[:PIXELS, :PIXELS]
    air = columns > 230 + 40 * np.cos(rows / 60)
    assert borders(np.where(air, 0, hip.film).astype(np.float32)) == ()


def test_a_region_that_reaches_over_the_films_edge_is_flagged(hip):
    film = hip.film[: int(corner(hip, "I4")[1]) - 5]
    assert {"region-outside", "implausible-shape"} & flags(measured(hip, film)).keys()


@pytest.mark.parametrize("level", ["bright", "dark"])
def test_grey_values_that_pile_up_are_saturation(hip, level):
    neck = hip.film[mask(polygons(hip.landmarks_xy)["neck"], hip.film.shape)]
    if level == "bright":  # below the format's own end: the detector's, or a window's
        film = np.minimum(hip.film, np.quantile(neck, 0.9))
    else:
        film = np.maximum(hip.film, np.quantile(neck, 0.1))
    found = flags(measured(hip, film))
    assert "neck" in found["saturation"].sites


def test_a_leg_turned_outwards_is_flagged_and_a_straight_one_is_not(hip):
    plan, person = hip.plan, hip.person
    # the neck then lies in the film's plane
    degrees = plan.pose.internal_rotation + hip.neck_turn_deg
    angle, stands_out = {}, {}
    for name, turn in {"straight": degrees, "outwards": degrees - 35}.items():
        same = defects.turned(plan, turn)
        posed = render(SEED, "train", PIXELS, plan.side, person, same)
        xy = posed.landmarks_xy * (-1 if plan.side == "R" else 1, 1)
        angle[name], stands_out[name] = neck_angle_deg(xy), prominence(xy)
        found = flags(measured(posed))
        assert ("rotation" in found) == (name == "outwards")
    assert abs(angle["straight"]) < 15 < angle["outwards"]
    assert stands_out["outwards"] > stands_out["straight"]
    assert "outwards" in found["rotation"].text


def test_a_landmark_under_a_blot_is_lost_and_its_regions_are_named(hip):
    film, (x, y) = hip.film.copy(), corner(hip, "I4").astype(int)
    film[y - 45 : y + 45, x - 45 : x + 45] = np.median(film)
    found = flags(measured(hip, film))
    assert "I4" in found["landmarks-lost"].text
    assert "intertrochanter" in found["landmarks-lost"].sites


def test_one_place_that_is_found_twice_apart_is_flagged(hip):
    whole = measured(hip)
    moved = whole.landmarks.xy.copy()
    moved[INDEX["T1"]] += (14, 0)
    found = flags(remeasure(whole, moved))
    assert "N3/T1" in found["landmarks-disagree"].text
    assert found["landmarks-disagree"].sites == ("neck", "trochanter")


def test_landmarks_that_make_no_hip_are_flagged(hip):
    whole = measured(hip)
    moved = whole.landmarks.xy.copy()
    moved[INDEX["N5"]] += (40, -25)
    found = flags(remeasure(whole, moved))
    assert "N5" in found["implausible-shape"].text
    assert flags(remeasure(whole, whole.landmarks.xy)) == {}


def test_an_abmd_that_no_survey_has_seen_is_flagged_with_its_site(hip):
    # a regression that takes brightness for bone, and a bright film
    of_brightness = replace(load_models(), bmd=raw_regression())
    found = measured(hip, np.clip(hip.film + 0.4, 0, 1), models=of_brightness)
    outside = {
        site for f in found.flags if f.code == "implausible-bmd" for site in f.sites
    }
    assert "neck" in outside
    assert found.bmd_g_cm2["neck"].value > 1.361  # NHANES 2013-2014


def test_coloured_marks_across_a_region_are_flagged_with_it(hip, tmp_path):
    levels = np.round(hip.film * 255).clip(0, 255).astype(np.uint8)
    plain = Image.fromarray(levels).convert("RGB")
    plain.save(tmp_path / "plain.png")
    at = polygons(hip.landmarks_xy)["trochanter"].mean(0)
    ImageDraw.Draw(plain).line((0, at[1], PIXELS, at[1]), fill="lime", width=1)
    plain.save(tmp_path / "marked.png")
    clean, marked = (read_film(tmp_path / f"{n}.png") for n in ("plain", "marked"))
    spacing = (hip.detector_mm / hip.magnification,) * 2
    before, after = (
        measure(f.with_typed_spacing(spacing[0]), side=hip.plan.side)
        for f in (clean, marked)
    )
    found = flags(after)
    assert "burnt-in" in found and "burnt-in-region" not in flags(before)
    assert "trochanter" in found["burnt-in-region"].sites
    for site, estimate in before.bmd_g_cm2.items():
        assert after.bmd_g_cm2[site].value == pytest.approx(estimate.value, abs=0.03)
