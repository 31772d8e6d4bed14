"""Two observers in the window: laid over each other, compared, settled, exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QFileDialog, QLabel, QPushButton

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.dicom import read_film
from napari_hipbmd.evaluation.observers import CONSENSUS
from napari_hipbmd.plugin.workbench.observers.differences_table import DifferencesTable
from napari_hipbmd.study import FilmFacts, Label, Labels
from napari_hipbmd.study.queue import Queue

from .conftest import Bench

FIRST, SECOND = "train-77-00000", "train-77-00001"
BY_PX = np.stack([np.arange(16.0), np.zeros(16)], axis=1)
"""How far right of the truth ben places, in pixels: N1 not at all, I5 by 15."""


def label(bench: Bench, who: str, by: np.ndarray | float, cases: int = 2) -> None:
    for case in bench.study.cases[:cases]:
        truth = bench.study.truth(case.case_id, with_sto=False)
        assert truth is not None
        landmarks = {
            name: Label((float(x), float(y)), who=who)
            for name, (x, y) in zip(LANDMARK_IDS, truth.landmarks_xy + by, strict=True)
        }
        film = FilmFacts.of(read_film(case.image))
        bench.study.write_labels(Labels(case.case_id, who, landmarks, film=film))


@pytest.fixture
def compared(bench: Bench) -> Bench:
    """The open case of anna, ready to be compared with ben's."""
    label(bench, "ben", BY_PX)
    label(bench, "anna", 0.0, cases=1)
    bench.open()
    bench.widget.tabs.setCurrentWidget(bench.widget.observers)
    choose(bench, "ben")
    return bench


def mm(bench: Bench, px: float, case_id: str = FIRST) -> str:
    """So many pixels of a case's film, in mm as the window writes them."""
    film = read_film(bench.study.case(case_id).image)
    assert film.spacing_mm is not None
    return f"{px * film.spacing_mm[1]:.1f}"


def choose(bench: Bench, who: str) -> None:
    bench.find(QComboBox, "other").setCurrentText(who)


def table(bench: Bench) -> DifferencesTable:
    return bench.find(DifferencesTable, "observer_differences")


def cells(bench: Bench, column: int) -> list[str]:
    shown = table(bench)
    return [shown.item(i, column).text() for i in range(shown.rowCount())]


def click(bench: Bench, row: int) -> None:
    table(bench).cellClicked.emit(row, 0)


def summary(bench: Bench) -> str:
    return bench.find(QLabel, "observer_summary").text()


def test_another_observer_is_laid_over_mine_with_the_distance_in_mm(
    compared: Bench,
) -> None:
    others, lines = compared.layer("other"), compared.layer("differences")
    assert others.visible and lines.visible and not others.editable
    x, y = compared.labels.landmarks["I5"].xy
    i = list(others.features["id"]).index("I5")
    np.testing.assert_allclose(others.data[i], (y, x + 15))
    assert others.features["label"][i] == f"{mm(compared, 15)} mm"
    np.testing.assert_allclose(lines.data[-1], ((y, x), (0, 15)))


def test_the_distance_follows_a_landmark_that_is_dragged(compared: Bench) -> None:
    x, y = compared.labels.landmarks["I5"].xy
    compared.editor.preview("I5", (x + 5, y))
    others = compared.layer("other")
    i = list(others.features["id"]).index("I5")
    assert others.features["label"][i] == f"{mm(compared, 10)} mm"
    compared.editor.place((x + 15, y), "I5")
    compared.wait(lambda: "I5" not in cells(compared, 0)[:3])


def test_the_other_observer_can_be_hidden_and_stays_hidden(compared: Bench) -> None:
    compared.key("G")
    assert not compared.layer("other").visible
    compared.editor.nudge(0.2, 0)
    assert not compared.layer("differences").visible
    compared.key("G")
    assert compared.layer("other").visible and compared.layer("differences").visible
    choose(compared, "nobody")
    assert not compared.layer("other").visible
    assert len(compared.layer("other").data) == 0


def test_the_table_begins_with_the_worst_and_sorts_by_any_column(
    compared: Bench,
) -> None:
    assert cells(compared, 0)[:2] == ["I5", "I4"]
    assert cells(compared, 1)[0] == mm(compared, 15)
    table(compared).sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert cells(compared, 1)[:2] == ["0.0", mm(compared, 1)]
    assert f"largest {mm(compared, 15)}" in summary(compared)


def test_a_click_on_a_line_goes_to_the_landmark(compared: Bench) -> None:
    name = cells(compared, 0)[2]
    click(compared, 2)
    assert compared.editor.current == name
    assert compared.widget.tabs.currentWidget() is compared.widget.observers


def test_every_film_is_compared_and_a_click_opens_another(compared: Bench) -> None:
    label(compared, "anna", 0.0, cases=2)
    compared.open()
    choose(compared, "ben")
    view = compared.find(QComboBox, "observer_view")
    view.setCurrentText("every landmark of every film")
    compared.wait(lambda: table(compared).rowCount() == 32)
    assert "2 films" in summary(compared)
    rows = cells(compared, 0)
    click(compared, rows.index(SECOND))
    assert compared.widget.work.case_id == SECOND
    assert compared.editor.current == "I5"
    view.setCurrentText("landmarks")
    compared.wait(lambda: table(compared).rowCount() == 16)
    assert cells(compared, 0)[0] == "I5" and cells(compared, 2)[0] == mm(
        compared, 15, SECOND
    )
    view.setCurrentText("films")
    compared.wait(lambda: table(compared).rowCount() == 2)


