"""Files of a study that were spoilt, by accident or not: a sentence, no loss."""

import errno
import fcntl
import json
import random
import re

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.errors import Refused, StudyWarning
from napari_hipbmd.core.hip_images import LandmarkSet
from napari_hipbmd.study import Study
from napari_hipbmd.study.boxes_file import read_boxes
from napari_hipbmd.study.doubts import study_doubts
from napari_hipbmd.study.film_marks import (
    FilmMarks,
    TypeChoice,
    read_marks,
    write_marks,
)
from napari_hipbmd.study.labelling import edits
from napari_hipbmd.study.labelling.facts import FilmFacts
from napari_hipbmd.study.labelling.journal import journal_line, journal_path
from napari_hipbmd.study.labelling.labels import labels_path, read_labels
from napari_hipbmd.study.labelling.open_case import OpenCase
from napari_hipbmd.study.labelling.predictions import (
    predicted_labels,
    read_predictions,
    write_predictions,
)
from napari_hipbmd.study.truth import read_truth

from ..json_places import places

WRONG = [
    None, True, -1, 10**30, 1e300, "", "x", "<script>", [], {}, [[]], {"a": 1}, [1, 2],
    "9" * 4000,
]  # fmt: skip
RAW = ["1e999", "Infinity", "9" * 400, "[" * 100_000, "[1,", "\ufeff"]
BOX = {
    "format": "hipbmd-boxes",
    "version": 1,
    "films": {"images/a.dcm": {"L": {"edges": [0, 0, 90, 90], "by": "a", "at": "x"}}},
}


def mutants(content, count, seed=0):
    """The JSON of ``content`` with one value changed, or spoilt where it stands."""
    rng = random.Random(seed)
    known = list(places(content))
    for _ in range(count):
        changed = json.loads(json.dumps(content))
        *way, last = rng.choice(known[1:])
        at = changed
        for key in way:
            at = at[key]
        if rng.random() < 0.2 and isinstance(at, dict):
            del at[last]
        else:
            at[last] = rng.choice(WRONG)
        text = json.dumps(changed)
        if rng.random() < 0.2:
            at[last] = "PLACE"
            text = json.dumps(changed).replace('"PLACE"', rng.choice(RAW))
        yield text


def read_or_refused(read):
    """What reading gives: something, or one sentence."""
    try:
        return read()
    except Refused as refusal:
        assert str(refusal).count("\n") == 0 and len(str(refusal)) < 500
        return None


