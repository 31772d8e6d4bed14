"""Opens every dock in one window, and prints what it says as JSON.

Run by ``test_translation.py``: the language of a process is chosen once.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import napari
from qtpy.QtCore import QStandardPaths, Qt
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QGroupBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTableWidget,
    QTabWidget,
    QTreeWidget,
    QWidget,
)

from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.plugin.ui import translation

PLUGIN = "napari-hipbmd"
LARGE, LARGE_LEAST = "* { font-size: 14pt }", 360
LARGE_DOCKS = ("Archive (PACS)", "Landmark workbench")


class Forgotten(NullTranslations):
    """Asked for what the language lacks."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def gettext(self, text: str) -> str:
        self.texts.append(text)
        return text


def main(folder: Path) -> None:
    """Open the docks on a small study, the workbench with a case."""
    QStandardPaths.setTestModeEnabled(True)
    forgotten = Forgotten()
    translation._chosen().add_fallback(forgotten)
    study = folder / "hips"
    shutil.copytree(sample_data_dir(), study)
    # Docks are made after the language is chosen, as they are in napari.
    from napari_hipbmd.plugin.home import STEPS

    viewer = napari.Viewer(show=False, show_welcome_screen=False)
    viewer.open_sample(PLUGIN, "type_1")
    said: dict[str, list[str]] = {}
    unreachable: list[str] = []
    sideways: dict[str, int] = {}
    large: dict[str, int] = {}
    for name in ("Hip BMD", *(step.dock for step in STEPS)):
        _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, name, tabify=True)
        if name == "Landmark workbench":
            dock.studies.annotator.setEditText("anna")
            dock.open_study(study)
        QApplication.processEvents()
        said[name] = sorted(set(texts_of(dock)))
        sideways |= {f"{name}: {page}": px for page, px in sideways_px(dock).items()}
        unreachable += [f"{name}: {each}" for each in without_keyboard(dock)]
        if name in LARGE_DOCKS:
            dock.setStyleSheet(LARGE)
            pages = sideways_px(dock, LARGE_LEAST)
            large |= {f"{name}: {page}": px for page, px in pages.items()}
    print(
        json.dumps(
            {
                "said": said,
                "forgotten": forgotten.texts,
                "unreachable": unreachable,
                "sideways_px": sideways,
                "large_px": large,
            }
        )
    )
    viewer.close()


def without_keyboard(dock: QWidget) -> list[str]:
    """Controls of a dock that Tab never comes to."""
    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)
    return [
        each.objectName()
        for each in dock.findChildren(QWidget)
        if isinstance(each, kinds)
        and each.isEnabledTo(dock)
        and not each.objectName().startswith("qt_")  # parts of Qt's own controls
        and not isinstance(each.parent(), QLineEdit)  # the cross that empties it
        and not each.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def sideways_px(widget: QWidget, least: int = 320) -> dict[str, int]:
    """How far a dock, or each tab of it, scrolls sideways, so many pixels wide."""
    dock = widget.parentWidget()
    while not isinstance(dock, QDockWidget):
        dock = dock.parentWidget()
    dock.setFloating(True)
    dock.show()
    dock.resize(least, 700)
    found = {}
    for page in pages_of(widget):
        for _ in range(5):
            QApplication.processEvents()
        areas = [each for each in widget.findChildren(QScrollArea) if each.isVisible()]
        bars = [area.horizontalScrollBar().maximum() for area in areas]
        found[page] = max([dock.width() - least, *bars])
    dock.setFloating(False)
    return found


def pages_of(widget: QWidget) -> Iterator[str]:
    """The tabs of a dock, each shown when it is named; all of it if it has none."""
    tabs = widget.findChild(QTabWidget)
    if tabs is None:
        yield "all"
        return
    for i in range(tabs.count()):
        tabs.setCurrentIndex(i)
        yield tabs.tabText(i)


def texts_of(dock: QWidget) -> list[str]:
    """Every text of a dock: what is shown, and what a person is told who points."""
    found = []
    for widget in (dock, *dock.findChildren(QWidget)):
        found.append(widget.toolTip())
        found += _of_kind(widget)
    return [text for text in found if text.strip()]


def _of_kind(widget: Any) -> list[str]:
    if isinstance(widget, QLabel | QAbstractButton):
        return [widget.text()]
    if isinstance(widget, QLineEdit):
        return [widget.placeholderText()]
    if isinstance(widget, QGroupBox):
        return [widget.title()]
    if isinstance(widget, QComboBox):
        return [widget.itemText(i) for i in range(widget.count())]
    if isinstance(widget, QTabWidget):
        return [widget.tabText(i) for i in range(widget.count())]
    if isinstance(widget, QTreeWidget):
        head = widget.headerItem()
        return [head.text(i) for i in range(widget.columnCount())]
    if isinstance(widget, QTableWidget):
        heads = [widget.horizontalHeaderItem(i) for i in range(widget.columnCount())]
        heads += [widget.verticalHeaderItem(i) for i in range(widget.rowCount())]
        return [item.text() for item in heads if item is not None]
    return []


if __name__ == "__main__":
    main(Path(sys.argv[1]))
