"""What a user may rely on: true landmarks follow a turning leg without jumps."""

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import INDEX
from napari_hipbmd.phantom.bone.femur import FemurDraw, build_femur
from napari_hipbmd.phantom.bone.shape_model import people
from napari_hipbmd.phantom.bone.skeleton import LegPose, pose_femur
from napari_hipbmd.phantom.geometry import Beam
from napari_hipbmd.phantom.layout import find_hip

RADIUS_MM, STEP_MM = 23.0, 0.5
TURNS_DEG = range(-20, 36, 5)  # outwards
# Twice the 95th percentile of a step, as measured when the rules were chosen.
MOST_MM = {
    "N1": 5.4, "N2": 3.0, "N3": 4.4, "N4": 4.4, "N5": 2.4, "N6": 1.6, "T2": 12.4,
    "T3": 6.6, "T4": 6.6, "I2": 5.4, "I3": 5.4, "I4": 6.6,
}  # fmt: skip


@pytest.fixture(scope="module")
def walks():
    """Landmarks in mm of every other person, ``(people, turns, 16, 2)``, and C."""
    at = (np.arange(800) + 0.5) * STEP_MM - 200
    beam = Beam(at, -at, 1100.0, -160.0, (-50.0, -15.0))
    in_bone = STEP_MM * beam.minify(0.0)
    found = []
    for i, scores in enumerate(people()[::2]):
        plain = FemurDraw(scores, 0, 0, 0, 0, 0, (0, 0, 0, 0), 0, 0, seed=i)
        bone = build_femur(plain, RADIUS_MM)
        poses = [LegPose(-float(turn), 2.0, 0.0) for turn in TURNS_DEG]
        femora = [pose_femur("L", bone, pose, np.zeros(3)) for pose in poses]
        found.append([find_hip(beam, femur).landmarks_xy for femur in femora])
    return np.array(found) * in_bone, beam.to_pixels(np.zeros((1, 3)))[0] * in_bone


@pytest.mark.parametrize("name", MOST_MM)
def test_a_landmark_moves_little_when_the_leg_turns_by_five_degrees(walks, name):
    moved = np.linalg.norm(np.diff(walks[0][:, :, INDEX[name]], axis=1), axis=-1)
    assert np.percentile(moved, 95) < MOST_MM[name]


def test_the_head_neck_junctions_lie_outside_the_heads_circle(walks):
    marks, centre = walks
    away = np.linalg.norm(marks[:, :, INDEX["N6"]] - centre, axis=-1)
    assert away.min() > RADIUS_MM


def test_the_narrowest_neck_lies_beside_the_head(walks):
    """Not where the neck's surface ends beside the trochanter."""
    marks, centre = walks
    middle = (marks[:, :, INDEX["N2"]] + marks[:, :, INDEX["N5"]]) / 2
    away = np.linalg.norm(middle - centre, axis=-1) / RADIUS_MM
    assert np.median(away) == pytest.approx(0.8, abs=0.1)
    assert np.percentile(away, 95) < 1.05
