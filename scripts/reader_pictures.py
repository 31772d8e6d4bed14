"""Make the pictures of docs/reading-radiographs.md and docs/pacs.md.

In a real napari, on made-up archives:

    scripts/with_display.sh .venv/bin/python scripts/reader_pictures.py [hip-boxes …]

The films are the sample data: an export as archives make them, and a film of both hips
that two of them make.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import napari
import numpy as np
from dock_pictures import PICTURES, SIZE, save, settle
from qtpy.QtCore import Qt

from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.dicom import FilmTags, read_film, write_film
from napari_hipbmd.dicom.archive_answers import ArchivedSeries
from napari_hipbmd.plugin.viewer import hip_boxes
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.study import Case, Study, remember_boxes, write_cases
from napari_hipbmd.tasks.pacs import Found

PLUGIN = "napari-hipbmd"
WHO = "anna"
SERIES = (
    ("DX", "HIP"),
    ("DX", "PELVIS"),
    ("CR", "Hüfte"),
    ("DX", "HIP"),
    ("CR", "HIP"),
)
CASES = Study.open(sample_data_dir()).cases


def open_study(viewer: Any, folder: Path) -> None:
    """An export without extensions, with a bad file and junk, opened."""
    export = folder / "export"
    (export / "DIR000").mkdir(parents=True)
    for number, case in enumerate(CASES[:4]):
        shutil.copy(case.image, export / "DIR000" / f"IM{number:04d}")
    whole = CASES[4].image.read_bytes()
    (export / "DIR000" / "IM0004").write_bytes(whole[: len(whole) // 2])
    (export / "README.TXT").write_text("written by the archive", "utf-8")
    dock = docked(viewer, "Open study")
    list_and_open(dock, export)
    dock.reasons_button.setChecked(True)
    dock.setMinimumWidth(620)


def archive(viewer: Any, folder: Path) -> None:
    """What a search shows, of an archive that is made up here."""
    dock = docked(viewer, "Archive (PACS)")
    dock.server.server.show_values(
        {"url": "https://pacs.example.org/dicom-web", "user": WHO}
    )
    dock.server.which.show_values({"since": "2024-01-01"})
    dock.fetch.folder.line.setText("hips-2024")
    found = [
        ArchivedSeries("", f"{number}", f"{number // 2}", "", kind, words)
        for number, (kind, words) in enumerate(SERIES)
    ]
    dock.fetch._on_found(Found(found, 3))
    dock.fetch.tree.topLevelItem(0).child(1).setCheckState(0, Qt.CheckState.Unchecked)


def film_facts(viewer: Any, folder: Path) -> None:
    """What a film says of itself, and its windows."""
    study = docked(viewer, "Open study")
    list_and_open(study, sample_data_dir())
    viewer.layers.selection.active = viewer.layers[-1]
    viewer.window.remove_dock_widget(study)
    docked(viewer, "Film facts")


def hip_boxes_of_a_pelvis(viewer: Any, folder: Path) -> None:
    """A film of both hips, each with its box."""
    path = pelvis(folder / "study")
    hip_boxes.read_preference = lambda name, default=None: WHO
    study = docked(viewer, "Open study")
    list_and_open(study, path.parents[1])
    study.boxes_button.click()
    study.boxes.who.setText(WHO)
    wait(lambda: session_of(viewer).hip_boxes.of(viewer.layers[0]))
    session_of(viewer).hip_boxes.place(viewer.layers[0], "L")


def pelvis(folder: Path) -> Path:
    """A study with one film of a right and a left digital hip, boxes placed."""
    right, left = (read_film(case.image) for case in (CASES[0], CASES[4]))
    both = np.concatenate([np.clip(f.grey(), 0, 1) for f in (right, left)], 1)
    path = folder / "images" / "pelvis-12.dcm"
    path.parent.mkdir(parents=True)
    tags = FilmTags(
        "pelvis-12",
        pixel_spacing_mm=right.spacing_mm,
        pixel_spacing_calibration_type="GEOMETRY",
    )
    write_film(path, np.round(both * 4095).astype(np.uint16), tags)
    write_cases(folder, [Case("pelvis-12", path)])
    width = right.shape[1]
    boxes = {
        "R": HipBox(20, 20, width - 20, width - 20),
        "L": HipBox(width + 20, 20, 2 * width - 20, width - 20),
    }
    remember_boxes(path, boxes, WHO, {})
    return path


SCENES: dict[str, Callable[[Any, Path], None]] = {
    "open-study": open_study,
    "archive": archive,
    "film-facts": film_facts,
    "hip-boxes": hip_boxes_of_a_pelvis,
}


def docked(viewer: Any, name: str) -> Any:
    """A dock of ours, open."""
    _, widget = viewer.window.add_plugin_dock_widget(PLUGIN, name)
    settle()
    return widget


def list_and_open(dock: Any, folder: Path) -> None:
    """List a folder and open all of its films."""
    dock.list_folder(folder)
    wait(lambda: not dock.bar.is_running)
    dock.bar.button.click()
    wait(lambda: not dock.bar.is_running)


def wait(true: Callable[[], Any]) -> None:
    """Let Qt work until something is so."""
    while not true():
        settle()


def main() -> None:
    """Take the pictures that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", help=f"of {', '.join(SCENES)}")
    parser.add_argument("--out", type=Path, default=PICTURES)
    arguments = parser.parse_args()
    for name in arguments.scenes or SCENES:
        with tempfile.TemporaryDirectory() as folder:
            viewer = napari.Viewer(title="napari-hipbmd")
            viewer.window.resize(*SIZE)
            SCENES[name](viewer, Path(folder))
            settle()
            viewer.reset_view()
            settle()
            save(viewer, arguments.out / f"{name}.png")
            viewer.close()


if __name__ == "__main__":
    main()
