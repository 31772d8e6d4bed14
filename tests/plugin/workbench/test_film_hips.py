"""A film of the pelvis with one row: both hips are offered as cases, one key away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from qtpy.QtWidgets import QLabel, QPushButton

from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.plugin.workbench import film_hips
from napari_hipbmd.study import Case, Study, read_boxes, write_cases

from .conftest import Bench

LEFT, RIGHT = HipBox(700, 100, 1000, 400), HipBox(100, 120, 400, 420)


@pytest.fixture
def pelvis(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A study of one film of a whole pelvis; the networks see both its hips."""
    folder = tmp_path / "pelvis"
    (folder / "images").mkdir(parents=True)
    grey = np.random.default_rng(0).integers(0, 4000, (600, 1100)).astype(np.uint16)
    Image.fromarray(grey).save(folder / "images" / "film.png")
    write_cases(folder, [Case("p7", Path("images/film.png"), group="anybody")])
    monkeypatch.setattr(
        film_hips, "propose_hip_boxes", lambda *arguments: {"L": LEFT, "R": RIGHT}
    )
    bench.folder = folder
    bench.open()
    bench.wait(lambda: bool(offer(bench)))
    return bench


def offer(bench: Bench) -> str:
    return bench.find(QLabel, "hips_offer").text()


def sides(bench: Bench) -> dict[str, Any]:
    return {case.case_id: case.side for case in bench.study.cases}


def proposed(bench: Bench) -> list[Any]:
    return [each for each in bench.viewer.layers if each.name == "proposed hips"]


def test_both_hips_are_offered_and_nothing_is_written(pelvis: Bench) -> None:
    assert "Both hips" in offer(pelvis)
    [layer] = proposed(pelvis)
    assert len(layer.data) == 2 and not layer.editable
    assert sides(pelvis) == {"p7": None}
    assert not read_boxes(pelvis.folder).films


def test_one_key_makes_two_cases_and_goes_from_one_to_the_other(
    pelvis: Bench,
) -> None:
    pelvis.key("H")
    assert sides(pelvis) == {"p7": "L", "p7-R": "R"}
    assert {case.group for case in pelvis.study.cases} == {"anybody"}
    placed = read_boxes(pelvis.folder).of("images/film.png")
    assert (placed["L"].box, placed["R"].box) == (LEFT, RIGHT)
    assert placed["L"].by == "anna"
    assert not offer(pelvis) and not proposed(pelvis)
    work = pelvis.widget.work
    assert work.case_id == "p7" and pelvis.labels.film.side == "L"
    pelvis.key("H")
    assert work.case_id == "p7-R" and pelvis.labels.film.side == "R"
    y, x = pelvis.viewer.scene.camera.center[-2:]
    assert (x, y) == pytest.approx(RIGHT.centre_xy, abs=2)
    pelvis.key("H")
    assert work.case_id == "p7"


def test_making_two_cases_is_taken_back_whole(pelvis: Bench) -> None:
    before = (pelvis.folder / "cases.csv").read_text("utf-8")
    pelvis.find(QPushButton, "two_hips").click()
    pelvis.press("one_hip")
    assert (pelvis.folder / "cases.csv").read_text("utf-8") == before
    assert not read_boxes(pelvis.folder).films
    assert pelvis.widget.work.case_id == "p7" and "Both hips" in offer(pelvis)


def test_a_hip_on_which_something_was_placed_is_not_taken_back(
    pelvis: Bench,
) -> None:
    pelvis.key("H")
    pelvis.editor.click((800.0, 200.0))
    pelvis.press("one_hip")
    assert "Landmarks were placed on p7" in pelvis.message
    assert sides(pelvis) == {"p7": "L", "p7-R": "R"}


def test_a_film_with_landmarks_of_no_known_side_is_not_offered(
    pelvis: Bench,
) -> None:
    pelvis.editor.click((800.0, 200.0))
    pelvis.open()
    assert not offer(pelvis)
    pelvis.key("H")
    assert "No other hip is known" in pelvis.message


def test_a_dxa_reading_of_no_known_side_is_not_given_to_a_hip(pelvis: Bench) -> None:
    [case] = pelvis.study.cases
    dxa = {**case.dxa, "neck": 0.8}
    write_cases(pelvis.folder, [Case("p7", case.image, dxa=dxa)])
    pelvis.open()
    pelvis.wait(lambda: bool(offer(pelvis)))
    pelvis.key("H")
    assert "does not say of which hip" in pelvis.message
    assert sides(pelvis) == {"p7": None}


def test_a_film_of_one_hip_says_so(bench: Bench) -> None:
    assert not offer(bench)
    other = bench.find(QPushButton, "other_hip")
    assert not other.isEnabled() and "one hip" in other.toolTip()
    bench.key("H")
    assert "No other hip is known" in bench.message


def test_what_was_predicted_for_the_other_hip_is_not_shown(bench: Bench) -> None:
    cases = list(Study.open(bench.folder).cases)
    assert bench.editor.predicted is not None and cases[0].side == "R"
    write_cases(
        bench.folder,
        [Case(cases[0].case_id, cases[0].image, "L", group="a"), *cases[1:]],
    )
    bench.open()
    assert bench.editor.predicted is None
