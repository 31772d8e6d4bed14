"""How long a case takes to open: the figures of ``docs/annotating.md``.

    scripts/with_display.sh .venv/bin/python benchmarks/open_case.py [--cases 12]

Makes a study of large films, each with a hip box, predictions and earlier labels, opens
the dock *Landmark workbench* in a real napari and presses the key for the next case.
*Open* ends when film, box, predictions, labels and regions are in the viewer and can be
worked on; *drawn* when the canvas has shown them, which without a graphics card is
mostly OpenGL in software. Once the next film has been read ahead, and once not. Own
work is the time on the processor, of every thread: on a computer that is busy with
other things the clock says more about them.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time, sleep

import napari
import numpy as np
import psutil
from openjpeg.utils import encode_array
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless
from qtpy.QtCore import QStandardPaths
from qtpy.QtWidgets import QApplication
from scipy.ndimage import zoom

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.dicom.write import FilmTags, write_film
from napari_hipbmd.plugin.workbench.dock import WorkbenchWidget
from napari_hipbmd.plugin.workbench.opened.predicting import Predictor
from napari_hipbmd.study import Case, FilmFacts, Label, Labels, Study, write_cases
from napari_hipbmd.study.labelling.predictions import write_predictions

ROWS, COLUMNS = 2688, 2308
SPACING_MM = (0.1, 0.1)
LIMIT_MS = 200


@dataclass
class Times:
    """Milliseconds of each opening; ``own`` is what the program's threads worked."""

    opened: list[float] = field(default_factory=list)
    opened_own: list[float] = field(default_factory=list)
    drawn: list[float] = field(default_factory=list)
    drawn_own: list[float] = field(default_factory=list)


def write_dicom(folder: Path, name: str, pixels: np.ndarray) -> str:
    """A 16-bit DICOM film, not compressed."""
    tags = FilmTags(name, side="L", bits_stored=16, pixel_spacing_mm=SPACING_MM)
    write_film(folder / f"{name}.dcm", pixels, tags)
    return f"images/{name}.dcm"


def write_jpeg2000(folder: Path, name: str, pixels: np.ndarray) -> str:
    """A 16-bit DICOM film as archives send it: lossless JPEG 2000."""
    write_dicom(folder, name, pixels)
    film = dcmread(folder / f"{name}.dcm")
    film.file_meta.TransferSyntaxUID = JPEG2000Lossless
    film.PixelData = encapsulate([encode_array(pixels, 16)])
    film["PixelData"].is_undefined_length = True
    film.save_as(folder / f"{name}.dcm")
    return f"images/{name}.dcm"


def write_png(folder: Path, name: str, pixels: np.ndarray) -> str:
    """A 16-bit PNG."""
    Image.fromarray(pixels).save(folder / f"{name}.png", compress_level=6)
    return f"images/{name}.png"


def write_jpeg(folder: Path, name: str, pixels: np.ndarray) -> str:
    """An 8-bit JPEG, as a phone or a public collection gives it."""
    Image.fromarray((pixels >> 8).astype(np.uint8)).save(
        folder / f"{name}.jpg", quality=92
    )
    return f"images/{name}.jpg"


KINDS: dict[str, Callable[[Path, str, np.ndarray], str]] = {
    "DICOM": write_dicom,
    "DICOM, JPEG 2000": write_jpeg2000,
    "JPEG": write_jpeg,
    "PNG": write_png,
}


