"""Keys: one registry, bindings that win, clashes that are told, docs that follow."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.layers import Points, Shapes
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QLabel, QPushButton, QTableWidget, QWidget

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.plugin.ui.key_bindings import KeyBindings, menu_clashes, shadowed
from napari_hipbmd.plugin.ui.keys_dialog import KeysDialog
from napari_hipbmd.plugin.ui.shortcuts import SCOPES, SHORTCUTS, Keys, normal
from napari_hipbmd.plugin.viewer.identity import tag

from ...napari_window import press_key

SCOPE = "Landmark workbench"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys.json")


def points() -> Points:
    return Points(np.zeros((2, 2)), metadata=tag("labels"))


def test_the_default_keys_do_not_clash_with_each_other(keys: Keys) -> None:
    assert keys.clashes() == []
    assert len({each.id for each in SHORTCUTS}) == len(SHORTCUTS)
    for each in SHORTCUTS:
        assert [normal(key) for key in each.keys] == list(each.keys)


def test_no_default_key_is_one_that_napari_s_menus_keep(
    viewer: Any, keys: Keys
) -> None:
    for scope in SCOPES:
        assert menu_clashes(scope, keys) == {}
    keys.change("finish", ["Ctrl+S"])
    assert menu_clashes(SCOPE, keys) == {"Ctrl+S": "selected"}


def test_a_key_on_our_layer_wins_over_napari_s_and_deletes_nothing(
    viewer: Any, keys: Keys
) -> None:
    layer = viewer.add_layer(points())
    called: list[str] = []
    bindings = KeyBindings(SCOPE, {"placed": lambda: called.append("placed")}, keys)
    bindings.bind(layer)
    layer.selected_data = {0, 1}
    for key in ("1", "Delete", "Backspace", "A", "Ctrl+A", "Ctrl+V"):
        press_key(viewer, key)
    assert called == ["placed"]
    assert len(layer.data) == 2
    bindings.release()
    assert not layer.keymap


def test_napari_s_keys_do_not_delete_a_region(viewer: Any, keys: Keys) -> None:
    square = np.array([[0, 0], [0, 9], [9, 9], [9, 0]], float)
    layer = viewer.add_layer(Shapes([square], metadata=tag("label_regions")))
    KeyBindings(SCOPE, {}, keys).bind(layer)
    layer.selected_data = {0}
    for key in ("3", "Delete", "Backspace", "1", "X"):
        press_key(viewer, key)
    assert len(layer.data) == 1
    assert layer.mode == "pan_zoom"


def test_a_layer_that_is_not_ours_keeps_its_keys(viewer: Any, keys: Keys) -> None:
    layer = viewer.add_layer(Points(np.zeros((2, 2))))
    KeyBindings(SCOPE, {"placed": lambda: None}, keys).bind(layer)
    assert not layer.keymap


def test_a_changed_key_works_at_once_and_is_remembered(
    viewer: Any, keys: Keys, tmp_path: Path
) -> None:
    layer = viewer.add_layer(points())
    called: list[str] = []
    bindings = KeyBindings(SCOPE, {"tie": lambda: called.append("tie")}, keys)
    bindings.bind(layer)
    keys.change("tie", ["f7"])
    press_key(viewer, "T")
    assert called == []
    press_key(viewer, "F7")
    assert called == ["tie"]
    assert Keys(tmp_path / "keys.json").of("tie") == ("F7",)
    keys.reset()
    press_key(viewer, "T")
    assert called == ["tie", "tie"]


def test_a_key_that_is_wanted_twice_is_told(keys: Keys) -> None:
    keys.change("tie", ["D"])
    (clash,) = keys.clashes()
    assert clash.ids == ("next_landmark", "tie")
    assert clash.text.startswith("D is wanted twice")


@pytest.mark.usefixtures("window")  # napari tells its keys with one
def test_what_a_key_takes_the_place_of_is_told(keys: Keys) -> None:
    taken = shadowed(points(), SCOPE, keys)
    assert taken["1"] == "delete selected points"
    assert "F1" not in taken


@pytest.mark.parametrize("key", ["", "Bogus", "Ctrl+", "++"])
def test_what_is_no_key_is_refused_in_words(keys: Keys, key: str) -> None:
    with pytest.raises(Refused, match="is no key"):
        keys.change("tie", [key])
    assert keys.of("tie") == ("T",)


@pytest.mark.parametrize("content", ["", "[]", '{"tie": 3}', '{"tie": ["Bogus"]}'])
def test_a_damaged_file_of_keys_gives_the_defaults_and_says_so(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "keys.json").write_text(content)
    keys = Keys(tmp_path / "keys.json")
    assert keys.of("tie") == ("T",)
    assert "cannot be read" in keys.problem


@pytest.mark.usefixtures("window")  # napari tells its keys with one
def test_the_help_shows_changes_and_refuses(qtbot: Any, keys: Keys) -> None:
    dialog = KeysDialog(SCOPE, [points()], keys)
    qtbot.addWidget(dialog)
    table = dialog.findChild(QTableWidget, "keys")
    message = dialog.findChild(QLabel, "keys_message")
    rows = {table.item(row, 1).text(): row for row in range(table.rowCount())}
    assert set(rows) == {each.does for each in SHORTCUTS if each.scope == SCOPE}
    row = rows["The landmark is seen: placed."]
    assert "delete selected points" in table.item(row, 2).text()
    table.item(row, 0).setText("D")
    assert keys.of("placed") == ("D",)
    assert "wanted twice" in message.text()
    assert "wanted twice" in table.item(row, 2).text()
    table.item(row, 0).setText("nonsense")
    assert "is no key" in message.text()
    assert table.item(row, 0).text() == "D"
    dialog.findChild(QPushButton, "reset_keys").click()
    assert table.item(row, 0).text() == "1"
    assert message.text() == ""


def test_keys_work_while_the_dock_has_the_keyboard(qtbot: Any, keys: Keys) -> None:
    dock = QWidget()
    button = QPushButton("b", dock)
    qtbot.addWidget(dock)
    called: list[str] = []
    bindings = KeyBindings(SCOPE, {"undo": lambda: called.append("undo")}, keys)
    bindings.bind_widget(dock)
    with qtbot.waitExposed(dock):
        dock.show()
    # Without a window manager nobody else makes a window the active one.
    QApplication.setActiveWindow(dock)
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    QTest.keyClick(button, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert called == ["undo"]
    bindings.release()
    QTest.keyClick(button, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert called == ["undo"]


def test_the_docs_show_the_keys_as_they_are(repo_root: Path) -> None:
    script = runpy.run_path(str(repo_root / "scripts" / "key_table.py"))
    pages = [page.read_text(encoding="utf-8") for page in script["PAGES"]]
    for page in pages:
        assert script["with_tables"](page) == page, "run scripts/key_table.py"
    for each in SHORTCUTS:
        assert each.does in "".join(pages)
