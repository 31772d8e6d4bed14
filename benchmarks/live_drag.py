"""How fast the numbers follow a dragged landmark: the figures of ``docs/live.md``.

    scripts/with_display.sh .venv/bin/python benchmarks/live_drag.py [--events 500]

Opens napari on a film of 2688 × 2308 pixels with the dock *Measure BMD*, presses the
mouse on one landmark after the other and moves it about. An event goes the way that a
person's does: Qt → canvas → napari → points layer → session → dock. The clock runs from
the event until the dock's table shows the new numbers. What is drawn afterwards is
outside of it: that is napari's and the graphics card's time, and is told beside it.
"""

from __future__ import annotations

import argparse
import platform
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep, thread_time
from typing import Any

import napari
import numpy as np
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication
from scipy.ndimage import zoom

from napari_hipbmd import pipeline
from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.files import write_text_atomic
from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.core.radiograph import HipBox, Radiograph
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.plugin.measure.demo import show_measurement
from napari_hipbmd.plugin.viewer.camera import frame_hip
from napari_hipbmd.plugin.viewer.place import Place
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.study import Study

FRAME_MS = 1000 / 60
ROWS, COLUMNS = 2688, 2308
FILMS = {"a film of the pelvis": 0.16, "the hip fills the film": 0.0634}
"""Film → pixel spacing in mm. The second is the harder: every region is larger."""
MOVES = 25  # of one drag
REACH_MM = 6.0
PAGE = Path(__file__).parents[1] / "docs" / "live.md"
BEGIN, END = "<!-- benchmark -->\n", "<!-- end of benchmark -->\n"


@dataclass
class Times:
    """Milliseconds of each event; ``cpu`` is the main thread's own work."""

    numbers: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    napari: list[float] = field(default_factory=list)
    drawn: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    everything: list[float] = field(default_factory=list)


def large_film(spacing_mm: float) -> tuple[Radiograph, HipBox]:
    """A sample hip in the middle of a large film, and the box around it."""
    case = Study.open(sample_data_dir()).cases[2]
    small = read_film(case.image)
    assert small.spacing_mm is not None
    factor = min(small.spacing_mm[1] / spacing_mm, COLUMNS / small.shape[1])
    hip = zoom(small.pixels, factor, order=1, grid_mode=True, mode="nearest")
    room = np.subtract((ROWS, COLUMNS), hip.shape)
    y0, x0 = room // 2
    pixels = np.pad(hip, [(y0, room[0] - y0), (x0, room[1] - x0)], mode="edge")
    film = replace(
        small,
        pixels=np.ascontiguousarray(pixels, dtype=np.float32),
        spacing_mm=(small.spacing_mm[0] / factor, small.spacing_mm[1] / factor),
        side=case.side,
        patient=case.patient,
        case_id=case.case_id,
    )
    rows, columns = hip.shape
    box = HipBox(x0 - 0.5, y0 - 0.5, x0 + columns - 0.5, y0 + rows - 0.5)
    return film, box


class Hand:
    """A person's mouse on a measured film."""

    def __init__(self, measurement: Measurement) -> None:
        self.viewer = napari.Viewer(title="napari-hipbmd")
        self.viewer.window.resize(1400, 900)
        self.dock = show_measurement(self.viewer, measurement)
        self.session = session_of(self.viewer)
        self.film = self.session.films()[0]
        self.points = self.session.result(self.film, "landmarks")
        for _ in range(80):
            QApplication.processEvents()
        frame_hip(self.viewer, Place.of(self.film), measurement)
        QApplication.processEvents()
        self._native = self.viewer.window._qt_viewer.canvas.native
        self.moved = self.answered = 0
        self.points.events.features.connect(self._on_moved)
        self.session.measured.connect(self._on_answered)

    def drag(self, landmark: str, moves: int, rng: np.random.Generator) -> Any:
        """Press on a landmark, move it about, let go; yields where the mouse goes."""
        row = list(self.points.features["id"]).index(landmark)
        at = self._on_canvas(self.points.data_to_world(self.points.data[row]))
        QTest.mousePress(self._native, Qt.MouseButton.LeftButton, pos=at)
        QApplication.processEvents()
        turn = rng.uniform(0, 2 * np.pi)
        place = at
        for step in range(1, moves + 1):
            turn += 0.5
            reach = REACH_MM * self.viewer.scene.camera.zoom * step / moves
            place = at + QPoint(
                round(reach * np.cos(turn)), round(reach * np.sin(turn))
            )
            yield place
        QTest.mouseRelease(self._native, Qt.MouseButton.LeftButton, pos=place)
        for _ in range(5):
            QApplication.processEvents()

    def time_move(self, place: QPoint, times: Times) -> None:
        """Move the mouse and wait until the dock has answered and all is drawn."""
        before = self.session.measurement(self.film)
        self.answered = 0.0
        start, cpu = perf_counter(), thread_time()
        QTest.mouseMove(self._native, place)
        while not self.answered:
            QApplication.processEvents()
            if perf_counter() - start > 5:
                raise SystemExit("No answer to a moved landmark.")
        times.numbers.append(1000 * (self.answered - start))
        times.cpu.append(1000 * (self._answered_cpu - cpu))
        times.napari.append(1000 * (self._moved_cpu - cpu))
        for _ in range(2):
            QApplication.processEvents()
        times.drawn.append(1000 * (perf_counter() - start))
        self._compare(before, times)
        sleep(FRAME_MS / 1000)

    def _compare(self, before: Measurement, times: Times) -> None:
        """The last step for what changed, and for everything: the same numbers."""
        shown = self.session.measurement(self.film)
        xy = shown.landmarks.xy
        found = []
        ways = [
            (before, times.changed),
            (replace(before, regions={}), times.everything),
        ]
        # The first finds the caches as drawing left them: each is first in turn.
        for start_from, spent in ways[:: -1 if len(times.changed) % 2 else 1]:
            start = thread_time()
            found.append(pipeline.remeasure(start_from, xy, moving=True))
            spent.append(1000 * (thread_time() - start))
        assert found[0].bmd_g_cm2 == found[1].bmd_g_cm2

    def _on_moved(self, event: Any) -> None:
        self._moved_cpu = thread_time()

    def _on_answered(self, film_layer: Any) -> None:
        self.answered, self._answered_cpu = perf_counter(), thread_time()

    def _on_canvas(self, world: np.ndarray) -> QPoint:
        canvas, camera = (
            self.viewer.window._qt_viewer.canvas,
            self.viewer.scene.camera,
        )
        row, column = (
            np.array(canvas.size) / 2
            + (np.asarray(world) - camera.center[-2:]) * camera.zoom
        )
        return QPoint(round(column), round(row))


