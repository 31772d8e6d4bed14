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
    QTreeWidget,
)

from napari_hipbmd.study import Study


@pytest.fixture
def applied(dock: Any, sample_study: Study) -> Any:
    """A right hip with its truth, after pressing Apply."""
    case = next(case for case in sample_study.cases if case.side == "R")
    dock.film = dock.open(case)
    dock.click("apply")
    dock.wait_for_end("apply")
    return dock


def test_without_a_film_it_says_what_to_do(dock: Any) -> None:
    assert "Open a radiograph first" in dock.text("apply_note")
    for name in ("apply", "cancel_apply"):
        button = dock.find(QPushButton, name)
        assert not button.isEnabled() and button.toolTip()
    slider = dock.find(QSlider, "blend")
    assert not slider.isEnabled() and "Apply a model" in slider.toolTip()


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


def test_a_line_on_the_film_shows_all_three_and_follows_the_drag(applied: Any) -> None:
    applied.click("draw_profile")
    curves = applied.widget.profile.curves.figure
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
