"""The tab *Apply*: layers in the film's place, every intermediate on request."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QPushButton,
    QSlider,
    QToolButton,
    QTreeWidget,
)

from napari_hipbmd.pipeline.models import enhancement_card
from napari_hipbmd.study import Study


@pytest.fixture
def applied(dock: Any, sample_study: Study) -> Any:
    """A right hip with its truth, after pressing Apply."""
    case = next(case for case in sample_study.cases if case.side == "R")
    dock.film = dock.open(case)
    dock.truth = sample_study.truth(case.case_id)
    dock.click("apply")
    dock.wait_for_end("apply")
    return dock


def stage_shapes() -> list[tuple[int, int, int]]:
    """Channels and cells of the bundled encoder's stages; the last is the latent z."""
    shape = enhancement_card(None)["shape"]
    grid = shape["grid_px"]
    return [(n, grid >> i, grid >> i) for i, n in enumerate(shape["channels"], 1)]


def test_without_a_film_it_says_what_to_do(dock: Any) -> None:
    assert "Open a radiograph first" in dock.text("apply_note")
    for name in ("apply", "cancel_apply"):
        button = dock.find(QPushButton, name)
        assert not button.isEnabled() and button.toolTip()
    slider = dock.find(QSlider, "blend")
    assert not slider.isEnabled() and "Apply a model" in slider.toolTip()


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


def test_a_film_that_leaves_takes_its_layers_along(applied: Any) -> None:
    applied.find(QCheckBox, "show_latent").setChecked(True)
    applied.viewer.layers.remove(applied.film)
    assert len(applied.viewer.layers) == 0


def test_another_model_is_used_when_its_folder_is_chosen(
    applied: Any, small_enhancement: Path
) -> None:
    before = applied.layers("enhanced_sto")[0].data
    with patch.object(
        QFileDialog, "getExistingDirectory", return_value=small_enhancement
    ):
        applied.click("apply_model_folder")
    assert "small" in applied.find(QComboBox, "apply_model").currentText()
    applied.click("apply")
    applied.wait_for_end("apply")
    [sto] = applied.layers("enhanced_sto")
    assert np.abs(sto.data - before).max() > 0.01
    assert "enhancement (small)" in applied.text("apply_note")


def test_a_folder_without_a_model_is_told_and_not_chosen(
    dock: Any, tmp_path: Path
) -> None:
    with patch.object(QFileDialog, "getExistingDirectory", return_value=tmp_path):
        dock.click("apply_model_folder")
    assert "has no enhancement model" in dock.text("apply_note")
    assert dock.find(QComboBox, "apply_model").count() == 1


def test_a_film_without_truth_has_no_error_to_show(
    dock: Any, sample_study: Study, tmp_path: Path
) -> None:
    from napari.layers import Layer

    from napari_hipbmd.plugin.viewer.films import open_film_layer

    alone = tmp_path / "alone.dcm"
    alone.write_bytes(sample_study.cases[0].image.read_bytes())
    dock.viewer.layers.append(Layer.create(*open_film_layer(alone)))
    dock.click("apply")
    dock.wait_for_end("apply")
    box = dock.find(QCheckBox, "show_sto_error")
    assert not box.isEnabled() and "digital hips" in box.toolTip()
    assert dock.layers("enhanced_sto")


def test_all_films_of_the_viewer_are_enhanced_at_once(
    dock: Any, sample_study: Study
) -> None:
    films = [dock.open(case) for case in sample_study.cases[:2]]
    choice = dock.find(QComboBox, "enhance_film")
    choice.setCurrentIndex(choice.findText("all 2 films in the viewer"))
    dock.click("apply")
    dock.wait_for_end("apply")
    owners = {x.metadata["hipbmd"]["film_id"] for x in dock.layers("enhanced_bone")}
    assert owners == {str(film.unique_id) for film in films}


def test_a_study_is_enhanced_into_a_folder_and_each_film_opens(
    dock: Any, sample_study: Study, tmp_path: Path
) -> None:
    start = dock.find(QPushButton, "enhance_many")
    assert not start.isEnabled() and "Choose the films" in start.toolTip()
    chosen = iter([sample_study.folder, tmp_path / "out"])
    with patch.object(
        QFileDialog, "getExistingDirectory", lambda *_: str(next(chosen))
    ):
        dock.click("many_films")
        dock.click("many_out")
    dock.find(QCheckBox, "many_latent").setChecked(True)
    dock.click("enhance_many")
    dock.wait_for_end("enhance_many")
    listed = dock.find(QTreeWidget, "many_list")
    assert listed.topLevelItemCount() == len(sample_study.cases)
    assert "6 enhanced." in dock.text("many_note")
    for case in sample_study.cases:
        names = {p.name for p in (tmp_path / "out" / case.case_id).iterdir()}
        assert {"sto.tif", "bone.tif", "error.tif", "latent.tif"} <= names
    listed.itemDoubleClicked.emit(listed.topLevelItem(1), 0)
    dock.wait(lambda: dock.layers("enhanced_bone"))
    assert dock.layers("film")[0].name == sample_study.cases[1].case_id


def test_many_films_can_be_stopped_and_what_is_done_stays(
    dock: Any, sample_study: Study, tmp_path: Path
) -> None:
    panel = dock.widget.many
    panel.choose_films(sample_study.folder)
    panel.choose_out(tmp_path)
    dock.click("enhance_many")
    listed = dock.find(QTreeWidget, "many_list")
    panel.bar.stepped.connect(lambda _: panel.stop())
    dock.wait_for_end("enhance_many")
    assert "Stopped." in dock.text("many_note")
    done = listed.topLevelItemCount()
    assert 1 <= done < len(sample_study.cases)
    assert len(list(tmp_path.iterdir())) == done


def test_a_hip_box_is_kept_to(applied: Any) -> None:
    from napari_hipbmd.core.radiograph import HipBox

    box = HipBox.square((300, 320), 400)
    applied.session.hip_boxes.place(applied.film, "R", box)
    applied.click("apply")
    applied.wait_for_end("apply")
    [bone] = applied.layers("enhanced_bone")
    assert max(bone.data.shape) <= 401 < min(applied.film.data.shape)
    corner = applied.film.world_to_data(bone.data_to_world((0, 0)))
    np.testing.assert_allclose(corner, np.ceil((box.y0, box.x0)), atol=1)


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


def test_a_line_on_the_film_shows_all_three_and_follows_the_drag(applied: Any) -> None:
    curves = applied.widget.profile.curves
    applied.click("draw_profile")
    [line] = applied.layers("profile_line")
    applied.wait(lambda: len(curves.shown("sto")[0]))
    at, film = curves.shown("film")
    added = np.add(curves.shown("sto")[1], curves.shown("bone")[1])
    np.testing.assert_allclose(added, film, atol=1e-5)
    ends = line.data_to_world(line.data[0][0]), line.data_to_world(line.data[0][1])
    assert at[-1] == pytest.approx(np.hypot(*np.subtract(*ends)))  # millimetres
    line.data = [line.data[0] + [[0, 0], [0, 40]]]
    applied.wait(lambda: curves.shown("film")[0][-1] > at[-1])
    applied.viewer.layers.remove(applied.film)
    assert not applied.layers("profile_line")


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
