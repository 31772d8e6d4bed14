"""What a user may rely on: a film goes in, landmarks, regions and BMD come out."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_hipbmd.bmd import feature_vector, region_features, region_pixels
from napari_hipbmd.core import anatomy
from napari_hipbmd.core.anatomy import INDEX, LANDMARK_IDS, REGIONS, SITES
from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.core.measurement_json import measurement_as_json
from napari_hipbmd.core.radiograph import HipBox, Patient
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.core.ruler_choice import KnownObject, RulerChoice
from napari_hipbmd.dicom import read_film
from napari_hipbmd.pipeline import measure, remeasure
from napari_hipbmd.pipeline.models import load_models
from napari_hipbmd.runs.jobs import Options
from napari_hipbmd.runs.measuring import measure_path

from ..made_up_study import raw_regression

KEYS = [
    "case_id", "image", "side", "status", "reason", "flags", "spacing_mm",
    "spacing_source", "landmarks", "head_diameter_mm", "regions", "bmd_g_cm2",
    "t_score",
    "withheld", "policy", "seconds",
    "model",
    "not_fitted",
    "grey_scale", "grey_scale_reason", "box", "box_source", "patient",
    "measured_on", "made_with",
]  # fmt: skip


@pytest.fixture(scope="module")
def film(sample_study):
    return read_film(sample_study.cases[0].image)


@pytest.fixture(scope="module")
def measured(film):
    return measure(film, image="hip.dcm")


def codes(measurement):
    return {flag.code for flag in measurement.flags}


def test_a_sample_film_is_measured(measured, film):
    assert measured.status == "measured" and measured.reason is None
    assert measured.side == film.side and measured.box == film.whole_box()
    for site in SITES:
        e = measured.bmd_g_cm2[site]
        assert 0.2 < e.low < e.value < e.high < 1.8
    assert set(measured.t_score) == {"neck", "total"}


def test_the_json_is_the_contracts(measured):
    data = json.loads(json.dumps(measurement_as_json(measured), allow_nan=False))
    assert list(data) == KEYS
    assert list(data["landmarks"]) == list(LANDMARK_IDS)
    assert all(set(mark) == {"xy", "sigma_mm"} for mark in data["landmarks"].values())
    assert list(data["regions"]) == list(REGIONS)
    keys = {"area_cm2", "features", "features_g_cm2", "mineral_g_cm2", "mean", "sd"}
    keys |= {"thresholds"}
    assert all(set(r) == keys for r in data["regions"].values())
    assert all(len(r["features"]) == 3 for r in data["regions"].values())
    assert list(data["bmd_g_cm2"]) == list(SITES)
    assert all(set(v) == {"value", "low", "high"} for v in data["bmd_g_cm2"].values())
    assert set(data["t_score"]) == {"neck", "total"}
    assert set(data["model"]) == {"name", "calibrated_on"}
    assert all(set(flag) == {"code", "text", "sites"} for flag in data["flags"])


def test_the_command_line_tells_the_seconds_of_every_step(sample_study):
    [result] = measure_path(sample_study.cases[0].image)
    assert {"read", "enhance", "landmarks", "measure", "total"} <= set(result.seconds)
    parts = sum(v for step, v in result.seconds.items() if step != "total")
    assert parts <= result.seconds["total"] + 1e-3


def test_areas_are_those_of_the_polygons(measured, film):
    row, column = film.spacing_mm
    for region, polygon in anatomy.polygons(measured.landmarks.xy).items():
        expected = anatomy.area(polygon) * row * column / 100
        assert measured.regions[region].area_cm2 == pytest.approx(expected)


def test_a_regression_on_digital_hips_says_so_with_every_number(measured):
    assert "calibration" in codes(measured)
    assert "digital hips" in measured.calibrated_on


def test_the_same_film_gives_the_same_numbers(measured, film):
    again = measurement_as_json(measure(film, image="hip.dcm"))
    first = measurement_as_json(measured)
    for data in (again, first):
        data.pop("seconds")
    assert again == first


def test_each_step_is_reported_with_what_it_gave(film):
    seen = []
    whole = measure(film, report=lambda step, made: seen.append((step, made)))
    steps = dict(seen)
    assert list(steps) == ["locate", "enhance", "landmarks", "measure"]
    assert steps["locate"].box == whole.box
    assert steps["enhance"] is whole.images
    assert steps["landmarks"] is whole.landmarks
    assert steps["measure"] is whole


def test_a_measurement_can_be_cancelled_between_its_steps(film):
    steps = []
    with pytest.raises(Cancelled):
        measure(
            film,
            report=lambda step, _: steps.append(step),
            cancelled=lambda: "enhance" in steps,
        )
    assert steps == ["locate", "enhance"]


def test_labels_of_another_film_are_told_until_they_are_put_right(film, measured):
    own = measured.landmarks.xy
    others = measure(film, landmarks_xy=own + [11 / film.spacing_mm[1], 0])
    assert "landmarks-differ" in codes(others)
    assert "landmarks-differ" not in codes(measure(film, landmarks_xy=own))
    assert "landmarks-differ" not in codes(remeasure(others, own))


def test_measuring_again_with_the_same_landmarks_changes_no_number(measured):
    again = remeasure(measured, measured.landmarks.xy)
    for key in ("landmarks", "regions", "bmd_g_cm2", "t_score", "flags", "status"):
        assert measurement_as_json(again)[key] == measurement_as_json(measured)[key]


def test_a_moved_landmark_changes_its_own_region_only(measured):
    moved = measured.landmarks.xy.copy()
    moved[INDEX["T2"]] += (0, -12)
    again = remeasure(measured, moved)
    assert again.regions["trochanter"].area_cm2 != (
        measured.regions["trochanter"].area_cm2
    )
    for region in ("neck", "intertrochanter"):
        np.testing.assert_array_equal(
            again.regions[region].features, measured.regions[region].features
        )
    assert again.bmd_g_cm2 != measured.bmd_g_cm2
    assert again.landmarks.sigma_mm[INDEX["T2"]] == 0  # a person placed it


moves = st.lists(
    st.tuples(
        st.integers(0, len(LANDMARK_IDS) - 1),
        st.floats(-300, 300, allow_nan=False),
        st.floats(-300, 300, allow_nan=False),
    ),
    min_size=1,
    max_size=8,
)


@given(moves)
@settings(max_examples=8, deadline=None)
def test_following_a_drag_equals_measuring_everything_anew(measured, moved):
    xy, followed = measured.landmarks.xy.copy(), measured
    for landmark, dx, dy in moved:
        xy = xy.copy()
        xy[landmark] += (dx, dy)
        followed = remeasure(followed, xy)
    anew = remeasure(replace(measured, regions={}), xy)
    for region in REGIONS:
        ours, theirs = vars(followed.regions[region]), vars(anew.regions[region])
        for name in ours:
            np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)
    assert followed.bmd_g_cm2 == anew.bmd_g_cm2
    assert followed.t_score == anew.t_score
    assert followed.flags == anew.flags
    assert (followed.status, followed.reason) == (anew.status, anew.reason)


@pytest.mark.parametrize(
    ("landmark", "touched"),
    [
        ("N2", {"neck"}),
        ("T2", {"trochanter"}),
        ("T5", {"trochanter", "intertrochanter"}),
        ("I3", {"intertrochanter"}),
    ],
)
def test_only_regions_that_a_landmark_touches_are_read_again(
    measured, landmark, touched
):
    moved = measured.landmarks.xy.copy()
    moved[INDEX[landmark]] += 3
    again = remeasure(measured, moved)
    read = {
        r
        for r in REGIONS
        if again.regions[r].features is not measured.regions[r].features
    }
    assert read == touched


def test_regions_dragged_off_the_film_leave_a_partial_result(measured):
    again = remeasure(measured, measured.landmarks.xy + 5000)
    assert again.status == "partial" and "outside the film" in again.reason
    assert again.bmd_g_cm2 is None
    json.dumps(measurement_as_json(again), allow_nan=False)
    back = remeasure(again, measured.landmarks.xy)
    assert back.status == "measured"
    assert back.bmd_g_cm2 == measured.bmd_g_cm2


def test_without_a_spacing_there_are_landmarks_and_features_but_no_bmd(film, measured):
    result = measure(
        replace(film, spacing_mm=None, spacing_source="none"), side=film.side
    )
    data = json.loads(json.dumps(measurement_as_json(result), allow_nan=False))
    assert data["status"] == "partial" and "spacing" in data["reason"]
    assert data["spacing_mm"] is data["bmd_g_cm2"] is data["t_score"] is None
    for region in REGIONS:
        assert data["regions"][region]["area_cm2"] is None
        np.testing.assert_allclose(
            data["regions"][region]["features"],
            measured.regions[region].features,
            atol=1e-5,
        )
    assert data["landmarks"]["N1"]["sigma_mm"] is None


def test_a_side_that_nobody_told_is_guessed_and_flagged(film):
    result = measure(replace(film, side=None))
    assert result.side in ("L", "R")
    assert "side-guessed" in codes(result)
    assert "side-guessed" not in codes(measure(film, side=film.side))


def test_a_box_beside_the_film_is_refused(film):
    with pytest.raises(Refused, match="outside the film"):
        measure(film, box=HipBox(5000, 0, 6000, 1000))


def test_without_the_biology_the_film_is_measured_alone_and_a_flag_says_so(film):
    known = measure(film, patient=Patient("F", 70, 155, 55))
    unknown = measure(replace(film, patient=Patient()))
    assert "biology" in codes(unknown) and "biology" not in codes(known)
    for site in SITES:
        alone, told = unknown.bmd_g_cm2[site], known.bmd_g_cm2[site]
        assert alone != told
        assert told.low < alone.value < told.high


def test_an_age_that_is_edited_says_at_once_whether_it_is_a_child(measured):
    def edited(years):
        biology = replace(measured.patient, age_years=years)
        return remeasure(measured, measured.landmarks.xy, biology)

    assert "child" not in codes(measured)
    child = edited(10)
    assert "child" in codes(child) and "table-differs" in codes(child)
    grown = remeasure(child, measured.landmarks.xy, measured.patient)
    assert codes(grown) == codes(measured)


def test_what_is_told_of_a_patient_is_flagged_alike_at_once_and_later(film, measured):
    boy = Patient("M", 10, 120, 25)
    at_once = measure(film, patient=boy, box=measured.box, side=measured.side)
    later = remeasure(measured, measured.landmarks.xy, boy)
    assert later.film_flags == at_once.film_flags


def test_changing_the_patient_changes_bmd_but_no_grey_value(measured):
    older = remeasure(measured, measured.landmarks.xy, Patient("F", 90, 150, 45))
    assert older.bmd_g_cm2 != measured.bmd_g_cm2
    for region in REGIONS:
        assert older.regions[region].features is measured.regions[region].features


def test_a_mirrored_film_of_the_other_side_measures_the_same(measured, film):
    flipped = replace(
        film, pixels=np.ascontiguousarray(film.pixels[:, ::-1]),
        side="R" if film.side == "L" else "L",
    )  # fmt: skip
    other = measure(flipped)
    for site in SITES:
        assert other.bmd_g_cm2[site].value == pytest.approx(
            measured.bmd_g_cm2[site].value, abs=0.006
        )


def test_one_path_may_be_a_film_a_folder_or_a_study(sample_study, tmp_path):
    case = sample_study.cases[0]
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "hip.dcm").write_bytes(case.image.read_bytes())
    [alone] = measure_path(case.image)
    [inside] = measure_path(tmp_path)
    study = list(measure_path(sample_study.folder))
    assert inside.image == "deep/hip.dcm" and inside.case_id == "hip"
    assert [m.case_id for m in study] == [c.case_id for c in sample_study.cases]
    assert study[0].patient == case.patient
    told = [measurement_as_json(one)["landmarks"] for one in (alone, inside)]
    assert told[0] == told[1]


def test_a_given_spacing_is_used_and_named(sample_study):
    [result] = measure_path(
        sample_study.cases[2].image, Options(spacing_mm=0.31, force_spacing=True)
    )
    assert result.spacing_mm == (0.31, 0.31)
    assert result.spacing_source == "given by the user"


def test_a_folder_without_films_and_a_path_to_nothing_are_refused(tmp_path):
    for path, why in ((tmp_path, "holds no films"), (tmp_path / "no", "no file")):
        with pytest.raises(Refused, match=why):
            list(measure_path(path))


def test_a_folder_without_models_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(Refused, match="holds no models"):
            load_models(folder)


def test_models_that_a_folder_lacks_are_the_bundled_ones(tmp_path):
    text = (weights_dir() / "bmd.json").read_text("utf-8")
    (tmp_path / "bmd.json").write_text(
        text.replace('"name": "digital hips"', '"name": "my hospital"', 1), "utf-8"
    )
    assert load_models(tmp_path).bmd.name == "my hospital"
    assert load_models().bmd.name == "digital hips"


def test_a_damaged_regression_is_refused(tmp_path):
    (tmp_path / "bmd.json").write_text("{")
    with pytest.raises(Refused):
        load_models(tmp_path)


def test_a_regression_of_the_raw_film_measures_the_film_itself(film, measured):
    models = load_models()
    raw = replace(models, bmd=raw_regression())
    found = remeasure(measured, measured.landmarks.xy, models=raw)
    assert found.measured_on == "raw" and measured.measured_on == "enhanced"
    grey = film.grey()
    expected = feature_vector(
        region_features(grey, anatomy.polygons(found.landmarks.xy))
    )
    np.testing.assert_allclose(feature_vector(found.regions), expected, atol=1e-6)
    assert np.abs(expected - feature_vector(measured.regions)).max() > 0.05
    whole = measure(film, image="hip.dcm", models=raw)
    assert whole.bmd_g_cm2 == found.bmd_g_cm2
    back = remeasure(found, measured.landmarks.xy, models=models)
    assert back.bmd_g_cm2 == measured.bmd_g_cm2


def test_a_landmark_of_the_neck_moves_no_level_of_the_ruler(measured):
    """Live numbers stay live: the shaft is read again only where it has to be."""
    xy = measured.landmarks.xy.copy()
    xy[anatomy.INDEX["N1"]] += 3
    moved = remeasure(measured, xy)
    assert moved.ruler_reading.shaft is measured.ruler_reading.shaft
    anew = remeasure(replace(measured, ruler_reading=None), xy)
    assert moved.grey_scale == anew.grey_scale
    xy[anatomy.INDEX["I3"]] += 4
    lower = remeasure(moved, xy)
    assert lower.ruler_reading.shaft is not measured.ruler_reading.shaft
    assert lower.grey_scale.cortex != measured.grey_scale.cortex


def test_gain_and_doubts_about_the_shape_wait_until_a_landmark_rests(measured):
    off = measured.landmarks.xy.copy()
    off[anatomy.INDEX["I3"]] += (60, 60)
    moving, rests = remeasure(measured, off, moving=True), remeasure(measured, off)
    assert "implausible-shape" not in {flag.code for flag in moving.flags}
    assert "implausible-shape" in {flag.code for flag in rests.flags}
    assert moving.grey_scale is measured.grey_scale != rests.grey_scale
    assert moving.regions["intertrochanter"].area_cm2 == (
        rests.regions["intertrochanter"].area_cm2
    )
    released = remeasure(moving, off)
    assert (released.flags, released.bmd_g_cm2) == (rests.flags, rests.bmd_g_cm2)
    back = remeasure(released, measured.landmarks.xy, moving=True)
    assert "implausible-shape" in {flag.code for flag in back.flags}
    assert remeasure(back, measured.landmarks.xy).flags == measured.flags


def test_another_ruler_is_read_even_while_a_landmark_moves(measured):
    xy, alone = measured.landmarks.xy, RulerChoice(use=("film",))
    moving = remeasure(measured, xy, rulers=alone, moving=True)
    assert moving.grey_scale == remeasure(measured, xy, rulers=alone).grey_scale


def test_the_result_tells_the_gain_and_the_features_in_g_cm2(measured):
    told = measurement_as_json(measured)
    gain = told["grey_scale"]["gain_per_g_cm2"]
    assert {"medial_mm", "lateral_mm", "canal_mm", "cortical_index"} <= set(
        told["grey_scale"]["cortex"]
    )
    for part in told["regions"].values():
        expected = np.array(part["features"]) / gain
        np.testing.assert_allclose(part["features_g_cm2"], expected, rtol=1e-3)


def test_the_mineral_map_agrees_with_the_means_that_are_told(measured):
    row, column = measured.images.corner_row_col
    mineral = measured.mineral_g_cm2
    assert mineral.shape == measured.images.film.shape and mineral.min() >= 0
    for part in measured.regions.values():
        pixels = region_pixels(part.polygon_xy, mineral.shape, (column, row))
        assert pixels.of(mineral).mean() == pytest.approx(part.mineral_g_cm2, rel=0.05)


def test_without_a_network_the_map_is_the_bone_image_over_the_gain(measured):
    plain = replace(measured, mineral_map=None)
    gain = measured.grey_scale.gain_per_g_cm2
    np.testing.assert_allclose(plain.mineral_g_cm2, plain.images.bone / gain, rtol=1e-3)


def test_the_maps_means_follow_a_landmark_that_is_dragged(measured):
    moved = measured.landmarks.xy.copy()
    moved[INDEX["I3"]] += 6
    again = remeasure(measured, moved, moving=True)
    assert again.mineral_map is measured.mineral_map
    before, after = (
        {region: part.mineral_g_cm2 for region, part in one.regions.items()}
        for one in (measured, again)
    )
    assert after["neck"] == before["neck"]
    assert after["intertrochanter"] != before["intertrochanter"]


def test_a_ruler_that_is_switched_off_stays_off_until_it_is_wanted_again(measured):
    xy = measured.landmarks.xy
    alone = remeasure(measured, xy, rulers=RulerChoice(use=("film",)))
    assert {r.name for r in alone.grey_scale.rulers} == {"film", "usual"}
    assert alone.grey_scale.relative_error > measured.grey_scale.relative_error
    again = remeasure(alone, xy + 0.5)
    assert {r.name for r in again.grey_scale.rulers} == {"film", "usual"}
    back = remeasure(again, xy, rulers=RulerChoice())
    assert back.grey_scale == measured.grey_scale


def test_a_film_without_a_pixel_size_has_no_ruler_and_says_why(film, measured):
    found = measure(replace(film, spacing_mm=None), side="L", box=measured.box)
    told = measurement_as_json(found)
    assert told["grey_scale"] is None and "pixel size" in told["grey_scale_reason"]
    assert "no-ruler" in {flag.code for flag in found.flags}
    assert told["regions"]["neck"]["features_g_cm2"] is None


def test_an_object_of_known_thickness_is_a_ruler_of_its_own(measured):
    scale = measured.grey_scale
    x, y = (round(float(v)) for v in measured.landmarks.xy[INDEX["T4"]])
    x = x + 60 if x + 90 < measured.film.shape[1] else x - 80
    film = measured.film
    low, high = film.grey_range
    pixels = film.pixels.astype(np.float32)
    pixels[y : y + 30, x : x + 20] += 0.1 * (high - low)
    bright = replace(measured, film=replace(film, pixels=pixels))
    outline = np.array([[x, y], [x + 20, y], [x + 20, y + 30], [x, y + 30]], float)
    step = KnownObject(outline, "aluminium", 3.0)
    found = remeasure(
        bright, measured.landmarks.xy, rulers=RulerChoice(objects=(step,))
    )
    named = {ruler.name: ruler for ruler in found.grey_scale.rulers}
    assert named["object"].weight > 0.2
    assert found.grey_scale.relative_error < scale.relative_error
    told = measurement_as_json(found)["grey_scale"]["rulers"]
    assert any(ruler["name"] == "object" for ruler in told)
    gone = remeasure(found, measured.landmarks.xy, rulers=RulerChoice())
    assert gone.grey_scale == scale
