"""How long the window is blocked while somebody works.

    scripts/with_display.sh .venv/bin/python benchmarks/stalls.py

A timer in the window beats every 10 ms while somebody works, each scene in a new
process, so that whatever is loaded late is loaded in it. A gap between two beats is a
time in which the window could neither draw nor answer.

On a computer that is busy with other things most of a gap is waiting for a processor.
So beside the clock stands what this program worked in the gap, all its threads
together, on the processor: with a processor to itself the window would have been
blocked no longer than that. *Own* is the share of the window's own thread; the rest is
threads that kept Python's lock from it, or worked beside it.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any
from unittest.mock import patch

import napari
import numpy as np
import psutil
from open_case import make_study
from qtpy.QtCore import QEventLoop, QStandardPaths, Qt, QTimer
from qtpy.QtWidgets import QDoubleSpinBox, QFileDialog

from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.study import Study, write_cases

PLUGIN = "napari-hipbmd"
BEAT_MS, LIMIT_MS = 10, 100
LONGEST_S = 300


class Heartbeat:
    """Beats in the window's thread and keeps the gaps between two beats.

    Attributes
    ----------
    gaps
        Milliseconds on the clock, of work of the whole program, and of work of the
        window's own thread.
    """

    def __init__(self) -> None:
        self.gaps: list[tuple[float, float, float]] = []
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._on_beat)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat meanwhile; the last gap ends with it."""
        self._last = _clocks()
        self._timer.start()
        yield
        self._on_beat()
        self._timer.stop()

    def _on_beat(self) -> None:
        now = _clocks()
        clock, program, own = (
            1000 * (a - b) for a, b in zip(now, self._last, strict=True)
        )
        self._last = now
        self.gaps.append((clock, program, own))


def _clocks() -> tuple[float, float, float]:
    return perf_counter(), process_time(), thread_time()


def wait(ready: Callable[[], bool]) -> None:
    """Let the window live until something is so."""
    loop, start = QEventLoop(), perf_counter()
    asking = QTimer()
    asking.setInterval(BEAT_MS)

    def ask() -> None:
        if ready() or perf_counter() - start > LONGEST_S:
            loop.quit()

    asking.timeout.connect(ask)
    asking.start()
    loop.exec()
    if not ready():
        raise SystemExit("It took too long.")


def rest(seconds: float) -> None:
    """Let the window live for a while."""
    until = perf_counter() + seconds
    wait(lambda: perf_counter() > until)


def first_dock(viewer: Any, folder: Path, heart: Heartbeat) -> None:
    """The first dock of an afternoon: torch and the networks are loaded behind it."""
    with heart.beating():
        viewer.window.add_plugin_dock_widget(PLUGIN, "Measure BMD")
        rest_until_loaded()


def rest_until_loaded() -> None:
    """Let the window live until nothing more is loaded beforehand."""
    rest(2)
    wait(lambda: all(thread.name != "beforehand" for thread in threading.enumerate()))


def measure(viewer: Any, folder: Path, heart: Heartbeat) -> None:
    """The first *Measure* of an afternoon."""
    dock = measure_dock(viewer)
    with heart.beating():
        press_measure(viewer, dock)


def measure_again(viewer: Any, folder: Path, heart: Heartbeat) -> None:
    """*Measure* of a film that has been measured."""
    dock = measure_dock(viewer)
    press_measure(viewer, dock)
    with heart.beating():
        press_measure(viewer, dock)


def measure_dock(viewer: Any) -> Any:
    """The dock *Measure BMD* with a sample film."""
    film = sample_data_dir() / "images"
    viewer.open(sorted(film.glob("*.dcm"))[0], plugin=PLUGIN)
    _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, "Measure BMD")
    rest_until_loaded()
    return dock


def press_measure(viewer: Any, dock: Any) -> None:
    """Measure the film, and look at it for a moment."""
    session = session_of(viewer)
    [layer] = session.films()
    before = session.measurement(layer)
    dock.bar.button.click()
    wait(lambda: session.measurement(layer) is not before)
    rest(0.5)


def report(viewer: Any, folder: Path, heart: Heartbeat) -> None:
    """A measured hip is saved as a page."""
    dock = measure_dock(viewer)
    press_measure(viewer, dock)
    page = folder / "hip.html"
    button = dock.report_button
    named = patch.object(QFileDialog, "getSaveFileName", lambda *_: (str(page), ""))
    with named, heart.beating():
        button.click()
        wait(button.isEnabled)
        rest(0.5)
    assert page.is_file()


def train(viewer: Any, folder: Path, heart: Heartbeat) -> None:
    """*Train* of *Enhancement*: three epochs on the sample films."""
    _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, "Enhancement")
    dock.tabs.setCurrentWidget(dock.tabs.widget(0))
    form = dock.train.form
    form.add(sample_data_dir())
    form.choose_out(folder)
    form.options.show_values({"epochs": 3, "device": "cpu"})
    rest_until_loaded()
    with heart.beating():
        dock.train.start.click()
        wait(lambda: not dock.train.cancel.isEnabled())
        rest(0.5)
    assert "Done" in dock.train.note.text(), dock.train.note.text()


