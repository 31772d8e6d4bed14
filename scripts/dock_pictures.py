"""Make the pictures of the docks: a real napari on the sample films.

    scripts/with_display.sh .venv/bin/python scripts/dock_pictures.py [features …]
        [--study DIR] [--measured DIR]

Needs the bundled weights. ``fit`` and ``validate`` need a study with DXA readings; an
earlier ``hipbmd validate --out`` of it, given as ``--measured``, saves measuring anew.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from time import sleep
from typing import Any

import napari
from PIL import Image
from qtpy.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
)

from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.plugin.measure.demo import show_measurement
from napari_hipbmd.plugin.viewer.camera import frame_hip
from napari_hipbmd.plugin.viewer.place import Place
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.runs.measuring import measure_path

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SIZE = (1400, 900)


def measure(viewer: Any) -> None:
    """A measured film beside its numbers; what is doubtful is withheld."""
    dock = show_sample(viewer)
    settle()
    dock.findChild(QScrollArea).verticalScrollBar().setValue(0)


def features(viewer: Any) -> None:
    """The features of a film, and what the first pair of thresholds clips."""
    show_sample(viewer)
    _, dock = viewer.window.add_plugin_dock_widget(
        "napari-hipbmd", "Features and thresholds", tabify=True
    )
    settle()
    dock.findChild(QComboBox, "shown_pair").setCurrentIndex(0)
    dock.findChild(QCheckBox, "show_normalised").setChecked(True)
    dock.findChild(QCheckBox, "show_clipped").setChecked(True)


def fit(viewer: Any) -> None:
    """A regression that was fitted to a study, with its coefficients."""
    _, dock = viewer.window.add_plugin_dock_widget("napari-hipbmd", "Fit BMD")
    viewer.open_sample("napari-hipbmd", "type_1")
    run_on_study(viewer, dock, "fit_bmd")
    scroll = dock.findChild(QScrollArea).verticalScrollBar()
    settle()
    scroll.setValue(dock.tables.y() - 120)


def validate(viewer: Any) -> None:
    """Two rows of a validated study; the point that lies farthest off was clicked."""
    _, dock = viewer.window.add_plugin_dock_widget("napari-hipbmd", "Validate")
    # 200 samples: no interval is in the picture
    dock.form.show_values({"rows": ("raw", "enhanced"), "samples": 200})
    run_on_study(viewer, dock, "validate")
    dock.tabs.setCurrentIndex(1)
    settle()
    found = dock.tabs.validation.result("enhanced", "neck")
    i = int(abs(found.estimate - found.reading).argmax())
    dock.tabs.clicked.emit("enhanced", found.case_ids[i])
    wait_until(lambda: "is shown" in dock.findChild(QLabel, "point").text())
    wait_until(lambda: dock.tabs.is_drawn("fig7"))


def run_on_study(viewer: Any, dock: Any, button: str) -> None:
    """Press the dock's button, and wait until it is done."""
    study: Path = CHOSEN["study"]
    session_of(viewer).choose_study(study.absolute())
    out = Path(mkdtemp()) / button
    out.mkdir()
    if CHOSEN["measured"] is not None:
        shutil.copy(CHOSEN["measured"] / "features.csv", out)
    dock.form.out.choose(out)
    dock.findChild(QPushButton, button).click()
    wait_until(lambda: not dock.bar.is_running)
    # Not where this computer keeps it.
    dock.form.out.label.setText(f"{study.name}/{dock.form.out._name}")
    title = dock.findChild(QLabel, "fit_title")
    if title is not None:
        title.setText(title.text().replace(str(out), f"{study.name}/models"))


def wait_until(done: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    while not done():
        QApplication.processEvents()
        sleep(0.02)


def show_sample(viewer: Any) -> Any:
    """The first sample film, measured, with the dock *Measure BMD*."""
    return show_measurement(viewer, measured())


def measured() -> Measurement:
    """The first hip of the sample data."""
    return next(m for m in measure_path(sample_data_dir()) if m.film is not None)


SCENES: dict[str, Callable[[Any], None]] = {
    "measure": measure,
    "features": features,
    "fit": fit,
    "validate": validate,
}
OF_A_STUDY = ("fit", "validate")
CHOSEN: dict[str, Any] = {"study": None, "measured": None}


def main() -> None:
    """Take the pictures that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", help=f"of {', '.join(SCENES)}")
    parser.add_argument("--out", type=Path, default=PICTURES)
    parser.add_argument("--study", type=Path)
    parser.add_argument("--measured", type=Path)
    arguments = parser.parse_args()
    CHOSEN.update(study=arguments.study, measured=arguments.measured)
    every = [name for name in SCENES if arguments.study or name not in OF_A_STUDY]
    for name in arguments.scenes or every:
        viewer = napari.Viewer(title="napari-hipbmd")
        viewer.window.resize(*SIZE)
        SCENES[name](viewer)
        settle()
        look(viewer)
        settle()
        save(viewer, arguments.out / f"{name}.png")
        viewer.close()


def look(viewer: Any) -> None:
    """Centre the hip as the canvas is by now."""
    session = session_of(viewer)
    for film in session.films():
        measurement = session.measurement(film)
        if measurement is not None:
            frame_hip(viewer, Place.of(film), measurement)
            session.result(film, "landmarks").selected_data = set()


def save(viewer: Any, path: Path) -> None:
    """The whole window as a PNG."""
    pixels = viewer.screenshot(canvas_only=False, flash=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The lowest bits of a film are noise that nobody sees, and half of the bytes.
    Image.fromarray(pixels[..., :3] & 0xF8).save(path, optimize=True)
    print(path)


def settle() -> None:
    """Let Qt draw everything that is still to be drawn."""
    for _ in range(80):
        QApplication.processEvents()


if __name__ == "__main__":
    main()
