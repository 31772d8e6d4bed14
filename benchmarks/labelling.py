"""Actions and seconds a film: the trial of ``docs/annotating.md``.

    scripts/with_display.sh .venv/bin/python benchmarks/labelling.py [--write]

A scripted person labels the sample films in a real window with nothing but keys, clicks
and drags that Qt delivers to the canvas: first a film whose predictions are accepted,
then one of which four are corrected, then one without any predictions. An action is one
key, one click or one drag. *Window* is the time from the first action until the next
film is drawn. *Person* is an estimate by the keystroke-level model (Card, Moran and
Newell 1980): 0.28 s a key, 1.1 s to point, 0.1 s to press or let go, 1.35 s to make up
one's mind once a film and once a landmark that is placed or corrected. Nobody's time
was taken.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import napari
import numpy as np
from qtpy.QtCore import QPoint, QStandardPaths, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.files import write_text_atomic
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.plugin.workbench.dock import WorkbenchWidget
from napari_hipbmd.plugin.workbench.opened.predicting import Predictor
from napari_hipbmd.study import FilmFacts, Label, Labels, Study
from napari_hipbmd.study.labelling.predictions import write_predictions

KEY_S, POINT_S, BUTTON_S, MIND_S = 0.28, 1.1, 0.1, 1.35
CORRECTED = ("T3", "I2", "N6", "I4")
"""Four landmarks that lie apart from each other and are tied to none."""
PAGE = Path(__file__).parents[1] / "docs" / "annotating.md"
BEGIN, END = "<!-- trial -->\n", "<!-- end of trial -->\n"


class Person:
    """Works with keys and mouse, and counts what it does."""

    def __init__(self, dock: WorkbenchWidget, viewer: Any) -> None:
        self.dock, self.viewer = dock, viewer
        self._canvas = viewer.window._qt_viewer.canvas.native
        self.keys = self.clicks = self.drags = self.decisions = 0

    @property
    def actions(self) -> int:
        """Keys, clicks and drags."""
        return self.keys + self.clicks + self.drags

    @property
    def seconds(self) -> float:
        """By the keystroke-level model."""
        return (
            self.keys * KEY_S
            + self.clicks * (POINT_S + 2 * BUTTON_S)
            + self.drags * (2 * POINT_S + 2 * BUTTON_S)
            + self.decisions * MIND_S
        )

    def key(self, key: Qt.Key) -> None:
        """Press a key over the film."""
        self.keys += 1
        self._canvas.setFocus()
        QTest.keyClick(self._canvas, key)
        draw()

    def click(self, xy: tuple[float, float]) -> None:
        """Click on a pixel of the film."""
        self.clicks += 1
        at = self._on_canvas(xy)
        QTest.mouseClick(self._canvas, Qt.MouseButton.LeftButton, pos=at)
        draw()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press at one pixel of the film, and let go at another."""
        self.drags += 1
        a, b = self._on_canvas(start), self._on_canvas(end)
        QTest.mousePress(self._canvas, Qt.MouseButton.LeftButton, pos=a)
        for step in (0.5, 1.0):
            between = a + QPoint(*(round(step * v) for v in ((b - a).toTuple())))
            QTest.mouseMove(self._canvas, between)
            draw()
        QTest.mouseRelease(self._canvas, Qt.MouseButton.LeftButton, pos=b)
        draw()

    def _on_canvas(self, xy: tuple[float, float]) -> QPoint:
        """Where a pixel of the film is on the screen."""
        camera = self.viewer.scene.camera
        world = np.array(self.dock.case_view.film.data_to_world(xy[::-1]))
        row, column = (world - np.array(camera.center[-2:])) * camera.zoom
        return QPoint(
            round(self._canvas.width() / 2 + column),
            round(self._canvas.height() / 2 + row),
        )


def draw() -> None:
    """Let the window do and draw what an action asks of it."""
    for _ in range(3):
        QApplication.processEvents()