def pairs(viewer: Any, folder: Path, heart: Heartbeat) -> None:
    """*Make pairs*: a film is marked, a pair looked at, ten are written."""
    films = folder / "films"
    shutil.copytree(sample_data_dir(), films)
    _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, "Make pairs")
    rest_until_loaded()
    with heart.beating():
        dock.films.choose_folder(films)
        wait(lambda: not dock.bar.is_running)
        dock.panel.who.setText("anna")
        table = dock.films.table
        for number in range(2):
            table.selectRow(number)
            rest(0.5)
            dock.panel.propose_button.click()
            wait(lambda: not dock.bar.is_running)
            draw_box(dock)
            (dock.panel.even_button, dock.panel.uneven_button)[number].click()
            rest(0.5)
        dock.form.preview_button.click()
        wait(lambda: "film − STO" in dock.bar.note.text())
        dock.form.out_field.line.setText(str(folder / "pairs"))
        dock.form.out_field.line.editingFinished.emit()
        dock.form.count.setValue(10)
        for i, share in enumerate((1, 0, 0)):
            dock.form.findChild(QDoubleSpinBox, f"pair_split_{i}").setValue(share)
        dock.bar.button.click()
        wait(lambda: not dock.bar.is_running)
        rest(0.5)
    assert "10 pairs" in dock.bar.note.text(), dock.bar.note.text()


def draw_box(dock: Any) -> None:
    """An STO box in an upper corner of the film, on the side away from the pelvis."""
    layers = dock._editor.layers
    rows, columns = layers.mask.data.shape
    left = 0.03 if dock._editor.film.side == "R" else 0.83
    low, high = (0.03 * rows, left * columns), (0.2 * rows, (left + 0.14) * columns)
    layers.tissue.add_rectangles([[low, high]])


def validate(viewer: Any, folder: Path, heart: Heartbeat) -> None:
    """*Validate* over twenty-four rows: each sample film four times."""
    study = folder / "study"
    shutil.copytree(sample_data_dir(), study)
    rows = [
        replace(case, case_id=f"{case.case_id}-{i}")
        for i in range(4)
        for case in Study.open(study).cases
    ]
    write_cases(study, rows)
    _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, "Validate")
    dock.study.choose(study)
    dock.form.show_values({"folds": 3, "samples": 200})
    rest_until_loaded()
    with heart.beating():
        dock.bar.button.click()
        wait(lambda: not dock.bar.is_running)
        rest(0.5)
    assert dock.tabs.validation is not None, dock.bar.note.text()


def open_study(viewer: Any, folder: Path, heart: Heartbeat) -> None:
    """Six large films are opened at once by *Open study*."""
    study = make_study(folder / "study", "JPEG", 6).folder
    _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, "Open study")
    rest_until_loaded()
    with heart.beating():
        dock.list_folder(study)
        wait(lambda: dock.bar.button.isEnabled())
        dock.bar.button.click()
        wait(lambda: not dock.bar.is_running)
        rest(0.5)


def open_case(viewer: Any, folder: Path, heart: Heartbeat) -> None:
    """The workbench opens a study and goes from case to case, some not read ahead."""
    from napari_hipbmd.plugin.workbench.dock import WorkbenchWidget

    study = make_study(folder / "study", "DICOM, JPEG 2000", 5)
    dock = WorkbenchWidget(viewer)
    viewer.window.add_dock_widget(dock, name="Landmark workbench")
    dock.studies.annotator.setEditText("anna")
    rest_until_loaded()
    key = viewer.window._qt_viewer._key_map_handler.press_key
    with heart.beating():
        dock.open_study(study.folder)
        for _ in study.cases[1:]:
            key("E")
            rest(0.2)


SCENES: dict[str, Callable[[Any, Path, Heartbeat], None]] = {
    "The program starts: its first dock": first_dock,
    "Measure, for the first time": measure,
    "Measure again": measure_again,
    "A report is saved": report,
    "Validate, 24 films": validate,
    "Open study, six films": open_study,
    "A study and its cases open, JPEG 2000": open_case,
    "Make pairs": pairs,
    "Train, three epochs": train,
}


def play(name: str) -> None:
    """One scene in this process; prints a line of the table."""
    QStandardPaths.setTestModeEnabled(True)  # nobody's own settings are touched
    viewer = napari.Viewer(title="napari-hipbmd")
    viewer.window.resize(1400, 900)
    heart = Heartbeat()
    with tempfile.TemporaryDirectory() as folder:
        rest(1)
        start = perf_counter()
        SCENES[name](viewer, Path(folder), heart)
        took = perf_counter() - start
        viewer.close()
    clock, program, own = np.array(heart.gaps).T
    blocked = np.minimum(clock, program)
    longest = int(blocked.argmax())
    cells = [
        name,
        f"{took:.0f} s",
        f"{clock.max():.0f}",
        f"{(clock > LIMIT_MS).sum()}",
        f"{blocked[longest]:.0f}",
        f"{own[longest]:.0f}",
        f"{(blocked > LIMIT_MS).sum()}",
    ]
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Play every scene, each in a process of its own, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", choices=SCENES)
    arguments = parser.parse_args()
    if arguments.scene:
        play(arguments.scene)
        return
    load = psutil.getloadavg()[0] / (psutil.cpu_count() or 1)
    print(
        f"napari {napari.__version__}, Python {platform.python_version()},"
        f" {platform.machine()}, no graphics card; {load:.0f} programs a core; ms"
    )
    print(
        "\n| while | it takes | longest gap, clock | over 100 ms, clock |"
        " longest gap, work | own | over 100 ms, work |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    for name in SCENES:
        subprocess.run([sys.executable, __file__, "--scene", name], check=True)


if __name__ == "__main__":
    main()
