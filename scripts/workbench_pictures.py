"""Make the pictures of the landmark workbench: a real napari on the sample study.

    scripts/with_display.sh .venv/bin/python scripts/workbench_pictures.py [placing …]

Works on a copy of the sample data, predicted by the bundled networks. Two people label
it: the truth of the digital hips with a hand's spread stands in for them.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import napari
import numpy as np
from PIL import Image
from qtpy.QtCore import QStandardPaths
from qtpy.QtWidgets import QApplication

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.plugin.workbench.dock import WorkbenchWidget
from napari_hipbmd.plugin.workbench.opened.predicting import Predictor
from napari_hipbmd.study import FilmFacts, Labels, Study
from napari_hipbmd.study.labelling import edits
from napari_hipbmd.study.queue import Queue
from napari_hipbmd.tasks.predict import prelabel_study

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
SIZE = (1400, 900)
SPREAD_MM = {"anna": 0.6, "ben": 1.1}


def workbench(dock: Any, viewer: Any) -> None:
    """The queue of an afternoon, and a film with everything that it opens with."""
    dock.tabs.setCurrentWidget(dock.cases)


def placing(dock: Any, viewer: Any) -> None:
    """Predictions of the neck are accepted; the next landmark waits for its place."""
    go(dock, 3)
    editor = dock.work.editor
    editor.accept(LANDMARK_IDS[:5])
    x, y = editor.labels.landmarks["N2"].xy
    editor.place((x + 3, y - 4), "N2")
    editor.select("N6")
    dock.tabs.setCurrentWidget(dock.landmarks)


def magnifier(dock: Any, viewer: Any) -> None:
    """A landmark is centred at ten screen pixels a pixel of the film."""
    go(dock, 0)
    dock.tabs.setCurrentWidget(dock.landmarks)
    dock.work.editor.select("I4")
    dock.landmarks.zoom.setValue(10)
    settle()


def observers(dock: Any, viewer: Any) -> None:
    """Another observer over the own labels, the worst landmark first."""
    go(dock, 1)
    dock.tabs.setCurrentWidget(dock.observers)
    dock.observers.other.setCurrentText("ben")
    settle()
    dock.observers.table.cellClicked.emit(0, 0)
    dock.case_view.fit()


def consensus(dock: Any, viewer: Any) -> None:
    """What two people are close on is settled by the mean; one is being settled."""
    observers(dock, viewer)
    dock.observers.consensus.settle.click()
    settle()
    dock.observers.consensus.close_means.click()
    settle()
    dock.work.editor.next_missing()


def conflict(dock: Any, viewer: Any) -> None:
    """The same labels were changed in another window."""
    go(dock, 1)
    study, case_id = dock.work.study, dock.work.case_id
    with study.open_case("anna", case_id) as elsewhere:
        for name, by in (("T2", (9, -6)), ("N6", (-8, 3))):
            x, y = elsewhere.state.landmarks[name].xy
            there = (x + by[0], y + by[1])
            elsewhere.apply(edits.place(elsewhere.state, name, there, "anna"))
    dock.work.editor.look_at_disk()
    settle()


SCENES: dict[str, Callable[[Any, Any], None]] = {
    "workbench": workbench,
    "placing": placing,
    "magnifier": magnifier,
    "observers": observers,
    "consensus": consensus,
    "conflict": conflict,
}


def go(dock: Any, number: int) -> None:
    """Open a case of the study."""
    dock.work.open_case(dock.work.study.cases[number].case_id)
    settle()


def make_study(folder: Path) -> Study:
    """The sample study, predicted, and labelled in part by two people."""
    shutil.copytree(sample_data_dir(), folder)
    study = Study.open(folder)
    prelabel_study(study, study.cases)
    rng = np.random.default_rng(1)
    for who, count in (("anna", 3), ("ben", 4)):
        for case in study.cases[:count]:
            study.write_labels(hand(study, case.case_id, who, rng))
    queue = Queue(study, "anna")
    queue.set_status(study.cases[0].case_id, "done")
    queue.set_status(study.cases[2].case_id, "second look")
    queue.set_note(study.cases[2].case_id, "osteophyte at the head's lower lip")
    return study


def hand(study: Study, case_id: str, who: str, rng: np.random.Generator) -> Labels:
    """Labels as a hand places them: the truth with a spread, points tied."""
    case, truth = study.case(case_id), study.truth(case_id, with_sto=False)
    predicted = study.predictions(case_id)
    assert truth is not None and predicted is not None
    film = FilmFacts.of(read_film(case.image), case.side, predicted.film.box)
    assert film.spacing_mm is not None
    labels = Labels(case_id, who, film=film)
    for name, xy in zip(LANDMARK_IDS, truth.landmarks_xy, strict=True):
        if name in labels.landmarks:
            continue  # tied to one that is there
        off = rng.normal(0, SPREAD_MM[who] / film.spacing_mm[1], 2)
        labels = edits.place(labels, name, tuple(xy + off), who).applied_to(labels)
    unsure = replace(labels.landmarks["I4"], state="occluded")
    return replace(labels, landmarks={**labels.landmarks, "I4": unsure})


def save(viewer: Any, path: Path) -> None:
    """The window as it is on the screen, with any dialog before it."""
    window = viewer.window._qt_window
    shown = window.screen().grabWindow(0, *_rectangle(window)).toImage()
    shown.save(str(path))
    with Image.open(path) as image:
        # The two lowest bits of a film are noise that nobody sees.
        quiet = Image.fromarray(np.asarray(image.convert("RGB")) & 0xFC)
    quiet.save(path, optimize=True)
    if path.stat().st_size > 300_000:
        quiet.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path, path.stat().st_size)


def _rectangle(window: Any) -> tuple[int, int, int, int]:
    frame = window.frameGeometry()
    return frame.x(), frame.y(), frame.width(), frame.height()


def settle() -> None:
    """Let Qt draw everything that is still to be drawn."""
    for _ in range(30):
        QApplication.processEvents()
        sleep(0.01)


def main() -> None:
    """Take the pictures that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", help=f"of {', '.join(SCENES)}")
    parser.add_argument("--out", type=Path, default=PICTURES)
    arguments = parser.parse_args()
    QStandardPaths.setTestModeEnabled(True)  # nobody's own settings are touched
    Predictor.predict_ahead = lambda self, names: None  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        first = make_study(Path(folder) / "first")
        for name in arguments.scenes or SCENES:
            copy = Path(folder) / name / "hips"
            shutil.copytree(first.folder, copy)
            take(copy, SCENES[name], arguments.out / f"{name}.png")


def take(study: Path, scene: Callable[[Any, Any], None], out: Path) -> None:
    """One picture, in a window of its own."""
    viewer = napari.Viewer(title="napari-hipbmd")
    viewer.window.resize(*SIZE)
    viewer.window._qt_window.move(0, 0)
    dock = WorkbenchWidget(viewer)
    viewer.window.add_dock_widget(dock, name="Landmark workbench")
    settle()
    dock.studies.annotator.setEditText("anna")
    dock.open_study(study)
    settle()
    scene(dock, viewer)
    settle()
    save(viewer, out)
    viewer.close()


if __name__ == "__main__":
    main()
