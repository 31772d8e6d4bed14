"""A model was applied to a film: what is shown of it, looked at, and saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QCheckBox, QComboBox, QFileDialog, QSlider, QToolButton

from napari_hipbmd.pipeline.models import enhancement_card
from napari_hipbmd.study import Study

from ..conftest import as_on_a_new_computer, empty
from .conftest import Dock


@pytest.fixture(scope="module")
def once(
    window: Any,
    request: pytest.FixtureRequest,
    sample_study: Study,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Dock]:
    """A right hip with its truth, after pressing Apply; for all tests of this file."""
    with as_on_a_new_computer(tmp_path_factory.mktemp("settings")):
        dock = Dock(window, QtBot(request), "Enhancement")
        case = next(case for case in sample_study.cases if case.side == "R")
        dock.film = dock.open(case)
        dock.truth = sample_study.truth(case.case_id)
        dock.click("apply")
        dock.wait_for_end("apply")
        yield dock
    empty(window)


@pytest.fixture
def applied(once: Dock) -> Iterator[Dock]:
    """As the panel shows it first."""
    limits, boxes = once.film.contrast_limits, once.widget.findChildren(QCheckBox)
    ticked = [box.isChecked() for box in boxes]
    yield once
    for box, was in zip(boxes, ticked, strict=True):
        box.setChecked(was)
    once.find(QSlider, "blend").setValue(100)
    once.film.contrast_limits = limits
    for line in once.layers("profile_line"):
        once.viewer.layers.remove(line)


def stage_shapes() -> list[tuple[int, int, int]]:
    """Channels and cells of the bundled encoder's stages; the last is the latent z."""
    shape = enhancement_card(None)["shape"]
    grid = shape["grid_px"]
    return [(n, grid >> i, grid >> i) for i, n in enumerate(shape["channels"], 1)]


def test_sto_bone_and_error_of_a_right_hip_lie_on_its_film(applied: Any) -> None:
    applied.find(QCheckBox, "show_sto_error").setChecked(True)
    film = applied.film
    [sto], [bone], [error] = (
        applied.layers(kind) for kind in ("enhanced_sto", "enhanced_bone", "sto_error")
    )
    grey = film.metadata["hipbmd"]["film"].grey()
    np.testing.assert_array_equal(bone.data, grey - sto.data)
    np.testing.assert_allclose(error.data, np.abs(sto.data - applied.truth.sto))
    # Not mirrored: nearer to the truth than to its mirror image.
    mirrored = np.abs(sto.data - applied.truth.sto[:, ::-1]).mean()
    assert error.data.mean() < 0.6 * mirrored
    for layer in (sto, bone, error):
        np.testing.assert_allclose(layer.extent.world, film.extent.world)
        assert [str(unit) for unit in layer.units] == ["millimeter"] * 2
    assert f"{error.data.mean():.4f}" in applied.text("apply_note")


def test_the_slider_blends_film_and_bone_image(applied: Any) -> None:
    slider = applied.find(QSlider, "blend")
    [bone] = applied.layers("enhanced_bone")
    assert slider.isEnabled() and slider.value() == 100 and bone.opacity == 1
    slider.setValue(30)
    assert bone.visible and bone.opacity == pytest.approx(0.3)
    layers = applied.viewer.layers
    assert layers.index(bone) > layers.index(applied.film)
    applied.find(QCheckBox, "show_enhanced_bone").setChecked(False)
    assert not slider.isEnabled() and "bone image" in slider.toolTip()


def test_the_latent_is_a_stack_that_covers_the_hip_box(applied: Any) -> None:
    applied.find(QCheckBox, "show_latent").setChecked(True)
    [latent] = applied.layers("encoder_stage")
    assert latent.data.shape == stage_shapes()[-1]
    assert applied.viewer.dims.nsteps[0] == latent.data.shape[0]
    film, place = applied.film, latent.extent.world[:, 1:]
    half_cell, half_pixel = latent.scale[1] / 2, film.scale[0] / 2
    edges = place + [[-half_cell], [half_cell]]
    film_edges = film.extent.world + [[-half_pixel], [half_pixel]]
    np.testing.assert_allclose(edges, film_edges, atol=1e-6)
    applied.find(QCheckBox, "show_latent").setChecked(False)
    assert not applied.layers("encoder_stage") and applied.viewer.dims.ndim == 2