def large_hip(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A sample hip on a film of 2688 × 2308 pixels of 16 bits, and its landmarks."""
    study = Study.open(sample_data_dir())
    case = study.cases[seed % len(study.cases)]
    small = read_film(case.image).grey()
    truth = study.truth(case.case_id, with_sto=False)
    assert truth is not None
    factor = COLUMNS * 0.7 / small.shape[1]
    hip = zoom(small, factor, order=1, grid_mode=True, mode="nearest")
    room = np.subtract((ROWS, COLUMNS), hip.shape)
    y0, x0 = room // 2
    film = np.pad(hip, [(y0, room[0] - y0), (x0, room[1] - x0)], mode="edge")
    # Noise: a film without any is packed and unpacked faster than a real one.
    noisy = film + np.random.default_rng(seed).normal(0, 0.004, film.shape)
    pixels = (np.clip(noisy, 0, 1) * 65535).astype(np.uint16)
    return pixels, (truth.landmarks_xy + 0.5) * factor - 0.5 + (x0, y0)


def make_study(folder: Path, kind: str, count: int) -> Study:
    """Films of one kind, each predicted and labelled."""
    images = folder / "images"
    images.mkdir(parents=True)
    cases, places = [], {}
    for i in range(count):
        pixels, places[f"film-{i:02d}"] = large_hip(i)
        image = KINDS[kind](images, f"film-{i:02d}", pixels)
        cases.append(Case(f"film-{i:02d}", Path(image), side="L"))
    write_cases(folder, cases)
    study = Study.open(folder)
    for case_id, xy in places.items():
        low, high = xy.min(axis=0) - 150, xy.max(axis=0) + 150
        film = FilmFacts((ROWS, COLUMNS), SPACING_MM, "L", HipBox(*low, *high))
        landmarks = {
            name: Label(
                (float(x), float(y)),
                source="model",
                predicted_xy=(float(x), float(y)),
                sigma_mm=2.0,
            )
            for name, (x, y) in zip(LANDMARK_IDS, xy, strict=True)
        }
        write_predictions(folder, Labels(case_id, "model", landmarks, film=film))
        study.write_labels(Labels(case_id, "anna", landmarks, film=film))
    return study


class Afternoon:
    """Somebody who goes from case to case."""

    def __init__(self, study: Study) -> None:
        self.viewer = napari.Viewer(title="napari-hipbmd")
        self.viewer.window.resize(1400, 900)
        self.dock = WorkbenchWidget(self.viewer)
        self.viewer.window.add_dock_widget(self.dock, name="workbench")
        self.dock.studies.annotator.setEditText("anna")
        self.dock.open_study(study.folder)
        # The first one makes napari's layers; it is the start of an afternoon.
        self.dock.work.open_case(study.cases[0].case_id)
        self._settle()

    def next(self, times: Times, ahead: bool) -> None:
        """Press the key for the next case."""
        work = self.dock.work
        assert work.queue is not None and work._loader is not None
        following = work.queue.next(work.case_id)
        assert following is not None
        if ahead:
            while not work.is_ready(following):
                self._settle()
        else:
            work._loader.read_ahead([])
            self._settle()
        start, own = perf_counter(), own_seconds()
        self.viewer.window._qt_viewer._key_map_handler.press_key("E")
        times.opened.append(1000 * (perf_counter() - start))
        times.opened_own.append(1000 * (own_seconds() - own))
        QApplication.processEvents()
        times.drawn.append(1000 * (perf_counter() - start))
        times.drawn_own.append(1000 * (own_seconds() - own))
        assert work.case_id == following
        for kind in ("film", "box", "predictions", "labels", "label_regions"):
            layer = work.case_view.layer(kind)
            assert layer is not None and len(layer.data), kind

    def rest_until_read(self) -> None:
        """Look at the film until the next one has been read."""
        work = self.dock.work
        following = work.queue.next(work.case_id) if work.queue is not None else None
        self._settle()
        while following is not None and not work.is_ready(following):
            self._settle()

    def _settle(self) -> None:
        for _ in range(20):
            QApplication.processEvents()
            sleep(0.005)


def time_kind(kind: str, count: int) -> None:
    """Print the table's lines for one kind of film."""
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(Path(folder) / "study", kind, count)
        for ahead in (True, False):
            someone, times = Afternoon(study), Times()
            for _ in range(count - 1):
                someone.next(times, ahead)
            someone.viewer.close()
            read = "read ahead" if ahead else "not read ahead"
            cells = " | ".join(map(_spread, vars(times).values()))
            print(f"| {kind} | {read} | {count - 1} | {cells} |", flush=True)


def time_queue(count: int) -> None:
    """Print what a person waits for in a queue of many small films."""
    with tempfile.TemporaryDirectory() as folder:
        study = make_queue(Path(folder) / "study", count)
        someone = Afternoon(study)
        dock, key = someone.dock, someone.viewer.window._qt_viewer._key_map_handler
        steps: dict[str, Callable[[], object]] = {
            "the study is opened": lambda: dock.open_study(study.folder),
            "the next case": lambda: key.press_key("E"),
            "a case is marked done": lambda: key.press_key("S"),
            "a filter is typed": lambda: dock.cases.search.setText("film-19"),
            "the filter is cleared": lambda: dock.cases.search.setText(""),
        }
        print(f"\n| of {count} cases | ms | own work |\n|---|---|---|")
        for name, step in steps.items():
            times, own_times = [], []
            for _ in range(1 if "study" in name else 5):
                someone.rest_until_read()
                start, own = perf_counter(), own_seconds()
                step()
                times.append(1000 * (perf_counter() - start))
                own_times.append(1000 * (own_seconds() - own))
            print(f"| {name} | {_spread(times)} | {_spread(own_times)} |", flush=True)
        someone.viewer.close()


def make_queue(folder: Path, count: int) -> Study:
    """Many cases whose films are links to one small film."""
    images = folder / "images"
    images.mkdir(parents=True)
    first = images / "film-0000.dcm"
    shutil.copyfile(Study.open(sample_data_dir()).cases[0].image, first)
    names = [f"film-{i:04d}" for i in range(count)]
    for name in names[1:]:
        (images / f"{name}.dcm").hardlink_to(first)
    cases = [Case(name, Path(f"images/{name}.dcm"), side="L") for name in names]
    write_cases(folder, cases)
    return Study.open(folder)


def own_seconds() -> float:
    """What this program and the processes that it started have worked."""
    started = [each.cpu_times() for each in psutil.Process().children(recursive=True)]
    return process_time() + sum(each.user + each.system for each in started)


def _spread(values: list[float]) -> str:
    return f"{np.median(values):.0f} / {np.max(values):.0f}"


def main() -> None:
    """Time every kind of film and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=12)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--queue", type=int, default=2000, help="cases of a long queue")
    arguments = parser.parse_args()
    QStandardPaths.setTestModeEnabled(True)  # nobody's own settings are touched
    Predictor.predict_ahead = lambda self, names: None  # type: ignore[method-assign]
    load = psutil.getloadavg()[0] / psutil.cpu_count()
    print(
        f"napari {napari.__version__}, Python {platform.python_version()},"
        f" {platform.machine()}, no graphics card; {ROWS} × {COLUMNS} pixels of 16"
        f" bits; {load:.0f} programs a core; ms, median / largest\n\n"
        "| film | | cases | open | own work | drawn | own work |\n"
        "|---|---|---|---|---|---|---|"
    )
    for kind in arguments.kind or KINDS:
        time_kind(kind, arguments.cases)
    if arguments.queue:
        time_queue(arguments.queue)


if __name__ == "__main__":
    main()
