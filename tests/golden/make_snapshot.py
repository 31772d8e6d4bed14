"""Files that the program writes about the sample films, as they were.

Write them anew when samples, weights or a format change on purpose, and look at the
difference::

    python tests/golden/make_snapshot.py
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from pydicom import Dataset, dcmread
from threadpoolctl import threadpool_limits

from napari_hipbmd.cli import main
from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.runs.collecting import collect
from napari_hipbmd.runs.networks import prepare_with
from napari_hipbmd.study import Label, Labels, Study
from napari_hipbmd.study.films import film_facts

SNAPSHOT = Path(__file__).with_name("snapshot")
ONE_CASE = 0  # the case whose page and structured report are kept
CHANGING = re.compile(r" (UI|DA|DT|TM): ")  # UIDs, dates and times


def make_snapshot(folder: Path) -> None:
    """Write the five files into a folder."""
    with tempfile.TemporaryDirectory() as made:
        work = Path(made)
        study = Study.open(sample_data_dir())
        films = study.folder / "images"
        film = sorted(films.iterdir())[ONE_CASE]
        _run("measure", study.folder, "--out", work / "all", "--html", "--sr")
        _run("measure", film, "--json", work / "film.json")
        case = study.cases[ONE_CASE].case_id
        hips = json.loads((work / "all/results.json").read_text("utf-8"))
        for hip in (*hips, *json.loads((work / "film.json").read_text("utf-8"))):
            hip["seconds"] = sorted(hip["seconds"])
            hip["made_with"] = sorted(hip["made_with"])
        _write(folder / "measure.json", json.dumps(hips, indent=1))
        page = (work / "all/cases" / f"{case}.html").read_text("utf-8")
        _write(folder / "page.html", page)
        report = _content(dcmread(work / "all/sr" / f"{case}.dcm"))
        _write(folder / "sr.txt", report)
        with threadpool_limits(1):
            collect(study, work / "features.csv", prepare_with(None))
        _write(folder / "features.csv", _features(work / "features.csv"))
        _run(
            *("labels", "export", _labelled(study, work / "labelled")),
            *("--format", "coco", "--out", work / "coco"),
        )
        labels = json.loads(next((work / "coco").rglob("*.json")).read_text("utf-8"))
        for image in labels["images"]:
            image["hipbmd"] |= dict.fromkeys(("created", "modified"))
            image["hipbmd"]["film"]["pixels_sha256"] = None
        _write(folder / "coco.json", json.dumps(labels, indent=1))


def _run(*arguments: object) -> None:
    if status := main([str(argument) for argument in arguments]):
        raise SystemExit(status)


def _write(path: Path, text: str) -> None:
    path.write_text(text.rstrip() + "\n", "utf-8")


def _features(path: Path) -> str:
    """The table without how long a film took, what it was made of, and the signs."""
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8")))
    text = io.StringIO()
    left_out = ("seconds", "key", "signs")
    kept = [name for name in rows.fieldnames or () if name not in left_out]
    table = csv.DictWriter(text, kept, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def _content(report: Dataset) -> str:
    """A structured report as text, without UIDs, dates and times."""
    lines = str(report).splitlines()
    return "\n".join(line for line in lines if not CHANGING.search(line))


def _labelled(study: Study, folder: Path) -> Path:
    """A copy of the samples on which anna has placed the true landmarks."""
    folder.mkdir()
    shutil.copy(study.folder / "cases.csv", folder)
    (folder / "images").symlink_to(study.folder / "images")
    copy = Study.open(folder)
    for case in copy.cases:
        truth = study.truth(case.case_id, with_sto=False)
        assert truth is not None
        marks = {
            name: Label((float(x), float(y)), who="anna", when="2024-01-01T00:00:00")
            for name, (x, y) in zip(LANDMARK_IDS, truth.landmarks_xy, strict=True)
        }
        film = film_facts(copy, case.case_id)
        copy.write_labels(Labels(case.case_id, "anna", marks, film=film))
    return folder


if __name__ == "__main__":
    make_snapshot(Path(sys.argv[1]) if sys.argv[1:] else SNAPSHOT)
