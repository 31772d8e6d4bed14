"""Landmarks that somebody placed are kept exactly, with who, when and how sure."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napari_hipbmd.anatomy import LANDMARK_IDS
from napari_hipbmd.radiograph import FilmRefused
from napari_hipbmd.study.labels import Label, Labels, read_labels, write_labels

FINITE = st.floats(-1e6, 1e6)
LABELS = st.builds(
    Label,
    st.tuples(FINITE, FINITE),
    st.sampled_from(["placed", "occluded", "uncertain"]),
) | st.just(Label(None, "absent"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(LANDMARK_IDS), LABELS), st.text())
def test_what_is_written_is_read_back_equal(
    tmp_path: Path, landmarks: dict[str, Label], source: str
) -> None:
    source = source.encode("utf-8", "ignore").decode()
    labels = Labels("hip 1", "Anna", landmarks, "2020-01-02T03:04:05+00:00", "", source)
    write_labels(tmp_path, labels)
    back = read_labels(tmp_path, "Anna", "hip 1")
    assert back is not None
    assert back.landmarks == landmarks
    assert (back.created, back.source) == (labels.created, source)
    assert datetime.fromisoformat(back.modified).tzinfo is not None


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
    with pytest.raises(FilmRefused):
        read_labels(tmp_path, name, "h")
    with pytest.raises(FilmRefused):
        read_labels(tmp_path, "anna", name)
    with pytest.raises(FilmRefused):
        Labels(name, "anna")


def test_nonsense_cannot_be_made() -> None:
    with pytest.raises(FilmRefused, match="state"):
        Label((1, 2), "gone")  # type: ignore[arg-type]
    with pytest.raises(FilmRefused, match="absent"):
        Label(None, "placed")
    with pytest.raises(FilmRefused, match="absent"):
        Label((1, 2), "absent")
    with pytest.raises(FilmRefused, match="not a number"):
        Label((1, float("nan")))
    with pytest.raises(FilmRefused, match="'N9'"):
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
    with pytest.raises(FilmRefused, match="labels of h by anna"):
        read_labels(tmp_path, "anna", "h")