def test_a_consensus_is_settled_by_one_the_mean_or_a_third_place(
    compared: Bench,
) -> None:
    mine = compared.labels
    compared.press("settle")
    assert compared.labels.annotator == CONSENSUS
    assert compared.labels.missing == LANDMARK_IDS
    assert compared.layer("other").visible
    assert len(compared.layer("other").data) == 32
    compared.editor.select("N1")
    compared.press("accept_first")
    assert compared.editor.current == "N2", "it goes on by itself"
    compared.press("accept_second")
    compared.press("accept_mean")
    found = compared.labels.landmarks
    assert found["N1"].version == "anna, of anna and ben"
    assert found["N2"].version == "ben, of anna and ben"
    assert found["N3"].version == "mean of anna and ben"
    assert found["N3"].who == "anna"
    np.testing.assert_allclose(found["N3"].xy, mine.xy[2] + (1, 0))
    x, y = mine.landmarks["I4"].xy
    compared.editor.place((x, y - 10), "I4")
    assert compared.labels.landmarks["I4"].version == "third place, of anna and ben"
    on_disk = compared.study.labels(CONSENSUS, FIRST)
    assert on_disk is not None and set(on_disk.landmarks) == set(
        compared.labels.landmarks
    )
    assert compared.study.labels("anna", FIRST).landmarks == mine.landmarks


def test_what_was_settled_can_be_undone(compared: Bench) -> None:
    compared.press("settle")
    compared.editor.select("N1")
    compared.key("Shift+W")
    compared.key("Shift+E")
    assert set(compared.labels.landmarks) == {"N1", "N2"}
    compared.key("Ctrl+Z")
    compared.key("Ctrl+Z")
    assert compared.labels.landmarks == {}
    compared.key("Ctrl+Y")
    assert compared.labels.landmarks["N1"].version == "mean of anna and ben"


def test_landmarks_on_which_two_are_close_are_settled_at_once(compared: Bench) -> None:
    compared.press("settle")
    compared.press("close_means")
    left = compared.labels.missing
    assert left == ("I2", "I3", "I4"), "I1 and I5 go with T4 and N4"
    compared.widget.observers.consensus.closer.setValue(5)
    compared.press("close_means")
    assert compared.labels.missing == ()


def test_one_goes_back_to_one_s_own_labels_and_on_with_the_consensus(
    compared: Bench,
) -> None:
    compared.press("settle")
    assert "consensus of anna and ben" in compared.find(QLabel, "case").text()
    compared.press("close_means")
    settled = dict(compared.labels.landmarks)
    compared.press("settle")
    assert compared.labels.annotator == "anna"
    assert compared.find(QComboBox, "other").currentText() == "ben"
    assert compared.layer("other").visible
    compared.press("settle")
    assert compared.labels.landmarks == settled


def test_a_consensus_needs_two_persons_and_says_so(bench: Bench) -> None:
    settle = bench.find(QPushButton, "settle")
    assert not settle.isEnabled() and "Choose" in settle.toolTip()
    bench.key("Shift+W")
    assert "Begin a consensus" in bench.message
    label(bench, "ben", BY_PX, cases=1)
    bench.open()
    choose(bench, "ben")
    bench.press("settle")
    assert not bench.find(QPushButton, "accept_mean").isEnabled()
    assert "Only one" in bench.find(QPushButton, "accept_mean").toolTip()
    bench.press("settle")


def test_the_name_of_the_consensus_is_nobody_s(bench: Bench) -> None:
    bench.widget.studies.say_who(CONSENSUS)
    assert "say who you are" in bench.message
    assert bench.labels.annotator == "anna"


def test_a_repeat_session_is_blind_until_the_film_is_done_in_both(
    compared: Bench,
) -> None:
    compared.press("repeat")
    assert compared.labels.annotator == "anna@2"
    assert compared.labels.missing == LANDMARK_IDS
    choose(compared, "anna")
    assert "blind" in summary(compared)
    assert not compared.layer("other").visible
    assert table(compared).rowCount() == 0
    compared.place_all()
    for who in ("anna", "anna@2"):
        Queue(compared.study, who).set_status(FIRST, "done")
    compared.open()
    choose(compared, "anna")
    assert compared.layer("other").visible
    assert "mean 0.0 mm" in summary(compared)


def test_there_is_nothing_to_repeat_before_something_is_labelled(
    bench: Bench,
) -> None:
    repeat = bench.find(QPushButton, "repeat")
    assert not repeat.isEnabled() and "label some films first" in repeat.toolTip()


def test_the_error_tables_of_the_study_are_written(
    compared: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "tables"
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *arguments: str(out)
    )
    compared.press("export_errors")
    compared.wait(lambda: "Written to tables" in compared.message)
    assert f"inter-observer error {mm(compared, 7.5)} mm" in compared.message
    assert sorted(path.name for path in out.iterdir()) == [
        "differences.csv", "errors.csv", "observers.json", "observers.txt",
    ]  # fmt: skip


def test_a_study_of_one_observer_says_what_is_lacking(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *arguments: str(tmp_path / "out")
    )
    bench.press("export_errors")
    bench.wait(lambda: "repeat session" in bench.message)
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").write_text("a file where a folder should be")
    for who in ("ben", "cleo"):
        label(bench, who, 0.0, cases=1)
    bench.press("export_errors")
    bench.wait(lambda: "could not be written" in bench.message)


def test_labels_of_another_that_cannot_be_read_are_told(compared: Bench) -> None:
    folder = compared.folder / "labels" / "ben"
    (folder / "journal" / f"{SECOND}.jsonl").unlink()
    (folder / f"{SECOND}.json").write_text("{", "utf-8")
    compared.press("next_case")
    assert "labels of" in compared.message and "ben" in compared.message
    assert not compared.layer("other").visible