def drive(spacing_mm: float, events: int, seed: int) -> tuple[Times, float]:
    """Drag landmarks of one film; also the milliseconds of measuring it anew."""
    film, box = large_film(spacing_mm)
    pipeline.measure(film, box=box)
    start = perf_counter()
    measurement = pipeline.measure(film, box=box)
    measure_ms = 1000 * (perf_counter() - start)
    hand, rng = Hand(measurement), np.random.default_rng(seed)
    for place in hand.drag("T5", 5, rng):
        hand.time_move(place, Times())
    times = Times()
    while (done := len(times.numbers)) < events:
        landmark = LANDMARK_IDS[done // MOVES % len(LANDMARK_IDS)]
        for place in hand.drag(landmark, min(MOVES, events - done), rng):
            hand.time_move(place, times)
    hand.viewer.close()
    return times, measure_ms


def rows_of(times: Times, measure_ms: float) -> list[str]:
    """The table's column of one film."""
    number, cpu = np.array(times.numbers), np.array(times.cpu)
    changed, everything = np.median(times.changed), np.median(times.everything)
    return [
        str(number.size),
        _spread(number),
        _spread(cpu),
        f"{np.median(cpu) / FRAME_MS:.0%} / {np.percentile(cpu, 95) / FRAME_MS:.0%}",
        f"{np.median(times.napari):.1f}",
        f"{changed:.1f} : {everything:.1f} = 1 : {everything / changed:.1f}",
        f"1 : {measure_ms / np.median(number):.0f} ({measure_ms:.0f} ms anew)",
        f"{np.median(times.drawn):.0f}",
    ]


NAMES = (
    "events",
    "event → numbers, wall clock, ms (median / 95 %)",
    "event → numbers, main thread's own work, ms (median / 95 %)",
    "… as a share of a 16.7 ms frame",
    "… of it napari's own handling of the mouse and the point, ms",
    "regions to BMD, ms: what changed : everything",
    "event → numbers : measuring the film anew, ms",
    "event → everything drawn, ms (software OpenGL)",
)


def _spread(values: np.ndarray) -> str:
    return f"{np.median(values):.1f} / {np.percentile(values, 95):.1f}"


def main() -> None:
    """Drive both films and write the table into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=PAGE)
    arguments = parser.parse_args()
    columns = []
    for spacing in FILMS.values():
        columns.append(rows_of(*drive(spacing, arguments.events, arguments.seed)))
    lines = ["| | " + " | ".join(f"{n}, {mm} mm" for n, mm in FILMS.items()) + " |"]
    lines.append("|---|" + "---|" * len(columns))
    for name, *cells in zip(NAMES, *columns, strict=True):
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    table = (
        f"{datetime.now(UTC):%Y-%m-%d}, napari {napari.__version__}, Python"
        f" {platform.python_version()}, {platform.machine()}, no graphics card:\n\n"
        + "\n".join(lines)
        + "\n"
    )
    print(table)
    if arguments.out.exists():
        page = arguments.out.read_text("utf-8")
        head, tail = page.split(BEGIN)[0], page.split(END)[1]
        write_text_atomic(arguments.out, f"{head}{BEGIN}{table}{END}{tail}")


if __name__ == "__main__":
    main()
