"""A film of the queue that cannot be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_hipbmd.study.queue import Queue

from .conftest import Bench


def cut_short(bench: Bench, film: Path) -> None:
    """Open the study anew, before a film of it was read ahead."""
    film.write_bytes(film.read_bytes()[:200])
    bench.open()


def test_a_film_that_cannot_be_opened_shows_nothing_of_the_one_before(
    bench: Bench,
) -> None:
    bench.editor.place((50, 60), "N2")
    cut_short(bench, bench.study.cases[1].image)
    bench.key("E")
    assert bench.study.cases[1].case_id in bench.message
    assert not [layer.name for layer in bench.viewer.layers if layer.visible]
    assert "No case is open" in bench.widget.landmarks.title.text()
    assert "placed" not in bench.widget.landmarks.table.item(1, 2).text()
    assert bench.widget.bar.missing.text() == ""
    bench.key("E")
    assert bench.widget.work.case_id == bench.study.cases[2].case_id
    assert bench.layer("film").visible and bench.layer("labels").visible
    assert not bench.layer("other").visible


@pytest.mark.parametrize("key", ["S", "Enter"])
def test_a_film_that_cannot_be_opened_is_not_marked_as_done(
    bench: Bench, key: str
) -> None:
    unreadable = bench.study.cases[1]
    cut_short(bench, unreadable.image)
    bench.key("E")
    bench.key(key)
    assert bench.widget.work.case_id == unreadable.case_id
    assert "it is not marked as done" in bench.message
    assert Queue(bench.study, "anna").entry(unreadable.case_id).undone
    bench.key("Shift+S")
    found = Queue(bench.study, "anna").entry(unreadable.case_id)
    assert found.status == "second look"
