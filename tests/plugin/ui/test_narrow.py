"""Two docks side by side leave room for the film: none needs more than 320 pixels."""

from __future__ import annotations

from typing import Any

from npe2 import PluginManager
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QMainWindow,
    QPushButton,
    QScrollArea,
    QTableWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from napari_hipbmd.plugin.ui.narrow import NarrowDock

PLUGIN, NARROW, INSIDE = "napari-hipbmd", 320, 340


def test_every_dock_can_be_320_pixels_wide(
    make_napari_viewer_proxy: Any, qtbot: Any
) -> None:
    window = make_napari_viewer_proxy().window
    manifest = PluginManager.instance().get_manifest(PLUGIN)
    names = [one.display_name for one in manifest.contributions.widgets or []]
    assert "Measure BMD" in names and "Validate" in names
    wide = {}
    for name in names:
        dock, widget = window.add_plugin_dock_widget(PLUGIN, name)
        show_every_tab(widget)
        wide |= {f"{name}: {part}": px for part, px in widths(dock, widget).items()}
        window.remove_dock_widget(dock)
    assert not {
        part: px
        for part, px in wide.items()
        if px > (NARROW if part.endswith("itself") else INSIDE)
    }


def show_every_tab(widget: QWidget) -> None:
    for tabs in widget.findChildren(QTabWidget):
        for i in range(tabs.count()):
            tabs.setCurrentIndex(i)


def widths(dock: QWidget, widget: QWidget) -> dict[str, int]:
    """The least width of a dock, and of whatever in it scrolls up and down."""
    found = {"itself": max(least(dock), least(widget))}
    for area in widget.findChildren(QScrollArea):
        inside = area.widget()
        if inside is not None:
            found[told(inside)] = least(inside)
    return found


def told(inside: QWidget) -> str:
    """What is widest in a part that scrolls."""
    parts = [one for one in inside.findChildren(QWidget) if one.isVisibleTo(inside)]
    widest = sorted(parts, key=least)[-3:]
    return ", ".join(f"{type(one).__name__} {one.objectName()}" for one in widest)


def least(widget: QWidget) -> int:
    return max(widget.minimumSizeHint().width(), widget.minimumWidth())


class OneTable(NarrowDock):
    """A table, and a button below it."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.button = QTableWidget(2, 2), QPushButton("Draw hip box")
        column = QVBoxLayout(self)
        column.addWidget(self.table)
        column.addWidget(self.button)
        self._let_shrink()


def test_tab_goes_on_from_a_table_to_what_stands_below_it(qtbot: Any) -> None:
    dock = OneTable()
    qtbot.addWidget(dock)
    with qtbot.waitExposed(dock):
        dock.show()
    dock.table.setFocus()
    qtbot.keyClick(dock.table, Qt.Key.Key_Tab)
    assert dock.focusWidget() is dock.button


def test_a_button_is_as_wide_as_its_text_in_the_letters_of_the_window(
    qtbot: Any,
) -> None:
    dock, window = OneTable(), QMainWindow()
    qtbot.addWidget(window)
    window.setStyleSheet("QWidget { font-size: 30px }")
    window.setCentralWidget(dock)
    window.show()
    text_px = dock.button.fontMetrics().horizontalAdvance(dock.button.text())
    assert dock.button.minimumWidth() > text_px
