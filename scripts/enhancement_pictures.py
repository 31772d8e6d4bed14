"""Make the pictures of Part 2 of docs/enhancement.md: a real napari on sample films.

    scripts/with_display.sh .venv/bin/python scripts/enhancement_pictures.py [apply …]

``train`` trains for some epochs on the sample data; ``compare`` compares the bundled
model with the one that ``--model`` names.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import napari
from dock_pictures import PICTURES, SIZE, save, settle
from napari.layers import Layer
from qtpy.QtWidgets import QApplication, QCheckBox, QComboBox, QPushButton, QSlider

from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.plugin.viewer.films import open_film_layer
from napari_hipbmd.plugin.viewer.origins import remember_origin
from napari_hipbmd.study import Study

EPOCHS = 24
LONGEST_S = 1800.0


def apply(viewer: Any, dock: Any, model: Path | None) -> None:
    """Half film, half bone image, with its box of parts."""
    dock.tabs.setCurrentIndex(1)
    open_sample(viewer, 1)
    press(dock, "apply")
    wait_for(dock, "apply")
    dock.findChild(QCheckBox, "show_sto_error").setChecked(True)
    dock.findChild(QCheckBox, "show_sto_error").setChecked(False)
    dock.findChild(QSlider, "blend").setValue(70)


def stages(viewer: Any, dock: Any, model: Path | None) -> None:
    """The liveliest channel of the first encoder stage."""
    apply(viewer, dock, model)
    dock.findChild(QComboBox, "encoder_stage").setCurrentIndex(1)
    stage = next(layer for layer in viewer.layers if layer.ndim == 3)
    viewer.dims.set_point(0, int(stage.data.std(axis=(1, 2)).argmax()))
    viewer.reset_view()


def profile(viewer: Any, dock: Any, model: Path | None) -> None:
    """STO over the film, a line across the hip, and the montage of the latent z."""
    apply(viewer, dock, model)
    dock.findChild(QCheckBox, "show_enhanced_sto").setChecked(True)
    dock.findChild(QCheckBox, "show_montage").setChecked(True)
    press(dock, "draw_profile")
    viewer.reset_view()
    settle()
    scroll = dock.tabs.currentWidget()
    scroll.ensureWidgetVisible(dock.profile)


def train(viewer: Any, dock: Any, model: Path | None) -> None:
    """The loss and the held-out film, some epochs after the start."""
    dock.tabs.setCurrentIndex(0)
    form = dock.train.form
    form.add(sample_data_dir())
    out = Path(tempfile.mkdtemp()) / "own model"
    out.mkdir()
    form.choose_out(out)
    form.options.show_values({"epochs": EPOCHS, "device": "cpu"})
    press(dock, "train")
    wait(lambda: dock.train.progress.value() >= EPOCHS // 2 and len(viewer.layers) > 3)
    press(dock, "pause_training")
    settle()
    viewer.reset_view()


def compare(viewer: Any, dock: Any, model: Path | None) -> None:
    """The table of two models."""
    assert model is not None
    dock.tabs.setCurrentIndex(2)
    dock.compare.offer(model)
    dock.compare.models[1].choose(model)
    dock.compare.choose_study(sample_data_dir())
    press(dock, "compare")
    wait_for(dock, "compare")
    open_sample(viewer, 0)


SCENES: dict[str, Callable[[Any, Any, Path | None], None]] = {
    "apply": apply,
    "stages": stages,
    "profile": profile,
    "train": train,
    "compare": compare,
}


def main() -> None:
    """Take the pictures that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", help=f"of {', '.join(SCENES)}")
    parser.add_argument("--model", type=Path, help="for the scene compare")
    parser.add_argument("--out", type=Path, default=PICTURES)
    arguments = parser.parse_args()
    scenes = arguments.scenes or list(SCENES)
    if "compare" in scenes and arguments.model is None:
        parser.error("the scene compare needs a --model beside the bundled one")
    for name in scenes:
        viewer = napari.Viewer(title="napari-hipbmd")
        viewer.window.resize(*SIZE)
        _, dock = viewer.window.add_plugin_dock_widget("napari-hipbmd", "Enhancement")
        settle()
        SCENES[name](viewer, dock, arguments.model)
        settle()
        save(viewer, arguments.out / f"enhancement-{name}.png")
        if name == "train":
            press(dock, "cancel_training")
            wait_for(dock, "train_out")
        viewer.close()


def open_sample(viewer: Any, number: int) -> None:
    """A sample film, found again by its file."""
    case = Study.open(sample_data_dir()).cases[number]
    layer = Layer.create(*open_film_layer(case.image, side=case.side))
    remember_origin(layer, case.image)
    viewer.layers.append(layer)
    viewer.reset_view()


def press(dock: Any, name: str) -> None:
    """Click a button."""
    dock.findChild(QPushButton, name).click()


def wait_for(dock: Any, name: str) -> None:
    """Until a button can be pressed again."""
    wait(dock.findChild(QPushButton, name).isEnabled)


def wait(condition: Callable[[], bool]) -> None:
    """Let the window live until something holds."""
    begun = perf_counter()
    while not condition():
        if perf_counter() - begun > LONGEST_S:
            raise TimeoutError("the window did not come to an end")
        QApplication.processEvents()
        sleep(0.01)


if __name__ == "__main__":
    main()