@pytest.fixture
def study(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.dcm").write_bytes(b"no film")
    (tmp_path / "cases.csv").write_text("case_id,image\nhip,images/a.dcm\n")
    return Study.open(tmp_path)


FREE = ("N1", "N2", "N5", "N6", "T2", "T3")  # landmarks that are tied to no other


def labelled(study, count=6):
    with study.open_case("anna", "hip", FilmFacts((200, 200), (0.5, 0.5), "L")) as case:
        for i, name in enumerate(FREE[:count]):
            case.apply(edits.place(case.state, name, (20.0 + 9 * i, 30.0), "anna"))
    return study.labels("anna", "hip")


def test_a_label_file_with_one_wrong_value_is_read_or_refused(study):
    labelled(study)
    path = labels_path(study.folder, "anna", "hip")
    for text in mutants(json.loads(path.read_text()), 300):
        path.write_text(text)
        read_or_refused(lambda: read_labels(study.folder, "anna", "hip"))


def test_a_journal_with_one_wrong_value_is_read_or_refused(study):
    labelled(study, 3)
    path = journal_path(study.folder, "anna", "hip")
    entries = [json.loads(line)["entry"] for line in path.read_text().splitlines()]
    for text in mutants(entries, 200):
        try:
            lines, last = [], ""
            for entry in json.loads(text):
                line, last = journal_line(entry, last)
                lines.append(line)
        except (ValueError, RecursionError, TypeError):
            continue
        path.write_bytes(b"".join(lines))
        read_or_refused(lambda: study.labels("anna", "hip"))


def test_boxes_marks_predictions_and_truth_with_one_wrong_value(study):
    folder = study.folder
    marks = FilmMarks(
        "hip", "images/a.dcm", (200, 200), "p", "L", (), None, TypeChoice.now(1, "anna")
    )
    write_marks(folder, marks)
    found = LandmarkSet(np.full((16, 2), 9.0), np.full(16, 1.0))
    told = predicted_labels("hip", found, FilmFacts((200, 200)), "net", "1")
    predicted = write_predictions(folder, told)
    truth = {
        "case_id": "hip",
        "landmarks": {n: {"xy": [1, 2], "state": "placed"} for n in LANDMARK_IDS},
        "regions": {"neck": [[0, 0], [1, 0], [1, 1]]},
        "bmd_g_cm2": {"neck": 0.7},
        "area_cm2": {"neck": 5.0},
        "sto": None,
    }
    (folder / "truth").mkdir()
    for path, content, read in (
        (folder / "boxes.json", BOX, lambda: read_boxes(folder)),
        (folder / "marks" / "hip.json", None, lambda: read_marks(folder, "hip")),
        (predicted, None, lambda: read_predictions(folder, "hip")),
        (folder / "truth" / "hip.json", truth, lambda: read_truth(folder, "hip")),
    ):
        for text in mutants(content or json.loads(path.read_text()), 150):
            path.write_text(text, "utf-8")
            read_or_refused(read)


@pytest.mark.parametrize("edge", [1e7, -1e7, 1e30, 1e300])
def test_a_hip_box_that_no_film_holds_costs_that_film(
    hipbmd, study, sample_study, edge
):
    film = sample_study.cases[0].image
    (study.folder / "images" / "a.dcm").write_bytes(film.read_bytes())
    low, high = min(0, edge), max(99, edge)
    box = {"edges": [low, low, high, high], "by": "a", "at": "x"}
    content = {**BOX, "films": {"images/a.dcm": {"L": box}}}
    (study.folder / "boxes.json").write_text(json.dumps(content))
    ran = hipbmd("measure", study.folder)
    assert ran.status == 3 and "draw it on the hip" in ran.err


def test_a_newer_journal_is_refused_with_the_version_that_reads_it(study):
    labelled(study, 2)
    path = journal_path(study.folder, "anna", "hip")
    last = json.loads(path.read_bytes().splitlines()[-1])["sum"]
    before = path.read_bytes()
    for entry, says in (
        ({"op": "merge", "needs": "0.9", "with": "bert"}, "version 0.9"),
        ({"op": "merge"}, "a newer version"),
        ({"op": "undo", "when": "x", "why": "new"}, "a newer version"),
    ):
        path.write_bytes(before + journal_line(entry, last)[0])
        with pytest.raises(Refused, match=f"open it with {says}"):
            study.open_case("anna", "hip")
        assert path.read_bytes().startswith(before)


@pytest.mark.parametrize("at", [10, -20, -1])
def test_a_byte_that_flipped_in_the_last_change_is_told_and_a_copy_kept(study, at):
    labelled(study, 4)
    path = journal_path(study.folder, "anna", "hip")
    labels_path(study.folder, "anna", "hip").unlink()
    lines = path.read_bytes().splitlines(keepends=True)
    lines = [line for line in lines if b'"save"' not in line]
    spoilt = bytearray(lines[-1])
    spoilt[at] ^= 4
    path.write_bytes(b"".join(lines[:-1]) + spoilt)
    whole = path.read_bytes()
    with study.open_case("anna", "hip") as case:
        assert "was damaged" in case.notice
        [kept] = path.parent.glob("hip.damaged-*.jsonl")
        assert kept.read_bytes() == whole
        assert len(case.state.landmarks) == 3


def test_a_line_that_was_cut_short_is_no_damage(study):
    labelled(study, 4)
    path = journal_path(study.folder, "anna", "hip")
    whole = path.read_bytes()
    for cut in (2, 20, 60):
        path.write_bytes(whole[:-cut])
        assert not study.open_case("anna", "hip").notice


@pytest.fixture
def no_locks(monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)


def test_a_second_window_in_a_folder_without_locks_only_looks(study, no_locks):
    first = OpenCase(study.folder, "anna", "hip")
    first.apply(edits.place(first.state, "N1", (5.0, 5.0), "anna"))
    second = OpenCase(study.folder, "anna", "hip")
    assert re.match("These labels can only be looked at.*no locks", second.notice)
    with pytest.raises(Refused, match="can only be looked at"):
        second.apply(edits.place(second.state, "N2", (9.0, 9.0), "anna"))
    first.apply(edits.place(first.state, "N5", (7.0, 7.0), "anna"))
    first.close()
    third = OpenCase(study.folder, "anna", "hip")
    third.apply(edits.place(third.state, "N2", (9.0, 9.0), "anna"))
    third.close()
    assert set(study.labels("anna", "hip").landmarks) == {"N1", "N2", "N5"}


def test_a_label_file_that_a_hand_spoilt_is_told_and_its_journal_is_taken(
    labelled_study,
):
    case_id = labelled_study.cases[0].case_id
    path = labels_path(labelled_study.folder, "anna", case_id)
    kept = labelled_study.labels("anna", case_id)
    path.write_text(path.read_text("utf-8")[:500], "utf-8")
    with pytest.warns(StudyWarning, match="cannot be used.*their journal says"):
        assert labelled_study.labels("anna", case_id) == kept
    (doubt,) = study_doubts(labelled_study, "anna")
    assert doubt.case_id == case_id and "what their journal says" in doubt.text
