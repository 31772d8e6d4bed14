"""The docks *Open study* and *Film facts*, as a person uses them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QTableWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QTreeWidgetItemIterator,
)

from napari_hipbmd.plugin.viewer.identity import kind_of
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.quality import NONE, Policy
from napari_hipbmd.study import Study

from ...napari_window import drag

PLUGIN = "napari-hipbmd"


@pytest.fixture
def export(sample_study: Study, tmp_path: Path) -> Path:
    """A folder as archives make them: nested, without extensions, with junk."""
    folder = tmp_path / "export"
    (folder / "DIR000").mkdir(parents=True)
    for i, case in enumerate(sample_study.cases[:2]):
        shutil.copy(case.image, folder / "DIR000" / f"IM{i:04d}")
    whole = sample_study.cases[2].image.read_bytes()
    (folder / "DIR000" / "IM0002").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("no film")
    return folder


class Docks:
    def __init__(self, viewer: Any, qtbot: Any) -> None:
        self.viewer, self.qtbot = viewer, qtbot
        add = viewer.window.add_plugin_dock_widget
        _, self.study = add(PLUGIN, "Open study")
        _, self.facts = add(PLUGIN, "Film facts")

    def list(self, folder: Path) -> None:
        self.study.list_folder(folder)
        self.wait()

    def wait(self) -> None:
        self.qtbot.waitUntil(lambda: not self.study.bar.is_running)

    def click(self, name: str) -> None:
        button = self.study.findChild(QPushButton, name)
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def listed(self) -> list[QTreeWidgetItem]:
        """The films of the list, without its headings."""
        tree = self.study.findChild(QTreeWidget, "films")
        flag = QTreeWidgetItemIterator.IteratorFlag.NoChildren
        found, items = [], QTreeWidgetItemIterator(tree, flag)
        while items.value() is not None:
            found.append(items.value())
            items += 1
        return found

    def films(self) -> list[Any]:
        return [layer for layer in self.viewer.layers if kind_of(layer) == "film"]

    def film_in_front(self, folder: Path) -> Any:
        """The last of a folder's films, all of them open."""
        self.list(folder)
        self.click("open_all")
        self.wait()
        film = self.films()[-1]
        self.viewer.layers.selection.active = film
        return film


@pytest.fixture
def docks(viewer: Any, qtbot: Any) -> Docks:
    return Docks(viewer, qtbot)


def test_a_study_is_listed_by_its_cases_and_opens_a_layer_a_film(
    docks: Docks, sample_study: Study
) -> None:
    docks.list(sample_study.folder)
    names = [item.text(0) for item in docks.listed()]
    assert sorted(names) == sorted(case.case_id for case in sample_study.cases)
    docks.click("open_all")
    docks.wait()
    assert len(docks.films()) == len(names)
    assert [layer.visible for layer in docks.films()].count(True) == 1


def test_an_export_without_extensions_opens_and_a_bad_file_costs_only_itself(
    docks: Docks, export: Path
) -> None:
    docks.list(export)
    docks.click("open_all")
    docks.wait()
    assert len(docks.films()) == 2
    told = [item.text(2) for item in docks.listed()]
    reasons = docks.study.findChild(QTreeWidget, "passed_over")
    told += [
        reasons.topLevelItem(i).text(1) for i in range(reasons.topLevelItemCount())
    ]
    assert any("cut short" in text for text in told)
    assert any(
        reasons.topLevelItem(i).text(0) == "notes.txt"
        for i in range(reasons.topLevelItemCount())
    )


def test_a_folder_that_is_not_there_is_told_in_a_sentence(
    docks: Docks, tmp_path: Path
) -> None:
    docks.list(tmp_path / "nowhere")
    note = docks.study.findChild(QLabel, "note").text()
    assert note == "There is no such folder: check the path and the spelling."
    assert docks.films() == []


def test_a_window_that_was_dragged_away_comes_back_when_it_is_chosen_again(
    docks: Docks, sample_study: Study
) -> None:
    film = docks.film_in_front(sample_study.folder)
    choice = docks.facts.findChild(QComboBox, "window")
    first, text = tuple(film.contrast_limits), choice.currentText()
    film.contrast_limits = (first[0] + 10, first[1] - 10)
    assert choice.currentText() == "set by hand"
    i = choice.findText(text)
    choice.setCurrentIndex(i)
    choice.activated.emit(i)
    assert tuple(film.contrast_limits) == pytest.approx(first)


def test_the_right_button_sets_the_window_of_the_film_in_any_tool(
    docks: Docks, sample_study: Study
) -> None:
    film = docks.film_in_front(sample_study.folder)
    before = tuple(film.contrast_limits)
    start, end = {"pos": (100, 100)}, {"pos": (40, 100)}
    drag(docks.viewer, 2, start, end, end)
    after = tuple(film.contrast_limits)
    assert after[1] - after[0] < before[1] - before[0]


def test_private_elements_are_shown_only_when_they_are_asked_for(
    docks: Docks, sample_study: Study
) -> None:
    docks.film_in_front(sample_study.folder)
    table = docks.facts.findChild(QTableWidget, "elements")

    def names() -> set[str]:
        return {table.item(i, 1).text() for i in range(table.rowCount())}

    hidden = names()
    assert "Patient's Name" not in hidden and hidden
    docks.facts.findChild(QCheckBox, "show_private").setChecked(True)
    assert names() > hidden


def test_the_policy_of_a_study_holds_in_every_dock(
    docks: Docks, sample_study: Study, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(sample_study.folder, folder, ignore=shutil.ignore_patterns("truth"))
    policy = Policy("our clinic", frozenset({"metal"})).to_json()
    (folder / "policy.json").write_text(json.dumps(policy), "utf-8")
    _, measure = docks.viewer.window.add_plugin_dock_widget(PLUGIN, "Measure BMD")
    shown = measure.findChild(QComboBox, "policy")
    docks.list(folder)
    assert session_of(docks.viewer).policy.withhold == {"metal"}
    assert "our clinic" in shown.currentText()
    assert "our clinic" in docks.study.findChild(QLabel, "note").text()

    docks.list(sample_study.folder)
    assert session_of(docks.viewer).policy is NONE, "it was the other study's"
    assert "shown" in shown.currentText()

    (folder / "policy.json").write_text("{}", "utf-8")
    docks.list(folder)
    assert "is no policy" in docks.study.findChild(QLabel, "note").text()
    assert session_of(docks.viewer).study_folder == folder