def test_each_encoder_stage_comes_when_it_is_chosen(applied: Any) -> None:
    choice = applied.find(QComboBox, "encoder_stage")
    *shapes, _latent = stage_shapes()
    assert [choice.itemText(i) for i in range(choice.count())] == [
        "none",
        *(
            f"stage {n}: {c} channels of {k} × {k}"
            for n, (c, k, _) in enumerate(shapes, 1)
        ),
    ]
    for index, shape in enumerate(shapes, 1):
        choice.setCurrentIndex(index)
        [stage] = applied.layers("encoder_stage")
        assert stage.data.shape == shape
    choice.setCurrentIndex(0)
    assert not applied.layers("encoder_stage")


def test_the_sto_is_seen_when_its_box_is_ticked(applied: Any) -> None:
    [sto], [bone] = (applied.layers(k) for k in ("enhanced_sto", "enhanced_bone"))
    layers, box = applied.viewer.layers, applied.find(QCheckBox, "show_enhanced_sto")
    assert bone.visible and not box.isChecked()
    box.setChecked(True)
    assert sto.visible and layers.index(sto) > layers.index(bone)
    sto.visible = False  # by the eye in the list of layers
    assert not box.isChecked()
    applied.find(QSlider, "blend").setValue(50)
    assert layers.index(bone) > layers.index(sto)


def test_film_and_sto_share_a_window_and_no_bone_is_black(applied: Any) -> None:
    film = applied.film
    [sto], [bone] = (applied.layers(k) for k in ("enhanced_sto", "enhanced_bone"))
    low, high = film.metadata["hipbmd"]["film"].grey_range

    def window_of_film() -> Any:
        return (np.array(film.contrast_limits) - low) / (high - low)

    np.testing.assert_allclose(sto.contrast_limits, window_of_film(), atol=1e-3)
    film.contrast_limits = (0.2 * high, 0.7 * high)
    np.testing.assert_allclose(sto.contrast_limits, window_of_film(), atol=1e-3)
    sto.contrast_limits = (0.1, 0.6)
    np.testing.assert_allclose(window_of_film(), (0.1, 0.6), atol=1e-3)
    assert bone.contrast_limits[0] == 0
    assert all(x.colorbar.visible and "0–1" in x.name for x in (sto, bone))


def test_the_profile_is_saved_as_table_and_as_lines(
    applied: Any, tmp_path: Path
) -> None:
    applied.click("draw_profile")
    with patch.object(
        QFileDialog, "getSaveFileName", return_value=(str(tmp_path / "p.csv"), "")
    ):
        applied.click("save_profile_table")
    lines = (tmp_path / "p.csv").read_text().splitlines()
    assert lines[0] == "distance_mm,film,sto,bone_image" and len(lines) > 100
    with patch.object(
        QFileDialog,
        "getSaveFileName",
        return_value=(str(tmp_path / "p"), "SVG (*.svg)"),
    ):
        applied.find(QToolButton, "save_line_profile").click()
    drawing = (tmp_path / "p.svg").read_text("utf-8")
    assert "<svg" in drawing and "mm along the line" in drawing


def test_the_greys_under_the_mouse_are_told_on_one_scale(applied: Any) -> None:
    applied.viewer.cursor.position = applied.film.data_to_world((200, 200))
    words = applied.text("grey_under_cursor").split()
    film, sto, bone = (
        float(words[words.index(w) + 1]) for w in ("film", "STO", "image")
    )
    grey = applied.film.metadata["hipbmd"]["film"].grey()[200, 200]
    assert film == pytest.approx(grey, abs=1e-3)
    assert sto + bone == pytest.approx(film, abs=2e-3)


def test_all_channels_of_the_latent_lie_beside_the_film(applied: Any) -> None:
    box = applied.find(QCheckBox, "show_montage")
    box.setChecked(True)
    [picture] = applied.layers("stage_montage")
    count, rows, columns = stage_shapes()[-1]
    assert np.isfinite(picture.data).sum() == count * rows * columns
    film, beside = applied.film.extent.world, picture.extent.world
    assert beside[0, 1] > film[1, 1] and applied.viewer.dims.ndim == 2
    assert np.ptp(beside[:, 0]) == pytest.approx(np.ptp(film[:, 0]), rel=0.05)
    box.setChecked(False)
    assert not applied.layers("stage_montage")


def test_what_was_made_of_the_film_is_saved_for_other_tools(
    applied: Any, tmp_path: Path
) -> None:
    applied.find(QComboBox, "save_format").setCurrentText("npz")
    with patch.object(QFileDialog, "getExistingDirectory", return_value=str(tmp_path)):
        applied.click("save_enhanced")
    applied.wait_for_end("save_enhanced")
    [folder] = tmp_path.iterdir()
    assert folder.name in applied.text("apply_note")
    found = np.load(folder / "hip.npz")
    [sto] = applied.layers("enhanced_sto")
    np.testing.assert_array_equal(found["sto"], sto.data)
    assert {"latent", "stage_1"} <= set(found.files)
