"""How far apart people place landmarks, in a study and in figures."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.evaluation.observers import (
    Peers,
    compare_labels,
    compare_observers,
    differences_csv,
    error_figures,
    errors_csv,
    errors_json,
    errors_text,
    study_errors,
    write_errors,
)
from napari_hipbmd.study import Label, Study
from napari_hipbmd.study.labelling.labels import labels_path

from .conftest import CASES, Labelled, labels_at

places = arrays(float, (16, 2), elements=st.floats(0, 600))


@given(places, places)
def test_distances_are_the_same_from_either_side(a: np.ndarray, b: np.ndarray) -> None:
    one, two = labels_at("anna", a), labels_at("ben", b)
    there, back = compare_labels(one, two), compare_labels(two, one)
    for x, y in zip(there, back, strict=True):
        assert x.distance_mm == pytest.approx(y.distance_mm)
        assert x.lateral_mm == pytest.approx(-y.lateral_mm)
    expected = np.hypot(*((b - a) * (0.25, 0.5)).T)
    np.testing.assert_allclose([d.distance_mm for d in there], expected, atol=1e-9)


@given(places, places)
def test_a_right_hip_gives_the_errors_of_its_mirror_image(
    a: np.ndarray, b: np.ndarray
) -> None:
    def mirrored(xy: np.ndarray) -> np.ndarray:
        return np.stack([639 - xy[:, 0], xy[:, 1]], axis=1)

    left = compare_labels(labels_at("a", a), labels_at("b", b))
    right = compare_labels(
        labels_at("a", mirrored(a), side="R"), labels_at("b", mirrored(b), side="R")
    )
    for x, y in zip(left, right, strict=True):
        assert x.lateral_mm == pytest.approx(y.lateral_mm, abs=1e-9)
        assert x.inferior_mm == pytest.approx(y.inferior_mm, abs=1e-9)


def test_known_distances_give_known_figures() -> None:
    a = np.zeros((16, 2)) + 100
    b = a + np.array([[0, 2 * i] for i in range(16)])  # 0, 1, … 15 mm downward
    found = compare_labels(labels_at("a", a), labels_at("b", b))
    figures = error_figures(found)
    lengths = np.arange(16.0)
    assert (figures.cases, figures.n) == (1, 16)
    assert figures.mean == pytest.approx(7.5)
    assert figures.sd == pytest.approx(np.std(lengths, ddof=1))
    assert figures.p95 == pytest.approx(14.25)
    assert figures.technical == pytest.approx(np.sqrt((lengths**2).sum() / 32))
    assert figures.within_2_mm == pytest.approx(3 / 16)
    assert figures.bias == pytest.approx((0, 7.5))
    assert np.isnan(figures.mean_interval).all(), "one patient tells no interval"


def test_ten_patients_tell_an_interval_of_the_mean_error_and_nine_do_not() -> None:
    film = labels_at("a", np.zeros((16, 2)))
    differences = [
        replace(each, patient=f"patient-{i}")
        for i in range(10)
        for each in compare_labels(film, labels_at("b", np.full((16, 2), float(i))))
    ]
    low, high = error_figures(differences).mean_interval
    assert low < error_figures(differences).mean < high
    assert np.isnan(error_figures(differences[16:]).mean_interval).all()


def test_what_only_one_of_two_placed_is_counted_and_not_measured() -> None:
    a, b = (labels_at(who, np.zeros((16, 2)) + 50) for who in ("a", "b"))
    rest = {name: label for name, label in b.landmarks.items() if name != "N1"}
    b = replace(b, landmarks={**rest, "N2": Label(None, "absent")})
    found = compare_labels(a, b)
    assert (found[0].b_state, found[1].b_state) == ("missing", "absent")
    assert found[0].text() == found[1].text() == "–"
    figures = error_figures(found)
    assert (figures.n, figures.only_one) == (14, 2)


def test_a_prediction_that_both_left_alone_is_told_as_one() -> None:
    a, b = (labels_at(who, np.zeros((16, 2)) + 50) for who in ("a", "b"))
    same = Label((9, 9), source="model", predicted_xy=(9, 9))
    a = replace(a, landmarks={**a.landmarks, "N1": same})
    b = replace(b, landmarks={**b.landmarks, "N1": same})
    found = compare_labels(a, b)
    assert [d.landmark for d in found if d.same_prediction] == ["N1"]
    assert error_figures(found).same_prediction == pytest.approx(1 / 16)


def test_intra_and_inter_observer_errors_of_a_study_are_told_apart(
    study: Study, labelled: Labelled
) -> None:
    labelled("anna", (0, 0))
    labelled("anna@2", (4, 0))  # 1 mm
    labelled("ben", (0, 6), cases=2)  # 3 mm
    errors = study_errors(study)
    assert errors.kinds == ("intra", "inter")
    intra, inter = errors.pooled("intra"), errors.pooled("inter")
    assert (intra.cases, intra.n) == (3, 48)
    assert (inter.cases, inter.n) == (2, 32)
    assert intra.mean == pytest.approx(1) and inter.mean == pytest.approx(3)
    assert inter.bias == pytest.approx((0, 3))
    assert np.isnan(intra.mean_interval).all(), "three patients tell no interval"
    assert errors.by_landmark("inter")["I4"].mean == pytest.approx(3)


def test_films_without_a_spacing_are_counted_in_pixels(
    study: Study, labelled: Labelled
) -> None:
    for case in study.cases[1:]:
        picture = Image.fromarray(np.zeros((64, 64), np.uint8))
        picture.save(case.image.with_suffix(".png"))
    table = study.folder / "cases.csv"
    rows = table.read_text("utf-8").splitlines(keepends=True)
    rows[2:] = [row.replace(".dcm", ".png") for row in rows[2:]]
    table.write_text("".join(rows), "utf-8")
    for who, by in (("anna", 0), ("ben", 5)):
        labelled(who, (by, 0), spacing_mm=None)
    errors = study_errors(Study.open(study.folder))
    assert errors.pooled("inter", "px").mean == pytest.approx(5)
    assert errors.pooled("inter", "px").n == 32
    assert errors.pooled("inter", "mm").n == 16, "the DICOM film knows its spacing"
    text = errors_text(errors)
    assert "Inter-observer error, px" in text
    assert "2 films have no pixel spacing" in text


def test_the_tables_are_written_as_text_csv_and_json(
    study: Study, labelled: Labelled, tmp_path: Path
) -> None:
    labelled("anna", (0, 0))
    labelled("ben", (0, 6))
    errors = study_errors(study)
    paths = write_errors(errors, tmp_path / "out")
    assert [p.name for p in paths] == [
        "observers.txt", "errors.csv", "differences.csv", "observers.json",
    ]  # fmt: skip
    text = paths[0].read_text("utf-8")
    assert "Inter-observer error, mm" in text and "anna – ben" in text
    rows = list(csv.DictReader(io.StringIO(errors_csv(errors))))
    assert rows[0]["kind"] == "inter" and float(rows[0]["mean"]) == pytest.approx(3)
    assert [r["landmark"] for r in rows[1:4]] == ["N1", "N2", "N3"]
    lines = list(csv.DictReader(io.StringIO(differences_csv(errors))))
    assert len(lines) == 48
    assert {line["case_id"] for line in lines} == set(CASES)
    content = json.loads(errors_json(errors))
    assert content["errors"][0]["p95"] == pytest.approx(3)
    assert content["differences"][0]["landmarks"][0]["distance_mm"] == pytest.approx(3)
    assert "patient" not in paths[3].read_text("utf-8")


def test_labels_that_cannot_be_read_are_left_out_and_told(
    study: Study, labelled: Labelled
) -> None:
    labelled("anna", (0, 0))
    labelled("ben", (0, 6))
    folder = study.folder / "labels" / "ben"
    (folder / "journal" / f"{CASES[1]}.jsonl").unlink()
    labels_path(study.folder, "ben", CASES[1]).write_text("{", "utf-8")
    errors = study_errors(study)
    assert errors.pooled("inter").cases == 2
    assert CASES[1] in errors_text(errors)


def test_a_study_of_one_observer_is_refused_with_what_to_do(
    study: Study, labelled: Labelled
) -> None:
    labelled("anna", (0, 0))
    with pytest.raises(Refused, match="repeat session"):
        study_errors(study)
    with pytest.raises(Refused, match="there is anna"):
        study_errors(study, ["anna", "bob"])


def test_a_comparison_can_be_stopped(study: Study, labelled: Labelled) -> None:
    labelled("anna", (0, 0))
    labelled("ben", (0, 6))
    with pytest.raises(Cancelled):
        compare_observers(study, Peers("anna", "ben"), cancelled=lambda: True)
    steps: list[tuple[int, int]] = []
    study_errors(study, progress=lambda done, count: steps.append((done, count)))
    assert steps[0] == (0, 3) and steps[-1] == (3, 3)
