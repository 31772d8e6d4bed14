"""Make the picture of the window: a real napari, with a film measured just now.

    scripts/with_display.sh .venv/bin/python scripts/screenshot.py [film or study]

or ``make picture``. Needs the bundled weights.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import napari
from PIL import Image
from qtpy.QtWidgets import QApplication, QScrollArea

from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.plugin.measure.demo import show_measurement
from napari_hipbmd.plugin.viewer.camera import frame_hip
from napari_hipbmd.plugin.viewer.place import Place
from napari_hipbmd.plugin.viewer.session import session_of

HERE = Path(__file__).resolve().parent
PICTURE = HERE.parent / "docs" / "pictures" / "window.png"
SIZE = (1600, 1000)


def main() -> None:
    """Measure the first sample film and take the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("film", nargs="?", type=Path, help="a film or a study")
    parser.add_argument("--out", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    take_picture(first_measurement(arguments.film), arguments.out)


def first_measurement(path: Path | None) -> Measurement:
    """The first hip of a path, or of the sample data, that could be measured."""
    from napari_hipbmd.core.resources import sample_data_dir
    from napari_hipbmd.runs.measuring import measure_path

    for measurement in measure_path(path or sample_data_dir()):
        if measurement.film is not None:
            return measurement
    raise SystemExit("No film could be measured.")


def take_picture(measurement: Measurement, out: Path) -> None:
    """Show a measurement in a window and save the window."""
    viewer = napari.Viewer(title="napari-hipbmd")
    window = viewer.window
    widget = show_measurement(viewer, measurement)
    window.resize(*SIZE)
    settle()
    arrange(viewer, widget, measurement)
    settle()
    out.parent.mkdir(parents=True, exist_ok=True)
    pixels = viewer.screenshot(canvas_only=False, flash=False)
    # The two lowest bits of a film are noise that nobody sees, and half of the bytes.
    Image.fromarray(pixels[..., :3] & 0xFC).save(out, optimize=True)
    print(out)
    viewer.close()


def arrange(viewer: Any, widget: Any, measurement: Measurement) -> None:
    """Centre the hip, and show the whole of the dock."""
    film = next(iter(session_of(viewer).films()))
    frame_hip(viewer, Place.of(film), measurement)
    points = session_of(viewer).result(film, "landmarks")
    if points is not None:
        points.selected_data = set()
    widget.findChild(QScrollArea).verticalScrollBar().setValue(0)


def settle() -> None:
    """Let Qt draw everything that is still to be drawn."""
    for _ in range(80):
        QApplication.processEvents()


if __name__ == "__main__":
    main()
