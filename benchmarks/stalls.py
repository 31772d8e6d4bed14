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

import napari
import numpy as np
import psutil
from open_case import make_study
from qtpy.QtCore import QEventLoop, QStandardPaths, Qt, QTimer

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
    film = sample_data_dir() / "images"
    viewer.open(sorted(film.glob("*.dcm"))[0], plugin=PLUGIN)
    _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, "Measure BMD")
    rest_until_loaded()
    [layer] = session_of(viewer).films()
    with heart.beating():
        dock.bar.button.click()
        wait(lambda: session_of(viewer).measurement(layer) is not None)
        rest(0.5)


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
    """The workbench goes from case to case, some not read ahead."""
    from napari_hipbmd.plugin.workbench.dock import WorkbenchWidget

    study = make_study(folder / "study", "DICOM, JPEG 2000", 5)
    dock = WorkbenchWidget(viewer)
    viewer.window.add_dock_widget(dock, name="Landmark workbench")
    dock.studies.annotator.setEditText("anna")
    dock.open_study(study.folder)
    rest_until_loaded()
    key = viewer.window._qt_viewer._key_map_handler.press_key
    with heart.beating():
        for _ in study.cases[1:]:
            key("E")
            rest(0.2)


SCENES: dict[str, Callable[[Any, Path, Heartbeat], None]] = {
    "The program starts: its first dock": first_dock,
    "Measure, for the first time": measure,
    "Validate, 24 films": validate,
    "Open study, six films": open_study,
    "A case opens, JPEG 2000": open_case,
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
