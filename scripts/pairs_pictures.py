"""Make the pictures of the dock Make pairs: a real napari, clicked through.

    scripts/with_display.sh .venv/bin/python scripts/pairs_pictures.py [--out DIR]

Some sample films play a person's own films. Needs the bundled weights.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import napari
import numpy as np
from dock_pictures import PICTURES, save
from PIL import Image
from qtpy.QtWidgets import (
    QApplication,
    QDoubleSpinBox,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableWidget,
)

from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.plugin.pairs.preview import preview_layers
from napari_hipbmd.plugin.ui.preferences import write_preference

SIZE, COUNT = (1500, 1000), 3
STO_BOXES = (
    (0.83, 0.03, 0.15, 0.20),
    (0.91, 0.62, 0.08, 0.20),
    (0.30, 0.82, 0.16, 0.14),
)
"""Left, top, width and height in shares of a film that shows a left hip.

The last one touches bone on some films: it is flagged.
"""


def main() -> None:
    """Mark the films, look at a pair, write some."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PICTURES)
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as scratch:
        films = Path(scratch) / "films"
        films.mkdir()
        for path in sorted((sample_data_dir() / "images").glob("*.dcm"))[:COUNT]:
            shutil.copy(path, films)
        os.environ["XDG_CONFIG_HOME"] = scratch  # nobody's own preferences
        write_preference("annotator", "eve")
        viewer = napari.Viewer(title="napari-hipbmd")
        viewer.window.resize(*SIZE)
        take(viewer, films, Path(scratch) / "pairs", out)
        viewer.close()


def take(viewer: Any, films: Path, pairs: Path, out: Path) -> None:
    """The three pictures."""
    _, dock = viewer.window.add_plugin_dock_widget("napari-hipbmd", "Make pairs")
    dock.films.choose_folder(films)
    table = dock.findChild(QTableWidget, "pair_films")
    wait(dock, lambda: table.rowCount() == COUNT)
    click(dock, "order")
    wait(dock, lambda: not dock.bar.is_running)
    for number in range(table.rowCount()):
        mark(viewer, dock, table, number)
        if number == 1:
            viewer.reset_view()
            settle()
            # Not where this computer keeps them.
            dock.films.field.line.setText(films.name)
            shrunk(viewer, out / "pairs_marking.png")
    dock.findChild(QSpinBox, "pair_index").setValue(3)
    click(dock, "preview")
    wait(dock, lambda: preview_layers(viewer.layers))
    viewer.reset_view()
    settle()
    shrunk(viewer, out / "pairs_preview.png")
    line = dock.findChild(QLineEdit, "pairs_out")
    line.setText(str(pairs))
    line.editingFinished.emit()
    for i, share in enumerate((1, 0, 0)):
        dock.findChild(QDoubleSpinBox, f"pair_split_{i}").setValue(share)
    dock.findChild(QSpinBox, "pair_count").setValue(40)
    click(dock, "write_pairs")
    wait(dock, lambda: not dock.bar.is_running)
    print(dock.bar.note.text())


def mark(viewer: Any, dock: Any, table: QTableWidget, number: int) -> None:
    """STO boxes, the proposed mask and a type for one film."""
    table.selectRow(number)
    settle()
    layers = dock._editor.layers
    rows, columns = layers.mask.data.shape
    right = dock._editor.film.side == "R"
    for left, top, width, height in STO_BOXES:
        x0 = 1 - left - width if right else left
        x, y = (
            np.array([x0, x0 + width]) * columns,
            np.array([top, top + height]) * rows,
        )
        layers.tissue.add_rectangles([[y[0], x[0]], [y[1], x[1]]])
    wait(dock, lambda: not dock._editor._checking.is_busy())
    click(dock, "propose")
    wait(dock, lambda: not dock.bar.is_running)
    click(dock, "type_2" if number < 2 else "type_1")
    settle()
    print(table.item(number, 0).text(), dock.panel.flags.text(), dock.bar.note.text())


def shrunk(viewer: Any, path: Path) -> None:
    """The window in 256 colours: a third of the bytes."""
    save(viewer, path)
    Image.open(path).quantize(256).save(path, optimize=True)


def click(dock: Any, name: str) -> None:
    """Press a button by its name."""
    dock.findChild(QPushButton, name).click()


def wait(dock: Any, there: Callable[[], Any]) -> None:
    """Until something is there, or a minute is over."""
    for _ in range(6000):
        QApplication.processEvents()
        if there():
            return
        time.sleep(0.02)
    raise TimeoutError(dock.bar.note.text())


def settle() -> None:
    """Let Qt and the timers finish."""
    for _ in range(40):
        QApplication.processEvents()
        time.sleep(0.02)


if __name__ == "__main__":
    main()
