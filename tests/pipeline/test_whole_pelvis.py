"""A picture of a whole pelvis is not taken for one hip, however small it is."""

import json

import numpy as np
import pytest
from PIL import Image
from skimage.transform import resize

from napari_hipbmd.core.radiograph import Radiograph
from napari_hipbmd.dicom import read_film
from napari_hipbmd.landmarks.locate import propose
from napari_hipbmd.pipeline.models import load_models


@pytest.fixture(scope="module")
def pelvis(sample_study):
    """A right and a left digital hip on one film, 640 pixels wide; grey 0 … 1."""
    right, left = (
        np.clip(read_film(case.image).grey(), 0, 1)
        for case in (sample_study.cases[2], sample_study.cases[4])
    )
    both = np.concatenate([right, left], 1)
    return resize(both, (320, 640), anti_aliasing=True).astype(np.float32)


def flags_of(hip):
    return {flag["code"]: flag["text"] for flag in hip["flags"]}


@pytest.mark.slow
def test_a_pelvis_without_a_spacing_is_searched_and_says_so(hipbmd, tmp_path, pelvis):
    path = tmp_path / "pelvis.png"
    Image.fromarray(np.round(pelvis * 255).astype(np.uint8)).save(path)
    ran = hipbmd("measure", path, "--side", "L", "--json", "-")
    [hip] = json.loads(ran.out)
    assert "give the box" in flags_of(hip)["box-guessed"]
    columns = [mark["xy"][0] for mark in hip["landmarks"].values()]
    assert np.ptp(columns) < 320, "one hip, not both"
    assert np.mean(columns) > 320, "the left one"


def test_a_film_of_unknown_size_that_is_taken_for_one_hip_says_so(
    hipbmd, tmp_path, pelvis
):
    path = tmp_path / "hip.png"
    Image.fromarray(np.round(pelvis[:, 320:] * 255).astype(np.uint8)).save(path)
    ran = hipbmd("measure", path, "--side", "L", "--json", "-")
    [hip] = json.loads(ran.out)
    assert "give the hip box" in flags_of(hip)["box-assumed"]
    ran = hipbmd("measure", path, "--side", "L", "--box", 0, 0, 300, 300, "--json", "-")
    [hip] = json.loads(ran.out)
    assert not {"box-assumed", "box-guessed"} & set(flags_of(hip))


@pytest.mark.slow
def test_both_hips_are_proposed_each_on_its_half_of_the_film(pelvis):
    film = Radiograph(pelvis, spacing_mm=(0.48, 0.48))
    boxes = propose(load_models().finder, film)
    assert set(boxes) == {"L", "R"}
    for side, first in (("R", 0), ("L", 320)):
        box = boxes[side]
        assert first < box.centre_xy[0] < first + 320
        assert box.width == pytest.approx(box.height)
        assert 200 < box.width < 321  # no wider than its half
