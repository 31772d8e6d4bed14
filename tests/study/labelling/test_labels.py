"""Landmarks that somebody placed are kept exactly, with who, when and how sure."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napari_hipbmd.core.anatomy import LANDMARK_IDS, TIES
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.study import FilmFacts, what_is_missing
from napari_hipbmd.study.labelling.labels import (
    Label,
    Labels,
    read_labels,
    write_labels,
)

FINITE = st.floats(-1e6, 1e6)
TEXT = st.text(max_size=20).map(lambda s: s.encode("utf-8", "ignore").decode())
XY = st.tuples(FINITE, FINITE)
ORIGIN = {
    "source": TEXT,
    "version": TEXT,
    "who": TEXT,
    "when": TEXT,
    "predicted_xy": st.none() | XY,
    "sigma_mm": st.none() | st.floats(0, 100),
}
LABELS = st.builds(
    Label, XY, st.sampled_from(["placed", "occluded", "uncertain"]), **ORIGIN
) | st.builds(Label, st.none(), st.just("absent"), **ORIGIN)
FACTS = st.builds(
    FilmFacts,
    st.none() | st.tuples(st.integers(1, 9999), st.integers(1, 9999)),
    st.none() | st.tuples(st.floats(0.01, 2), st.floats(0.01, 2)),
    st.sampled_from(["L", "R", None]),
    st.none() | st.just(HipBox(-3.5, 0.25, 400, 500)),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.dictionaries(st.sampled_from(LANDMARK_IDS), LABELS),
    st.sampled_from([{}, {"neck": ((0, 0), (9, 1.5), (3.3, 8))}]),
    FACTS,
    st.lists(st.sampled_from(list(TIES)), unique=True).map(tuple),
)
def test_what_is_written_is_read_back_equal(
    tmp_path: Path, landmarks: dict[str, Label], regions, film, apart
) -> None:
    labels = Labels(
        "hip 1", "Anna", landmarks, "2020-01-02T03:04:05+00:00", "",
        regions, film, apart,
    )  # fmt: skip
    write_labels(tmp_path, labels)
    back = read_labels(tmp_path, "Anna", "hip 1")
    assert back is not None
    assert replace(back, modified="") == labels
    assert datetime.fromisoformat(back.modified).tzinfo is not None


def test_files_of_the_first_version_are_read(tmp_path: Path) -> None:
    path = tmp_path / "labels" / "anna" / "h.json"
    path.parent.mkdir(parents=True)
    old = {
        "case_id": "h", "annotator": "anna", "created": "c", "modified": "m",
        "source": "manual", "landmarks": {"N1": {"xy": [1.5, 2], "state": "placed"}},
    }  # fmt: skip
    path.write_text(json.dumps(old))
    labels = read_labels(tmp_path, "anna", "h")
    assert labels == Labels("h", "anna", {"N1": Label((1.5, 2.0))}, "c", "m")
    path.write_text(json.dumps(old | {"source": "net"}))
    labels = read_labels(tmp_path, "anna", "h")
    assert labels is not None and labels.landmarks["N1"].source == "net"


def test_a_label_tells_how_far_it_was_moved_from_the_prediction(tmp_path: Path) -> None:
    moved = Label((13, 24), source="net", version="2", predicted_xy=(10, 20))
    assert moved.moved_px == 5
    assert moved.moved_mm((0.5, 2.0)) == pytest.approx(np.hypot(6, 2))
    assert moved.moved_mm(None) is None and Label((1, 2)).moved_px is None
    film = FilmFacts(spacing_mm=(0.5, 2.0))
    path = write_labels(tmp_path, Labels("h", "anna", {"N1": moved}, film=film))
    entry = json.loads(path.read_text())["landmarks"]["N1"]
    assert (entry["moved_px"], entry["moved_mm"]) == (5, 6.325)
    assert (entry["source"], entry["version"]) == ("net", "2")


def test_what_is_missing_is_named() -> None:
    assert what_is_missing(Labels("h", "anna")) == "No landmark is placed yet."
    all_but = {n: Label((1, 2)) for n in LANDMARK_IDS if n not in ("N4", "I2")}
    labels = Labels("h", "anna", all_but)
    assert what_is_missing(labels).startswith("N4 and I2 are missing")
    absent = {"N4": Label(None, "absent"), "I2": Label((1, 1))}
    assert what_is_missing(replace(labels, landmarks={**all_but, **absent})) == ""


def test_regions_follow_their_landmarks_unless_somebody_drew_them() -> None:
    marks = {n: Label((3.0 * i, i * i)) for i, n in enumerate(LANDMARK_IDS)}
    drawn = ((0.0, 0.0), (9.0, 0.0), (0.0, 9.0))
    labels = Labels("h", "a", marks, regions={"trochanter": drawn})
    outlines = labels.outlines()
    np.testing.assert_array_equal(outlines["trochanter"], drawn)
    np.testing.assert_array_equal(outlines["neck"], labels.xy[:6])
    del marks["N1"]
    assert "neck" not in Labels("h", "a", marks).outlines()


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (9, 9)],
        [(0, 0), (9, 9), (9, 0), (0, 9)],
        [(0, 0), (5, 5), (9, 9)],
        [(0, 0), (9, 0), (4, 0), (4, 9)],
        [(0, 0), (9, 0), (9, float("nan"))],
        [(0, 0), (9, 0), (9, 1e300)],
    ],
)
def test_an_outline_that_is_not_one_area_is_refused(corners) -> None:
    with pytest.raises(Refused, match="outline of the neck"):
        Labels("h", "a", regions={"neck": tuple(corners)})


def test_a_person_can_read_the_file(tmp_path: Path) -> None:
    labels = Labels("h", "anna", {"N1": Label((3.5, 4)), "I4": Label(None, "absent")})
    path = write_labels(tmp_path, labels)
    assert path == tmp_path / "labels" / "anna" / "h.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["landmarks"] == {
        "N1": {"xy": [3.5, 4.0], "state": "placed"},
        "I4": {"xy": None, "state": "absent"},
    }
    assert content["created"] == content["modified"] != ""


def test_points_that_were_not_placed_are_nan(tmp_path: Path) -> None:
    xy = Labels("h", "anna", {"N2": Label((3, 4)), "N3": Label(None, "absent")}).xy
    assert xy.shape == (16, 2)
    np.testing.assert_array_equal(xy[1], (3, 4))
    assert np.isnan(np.delete(xy, 1, axis=0)).all()


def test_no_labels_are_none(tmp_path: Path) -> None:
    assert read_labels(tmp_path, "anna", "h") is None


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", ".a", "a:b"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused):
        read_labels(tmp_path, name, "h")
    with pytest.raises(Refused):
        read_labels(tmp_path, "anna", name)
    with pytest.raises(Refused):
        Labels(name, "anna")


def test_nonsense_cannot_be_made() -> None:
    with pytest.raises(Refused, match="state"):
        Label((1, 2), "gone")  # type: ignore[arg-type]
    with pytest.raises(Refused, match="absent"):
        Label(None, "placed")
    with pytest.raises(Refused, match="absent"):
        Label((1, 2), "absent")
    with pytest.raises(Refused, match="not a number"):
        Label((1, float("nan")))
    with pytest.raises(Refused, match="farther away"):
        Label((1, 1e300))
    with pytest.raises(Refused, match="'N9'"):
        Labels("h", "anna", {"N9": Label((1, 2))})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        '{"case_id": "other", "landmarks": {}}',
        '{"case_id": "h"}',
        '{"case_id": "h", "landmarks": {"N1": {"xy": [1], "state": "placed"}}}',
        '{"case_id": "h", "landmarks": {"N1": {"xy": [1, NaN], "state": "placed"}}}',
        '{"case_id": "h", "landmarks": {"N1": {"xy": ["a", 1], "state": "placed"}}}',
        '{"case_id": "h", "landmarks": {"Q1": {"xy": [1, 1], "state": "placed"}}}',
        '{"case_id": "h", "landmarks": {"N1": {"xy": [1, 1], "state": ["x"]}}}',
    ],
)
def test_a_spoilt_file_is_refused_with_its_case_and_annotator(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "labels" / "anna" / "h.json"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match="labels of h by anna"):
        read_labels(tmp_path, "anna", "h")


def test_what_a_newer_version_wrote_is_still_there_after_an_edit(
    tmp_path: Path,
) -> None:
    newer = {
        "case_id": "h", "annotator": "anna", "created": "c", "modified": "m",
        "landmarks": {
            "N1": {"xy": [1.5, 2.0], "state": "placed", "depth_mm": 3},
            "N2": {"xy": [5.0, 6.0], "state": "placed"},
        },
        "film": {"side": "L", "view": "frog-leg"},
        "reviewed": {"by": "bert"},
    }  # fmt: skip
    path = tmp_path / "labels" / "anna" / "h.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(newer))
    before = read_labels(tmp_path, "anna", "h")
    assert before is not None
    moved = dict(before.landmarks) | {"N2": Label((7.0, 8.0))}
    write_labels(tmp_path, replace(before, landmarks=moved))
    after = json.loads(path.read_text())
    assert after["reviewed"] == {"by": "bert"} and after["film"] == newer["film"]
    assert after["landmarks"]["N1"] == newer["landmarks"]["N1"]
    assert after["landmarks"]["N2"]["xy"] == [7, 8]


def test_a_file_that_needs_a_newer_version_is_refused_with_it(tmp_path: Path) -> None:
    path = tmp_path / "labels" / "anna" / "h.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"case_id": "h", "landmarks": {}, "needs": "9.1"}))
    with pytest.raises(Refused, match=r"need version 9\.1 of napari-hipbmd"):
        read_labels(tmp_path, "anna", "h")
    assert "9.1" in path.read_text()