def truth(person: Person) -> dict[str, tuple[float, float]]:
    """Where the landmarks of the open film truly are."""
    work = person.dock.work
    known = Study.open(work.study.folder).truth(work.case_id, with_sto=False)
    assert known is not None
    places = zip(LANDMARK_IDS, known.landmarks_xy, strict=True)
    return {name: (float(x), float(y)) for name, (x, y) in places}


def accept(person: Person) -> None:
    """The predictions are right: one key."""
    person.decisions += 1
    person.key(Qt.Key.Key_Return)


def correct_four(person: Person) -> None:
    """Four predictions are dragged to their place, the others accepted."""
    editor, places = person.dock.work.editor, truth(person)
    for name in CORRECTED:
        person.decisions += 1
        person.drag(editor.predicted.landmarks[name].xy, places[name])
        assert editor.labels.landmarks[name].moved_px > 2, name
    accept(person)


def place_all(person: Person) -> None:
    """No predictions: each landmark is clicked; tied ones come along."""
    editor, places = person.dock.work.editor, truth(person)
    while name := next(iter(editor.labels.missing), ""):
        person.decisions += 1
        person.click(places[editor.current])
        assert name not in editor.labels.missing, name
    person.decisions += 1
    person.key(Qt.Key.Key_S)


TRIALS: dict[str, Callable[[Person], None]] = {
    "all predictions accepted": accept,
    "four corrected, the others accepted": correct_four,
    "no predictions, all placed": place_all,
}


def make_study(folder: Path) -> Study:
    """The sample films; predictions 8 pixels off on all but the third."""
    shutil.copytree(sample_data_dir(), folder)
    study = Study.open(folder)
    for i, case in enumerate(study.cases):
        known = study.truth(case.case_id, with_sto=False)
        assert known is not None
        if i == 2:
            continue
        off = np.array([12.0, -9.0])
        landmarks = {
            name: Label(tuple(xy), source="model", predicted_xy=tuple(xy), sigma_mm=2.0)
            for name, xy in zip(LANDMARK_IDS, known.landmarks_xy + off, strict=True)
        }
        facts = FilmFacts(side=case.side)
        write_predictions(folder, Labels(case.case_id, "model", landmarks, film=facts))
    return study


def rows(study: Study) -> list[str]:
    """Label one film after the other; gives the table's lines."""
    viewer = napari.Viewer(title="napari-hipbmd")
    viewer.window.resize(1280, 775)
    dock = WorkbenchWidget(viewer)
    viewer.window.add_dock_widget(dock, name="Landmark workbench")
    dock.studies.annotator.setEditText("anna")
    dock.open_study(study.folder)
    for _ in range(50):
        draw()
    found = []
    for name, trial in TRIALS.items():
        person, case_id = Person(dock, viewer), dock.work.case_id
        for _ in range(20):
            draw()
        start = perf_counter()
        trial(person)
        took = perf_counter() - start
        assert dock.work.queue.entry(case_id).status == "done", name
        assert dock.work.case_id != case_id, name
        found.append(
            f"| {name} | {person.actions} | {person.keys} | {person.clicks} |"
            f" {person.drags} | {took:.1f} s | {person.seconds:.0f} s |"
        )
    viewer.close()
    return found


def main() -> None:
    """Play the three trials; print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/annotating.md")
    arguments = parser.parse_args()
    QStandardPaths.setTestModeEnabled(True)  # nobody's own settings are touched
    Predictor.predict_ahead = lambda self, names: None  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        lines = rows(make_study(Path(folder) / "study"))
    where = (
        f"napari {napari.__version__}, Python {platform.python_version()},"
        f" {platform.machine()}, no graphics card:\n"
    )
    heading = "| a film with | actions | keys | clicks | drags | window | person |"
    table = "\n".join([where, heading, "|---|---|---|---|---|---|---|", *lines])
    print(table)
    if arguments.write:
        page = PAGE.read_text("utf-8")
        before, rest = page.split(BEGIN)
        _, after = rest.split(END)
        write_text_atomic(PAGE, f"{before}{BEGIN}{table}\n{END}{after}")


if __name__ == "__main__":
    main()
