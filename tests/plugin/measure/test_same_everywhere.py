"""One film gives the same numbers and flags, wherever it is measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.layers import Image as ImageLayer
from PIL import Image
from qtpy.QtWidgets import QDoubleSpinBox

from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.core.measurement_json import (
    measurement_as_json,
    measurement_from_json,
)
from napari_hipbmd.core.threads import one_thread
from napari_hipbmd.dicom import open_film, read_film
from napari_hipbmd.pipeline import measure
from napari_hipbmd.plugin.viewer.films import film_layer
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.runs.jobs import Options
from napari_hipbmd.runs.measuring import measure_path

from .test_dock import Dock

SPACING_MM = 0.31
OTHER = {"case_id", "image", "seconds", "made_with"}


@pytest.fixture
def picture(sample_study: Any, tmp_path: Path) -> Path:
    """A film as PNG: nobody knows how large a pixel is."""
    grey = read_film(sample_study.cases[1].image).grey()
    path = tmp_path / "film.png"
    Image.fromarray(np.round(grey.clip(0, 1) * 65535).astype(np.uint16)).save(path)
    return path


def told(measurement: Measurement) -> dict[str, Any]:
    """Everything but names, times, and what a loose film was measured with."""
    found = measurement_as_json(measurement)
    return {k: v for k, v in found.items() if k not in OTHER}


def test_the_command_line_the_library_and_enhance_agree(
    picture: Path, hipbmd: Any, tmp_path: Path
) -> None:
    options = ("--spacing-mm", SPACING_MM, "--side", "L")
    line = hipbmd("measure", picture, *options, "--json", "-")
    (said,) = json.loads(line.out)
    (library,) = measure_path(picture, Options("L", spacing_mm=SPACING_MM))
    assert told(measurement_from_json(said)) == told(library)
    film = read_film(picture).with_typed_spacing(SPACING_MM)
    assert told(measure(film, side="L")) == told(library)
    assert "spacing" not in {flag.code for flag in library.flags}
    assert hipbmd("enhance", picture, *options, "--out", tmp_path / "out").status == 0
    (card,) = (tmp_path / "out").rglob("film.json")
    flags = json.loads(card.read_text("utf-8"))["flags"]
    assert not [text for text in flags if "spacing" in text]


def test_several_threads_give_the_numbers_of_one(picture: Path) -> None:
    film = read_film(picture)
    with one_thread():
        alone = told(measure(film, side="L"))
    assert told(measure(film, side="L")) == alone


def test_the_dock_agrees(picture: Path, viewer: Any, qtbot: Any) -> None:
    data, facts, _ = film_layer(open_film(picture), side="L")
    layer = viewer.add_layer(ImageLayer(data, **facts))
    dock = Dock(viewer, qtbot)
    dock.find(QDoubleSpinBox, "spacing").setValue(SPACING_MM)
    dock.press("measure")
    session = session_of(viewer)
    qtbot.waitUntil(lambda: session.measurement(layer) is not None)
    (library,) = measure_path(picture, Options("L", spacing_mm=SPACING_MM))
    assert told(session.measurement(layer)) == told(library)
