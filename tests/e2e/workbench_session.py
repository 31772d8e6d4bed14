"""An annotator at work in a real window, in a process that is going to be killed.

    python workbench_session.py STUDY STATE

Opens the study, accepts the predictions, drags a landmark with the mouse, undoes and
redoes, marks one absent, drags another, and writes what the window then knows to
STATE. It never ends by itself.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import napari
import numpy as np
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QPushButton

from napari_hipbmd.plugin.workbench.opened.predicting import Predictor
from napari_hipbmd.study.labelling.labels import labels_json

sys.path.insert(0, str(Path(__file__).parents[1]))  # it runs by itself, too
from napari_window import canvas_of

DOCK = ("napari-hipbmd", "Landmark workbench")


def settle(count: int = 20) -> None:
    for _ in range(count):
        QApplication.processEvents()
        time.sleep(0.005)


def open_dock(folder: Path, who: str = "anna") -> tuple[Any, Any]:
    """A real window with the workbench open on a study."""
    # The stored predictions are what this story is about.
    Predictor.predict_ahead = lambda self, names: None  # type: ignore[method-assign]
    viewer = napari.Viewer()
    viewer.window.resize(1400, 900)
    _, dock = viewer.window.add_plugin_dock_widget(*DOCK)
    settle()
    dock.studies.annotator.setEditText(who)
    dock.open_study(folder)
    settle()
    return viewer, dock


def on_canvas(viewer: Any, dock: Any, name: str) -> QPoint:
    """Where a landmark is drawn."""
    canvas = canvas_of(viewer)
    x, y = dock.case_view.editor.labels.landmarks[name].xy
    world = np.array(dock.case_view.film.data_to_world((y, x)))
    camera = viewer.scene.camera
    offset = (world - np.array(camera.center)[-2:]) * camera.zoom
    row, column = np.array(canvas.size) / 2 + offset
    return QPoint(round(column), round(row))


def drag(viewer: Any, dock: Any, name: str, by: QPoint) -> None:
    """Drag a landmark with the mouse."""
    native = canvas_of(viewer).native
    start = on_canvas(viewer, dock, name)
    QTest.mousePress(native, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(native, start + by * (step / 5))
        settle(3)
    QTest.mouseRelease(native, Qt.MouseButton.LeftButton, pos=start + by)
    settle()


def key(viewer: Any, key: Any, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key over the film."""
    QTest.keyClick(canvas_of(viewer).native, key, modifier)
    settle(5)


def click(dock: Any, name: str) -> None:
    """Click a button of the dock."""
    dock.findChild(QPushButton, name).click()
    settle()


def work(viewer: Any, dock: Any) -> None:
    """What the annotator does before the computer dies."""
    control = Qt.KeyboardModifier.ControlModifier
    click(dock, "accept_all")
    drag(viewer, dock, "N2", QPoint(24, -18))
    drag(viewer, dock, "T2", QPoint(-20, 15))
    key(viewer, Qt.Key.Key_Z, control)
    key(viewer, Qt.Key.Key_Z, control)
    key(viewer, Qt.Key.Key_Y, control)
    dock.case_view.editor.select("N6")
    key(viewer, Qt.Key.Key_4)
    drag(viewer, dock, "I4", QPoint(10, 12))


def main() -> None:
    folder, state = Path(sys.argv[1]), Path(sys.argv[2])
    viewer, dock = open_dock(folder)
    work(viewer, dock)
    content = json.dumps(
        {
            "case_id": dock.work.case_id,
            "labels": labels_json(dock.case_view.editor.labels),
            "can_redo": dock.case_view.editor.case.can_redo,
        }
    )
    state.with_suffix(".part").write_text(content)
    os.replace(state.with_suffix(".part"), state)
    while True:
        settle()


if __name__ == "__main__":
    main()
