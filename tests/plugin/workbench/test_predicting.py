"""Films are predicted in the background, and how far that is can be seen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from napari_hipbmd.plugin.ui.run import Stepped
from napari_hipbmd.plugin.workbench.opened import predicting
from napari_hipbmd.plugin.workbench.opened.predicting import Predictor
from napari_hipbmd.study import Study

from .conftest import Bench


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Runs that do nothing by themselves, in the order in which they were begun."""
    begun: list[Any] = []

    def begin(owner: Any, work: Any, done: Any, ended: Any, **others: Any) -> Any:
        begun.append(SimpleNamespace(done=done, ended=ended, **others))
        return begun[-1]

    monkeypatch.setattr(predicting, "begin", begin)
    return begun


def test_the_bar_counts_all_films_and_not_the_few_that_were_under_way(
    qtbot: Any, three_cases: Study, runs: list[Any]
) -> None:
    predictor, seen = Predictor(three_cases), []
    predictor.stepped.connect(lambda *step: seen.append(step))
    predictor.predict_ahead([three_cases.cases[0].case_id])
    predictor.predict_all()
    runs[0].stepped(Stepped(1, 1))
    assert seen == [], "the bar is full, and begins again"
    runs[0].done({})
    runs[1].stepped(Stepped(2, 3))
    assert seen == [(2, 3)]


def test_that_a_prediction_was_stopped_is_said_until_the_next_one_begins(
    bench: Bench, runs: list[Any]
) -> None:
    bench.press("predict")
    runs[0].ended(predicting.STOPPED)
    assert "Predicting was stopped" in bench.message
    bench.press("predict")
    runs[1].done({})
    assert bench.message == ""
