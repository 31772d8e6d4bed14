"""What a user may rely on: the digital hip's bones are closed, jointed and adult."""

import numpy as np
import pytest

from napari_hipbmd.phantom.bone.femur import build_femur, draw_femur, draw_scores
from napari_hipbmd.phantom.bone.pelvis import PelvisDraw, build_pelvis
from napari_hipbmd.phantom.bone.shape_model import people, shape_model
from napari_hipbmd.phantom.bone.skeleton import build_skeleton
from napari_hipbmd.phantom.bone.vertex_sets import (
    femur_frame,
    femur_sets,
    pelvis_sets,
    sphere,
)
from napari_hipbmd.phantom.cohort import draw_person
from napari_hipbmd.phantom.family import draw_plan


@pytest.mark.parametrize(("bone", "euler"), [("femur", [2]), ("pelvis", [2, 0, 0])])
def test_a_bone_is_closed_and_has_the_holes_of_a_real_one(bone, euler):
    model = shape_model(bone)
    t = model.triangles
    edges = np.sort(np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]]), 1)
    unique, count = np.unique(edges, axis=0, return_counts=True)
    assert (count == 2).all()
    for body, number in enumerate(euler):
        vertices = (model.body == body).sum()
        sides = (model.body[unique[:, 0]] == body).sum()
        faces = (model.body[t[:, 0]] == body).sum()
        assert vertices - sides + faces == number
        own = t[model.body[t[:, 0]] == body]
        a, b, c = (model.mean[own[:, i]] for i in range(3))
        assert np.einsum("ij,ij->i", a, np.cross(b, c)).sum() > 0  # faces look outwards


def test_the_26_people_are_adults():
    model, sets = shape_model("femur"), femur_sets()
    radii = [femur_frame(model.shape(s), sets)[1] for s in people()]
    assert len(radii) == 26
    assert np.mean(radii) == pytest.approx(23.1, abs=0.3)
    assert np.std(radii) == pytest.approx(1.4, abs=0.3)


def test_the_head_sits_in_its_socket_with_the_gap_that_was_asked_for():
    sets = pelvis_sets()
    for seed in range(6):
        rng = np.random.default_rng(seed)
        draw = PelvisDraw(draw_scores(rng), 1.0, (4.2, 3.6), (0.0, 0.0), seed)
        pelvis = build_pelvis(draw, 23.0)
        for centre, own, gap in zip(
            pelvis.sockets, (sets.left_socket, sets.right_socket), draw.gap_mm,
            strict=True,
        ):  # fmt: skip
            away = pelvis.vertices - centre
            distance = np.linalg.norm(away, axis=1)
            assert distance.min() >= 23.0 + 2.0 - 1e-6
            roof = own[away[own, 1] / distance[own] > 0.75]
            assert np.median(distance[own]) - 23.0 == pytest.approx(gap, abs=0.5)
            assert np.median(distance[roof]) - 23.0 == pytest.approx(gap, abs=0.8)


def test_shapes_vary_as_real_hips_do():
    """Means within one SD of the published ones, spreads within 40 %."""
    neck_shaft, version, radius = [], [], []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        bone = build_femur(draw_femur(rng, draw_scores(rng), 0.0), 23.0)
        p = bone.local_r
        axis = p[bone.sets.neck].mean(0)
        axis /= np.linalg.norm(axis)
        shaft = p[(p[:, 1] < -5) & (p[:, 1] > -6.5)].mean(0)
        shaft = shaft - p[(p[:, 1] < -3) & (p[:, 1] > -4)].mean(0)
        shaft /= np.linalg.norm(shaft)
        neck_shaft.append(np.degrees(np.arccos(-axis @ shaft)))
        version.append(np.degrees(np.arctan2(-axis[2], axis[0])))
        radius.append(sphere(bone.vertices[bone.sets.head])[1])
    assert np.mean(neck_shaft) == pytest.approx(129.0, abs=6.0)
    assert 3.0 < np.std(neck_shaft) < 8.0
    assert 2.0 < np.mean(version) < 20.0
    assert 5.0 < np.std(version) < 13.0
    assert np.mean(radius) == pytest.approx(23.0, abs=0.3)


def test_held_out_people_are_met_in_the_shifted_family_only():
    held = {tuple(np.round(people()[i], 6)) for i in (3, 9, 15, 21)}

    def met(family):
        found = 0
        for seed in range(40):
            rng = np.random.default_rng(seed)
            plan = draw_plan(rng, draw_person(rng), family, "L")
            found += tuple(np.round(plan.femora[0].scores, 6)) in held
        return found

    assert met("train") == 0
    assert met("shifted") > 10


def test_both_hips_of_a_patient_are_alike_and_not_the_same():
    rng = np.random.default_rng(5)
    person = draw_person(rng)
    plan = draw_plan(rng, person, "train", "L", "pelvis")
    bones = build_skeleton(
        plan.femora, plan.pelvis, person.head_radius_mm, plan.legs, plan.pelvis_pose
    )
    left, right = (f.bone.vertices for f in bones.femora)
    apart = np.linalg.norm(left - right, axis=1)
    assert 0.5 < np.median(apart) < 8.0
    np.testing.assert_allclose(
        bones.femora[0].centre, -bones.femora[1].centre, atol=1e-9
    )
