"""What is known about a digital hip survives the disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_hipbmd.core.anatomy import REGIONS, SITES, TYPICAL_XY, polygons
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.study import Truth, read_truth, write_truth


def a_truth(sto: np.ndarray | None) -> Truth:
    landmarks = TYPICAL_XY * 100 + 200
    return Truth(
        landmarks,
        ("placed",) * 14 + ("occluded", "uncertain"),
        dict(polygons(landmarks)),
        dict(zip(SITES, (0.7, 0.6, 0.9, 0.8), strict=True)),
        dict(zip(SITES, (5.0, 11.0, 16.0, 32.0), strict=True)),
        sto,
    )


IMAGES = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=9),
    elements=st.floats(-2, 3, width=32),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(IMAGES)
def test_the_sto_comes_back_within_half_a_level(
    tmp_path: Path, sto: np.ndarray
) -> None:
    write_truth(tmp_path, "h", a_truth(sto))
    back = read_truth(tmp_path, "h")
    assert back is not None and back.sto is not None
    assert back.sto.dtype == np.float32 and back.sto.shape == sto.shape
    level = (float(sto.max()) - float(sto.min())) / 65535
    np.testing.assert_allclose(back.sto, sto, atol=0.51 * level + 1e-6, rtol=0)


def test_everything_else_comes_back_equal(tmp_path: Path) -> None:
    truth = a_truth(None)
    write_truth(tmp_path, "h", truth)
    back = read_truth(tmp_path, "h")
    assert back is not None
    np.testing.assert_array_equal(back.landmarks_xy, truth.landmarks_xy)
    assert back.states == truth.states
    for region in REGIONS:
        np.testing.assert_array_equal(back.regions[region], truth.regions[region])
    assert back.bmd_g_cm2 == truth.bmd_g_cm2
    assert back.area_cm2 == truth.area_cm2
    assert back.sto is None


def test_the_sto_is_a_picture_that_any_viewer_opens(tmp_path: Path) -> None:
    sto = np.linspace(0.2, 0.6, 900 * 40, dtype=np.float32).reshape(40, 900)
    write_truth(tmp_path, "h", a_truth(sto))
    path = tmp_path / "truth" / "h_sto.tif"
    values = tifffile.imread(path)
    assert values.dtype == np.uint16
    line = json.loads((tmp_path / "truth" / "h.json").read_text("utf-8"))["sto"]
    assert line["image"] == path.name
    np.testing.assert_allclose(
        values / 65535 * line["scale"] + line["offset"], sto, atol=1e-5
    )
    assert path.stat().st_size < sto.size * 2


def test_reading_without_the_sto_spares_its_file(tmp_path: Path) -> None:
    write_truth(tmp_path, "h", a_truth(np.zeros((4, 4), np.float32)))
    (tmp_path / "truth" / "h_sto.tif").unlink()
    back = read_truth(tmp_path, "h", with_sto=False)
    assert back is not None and back.sto is None
    with pytest.raises(Refused, match="h lacks an image, h_sto.tif"):
        read_truth(tmp_path, "h")


def test_the_mineral_of_the_femur_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    mineral = np.linspace(0, 1.7, 12, dtype=np.float32).reshape(3, 4)
    write_truth(tmp_path, "h", replace(a_truth(None), mineral_g_cm2=mineral))
    unasked, asked = (
        read_truth(tmp_path, "h", with_mineral=wanted) for wanted in (False, True)
    )
    assert unasked is not None and unasked.mineral_g_cm2 is None
    assert asked is not None and asked.mineral_g_cm2 is not None
    np.testing.assert_allclose(asked.mineral_g_cm2, mineral, atol=2e-5)


def test_a_truth_of_an_earlier_version_has_no_mineral(tmp_path: Path) -> None:
    write_truth(tmp_path, "h", a_truth(None))
    table = tmp_path / "truth" / "h.json"
    content = json.loads(table.read_text("utf-8"))
    del content["mineral"]
    table.write_text(json.dumps(content), "utf-8")
    back = read_truth(tmp_path, "h", with_mineral=True)
    assert back is not None and back.mineral_g_cm2 is None


def test_a_case_without_truth_has_none(tmp_path: Path) -> None:
    assert read_truth(tmp_path, "h") is None


def test_values_that_are_not_numbers_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a number"):
        write_truth(tmp_path, "h", a_truth(np.full((4, 4), np.nan, np.float32)))
    assert read_truth(tmp_path, "h") is None


def test_a_truth_has_sixteen_landmarks_with_known_states() -> None:
    truth = a_truth(None)
    with pytest.raises(Refused, match="16 landmarks"):
        replace(truth, landmarks_xy=truth.landmarks_xy[:3])
    with pytest.raises(Refused, match="states"):
        replace(truth, states=("gone",) * 16)  # type: ignore[arg-type]


@pytest.mark.parametrize("spoil", ["json", "tif", "float"])
def test_a_spoilt_file_is_refused_with_its_case(tmp_path: Path, spoil: str) -> None:
    write_truth(tmp_path, "h", a_truth(np.eye(64, dtype=np.float32)))
    picture = tmp_path / "truth" / "h_sto.tif"
    if spoil == "json":
        (tmp_path / "truth" / "h.json").write_text('{"landmarks": []}')
    elif spoil == "tif":
        data = picture.read_bytes()
        picture.write_bytes(data[: len(data) // 2])
    else:
        tifffile.imwrite(picture, np.zeros((4, 4), np.float32))
    with pytest.raises(Refused, match="truth of h"):
        read_truth(tmp_path, "h")
