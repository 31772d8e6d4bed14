"""What a user may rely on: metal saturates a film, and lies where the hip lies."""

import numpy as np
import pytest

from napari_hipbmd.phantom import beam
from napari_hipbmd.phantom.things import implants
from napari_hipbmd.phantom.things.implants import KINDS, HipAxes

X = np.arange(-200, 200, 1.0, dtype=np.float32)
Y = np.arange(170, -230, -1.0, dtype=np.float32)
SIN = float(np.sin(np.radians(52)))
COS = float(np.cos(np.radians(52)))
RIGHT = HipAxes((-88.0, 0.0), (-SIN, -COS), (0.08, -0.9968), 23.0)
LEFT = HipAxes((88.0, 0.0), (SIN, -COS), (-0.08, -0.9968), 23.0)


def metal(kind, hip=RIGHT, seed=0, x=X, y=Y):
    return implants.draw_metal(x, y, kind, hip, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", KINDS)
def test_metal_stops_the_beam(kind):
    cm = metal(kind)
    muscle = np.full_like(cm, 15.0)
    light = beam.transmission(beam.spectrum(80), {"muscle": muscle, "bone": cm})
    without = beam.transmission(beam.spectrum(80), {"muscle": muscle, "bone": 0 * cm})
    assert (light / without)[cm > 2.9].max() < 0.15
    assert (cm > 2.9).sum() > 150  # mm²


@pytest.mark.parametrize("kind", KINDS)
def test_metal_stays_on_its_own_side(kind):
    assert metal(kind, RIGHT)[:, X > -20].max() == 0
    assert metal(kind, LEFT)[:, X < 20].max() == 0


def test_a_stem_runs_down_the_shaft():
    cm = metal("total")
    rows, columns = np.nonzero(cm > 4)
    assert Y[rows].min() < -100
    shaft = RIGHT.at(1.55, 0.55)
    low = (Y[rows] < -70) & (Y[rows] > -100)
    assert np.abs(X[columns][low] - shaft[0]).max() < 20


def test_a_finer_grid_shows_the_same_metal():
    fine = metal("nail", x=np.arange(-200, 200, 0.5), y=np.arange(170, -230, -0.5))
    assert fine.sum() * 0.25 == pytest.approx(metal("nail").sum(), rel=0.02)


def test_rods_of_the_spine_run_on_both_sides_of_the_midline():
    cm = implants.draw_spine(X, Y, 90.0, np.random.default_rng(0))
    rows, columns = np.nonzero(cm)
    assert Y[rows].min() > 70
    assert (X[columns] < -12).any() and (X[columns] > 12).any()
    assert np.abs(X[columns]).max() < 40
