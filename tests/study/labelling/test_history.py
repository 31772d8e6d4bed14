"""Every change of points and regions can be undone, without limit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_hipbmd.core.anatomy import LANDMARK_IDS, REGIONS
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.study import CaseHistory, Change, FilmFacts, Label, Labels

XY = st.tuples(st.floats(-999, 999), st.floats(-999, 999))
SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
CHANGES = st.builds(
    Change,
    st.sampled_from(["moved", "accepted"]),
    st.sampled_from(["2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00"]),
    st.dictionaries(
        st.sampled_from(LANDMARK_IDS), st.none() | st.builds(Label, XY), max_size=4
    ),
    st.dictionaries(st.sampled_from(REGIONS), st.none() | st.just(SQUARE), max_size=2),
    st.none() | st.builds(FilmFacts, side=st.sampled_from(["L", "R"])),
    st.none() | st.just(("T5",)) | st.just(()),
)


def content(labels: Labels) -> Labels:
    return replace(labels, created="", modified="")


@given(st.lists(CHANGES, max_size=20), st.data())
def test_undo_and_redo_lead_through_every_state(changes, data) -> None:
    history = CaseHistory(Labels("h", "anna"))
    states = [content(history.state)]
    for change in changes:
        if history.apply(change):
            states.append(content(history.state))
    at = len(states) - 1
    for back in data.draw(st.lists(st.booleans(), max_size=40)):
        moved = history.undo() if back else history.redo()
        if moved is None:
            assert at == (0 if back else len(states) - 1)
        else:
            at += -1 if back else 1
        assert content(history.state) == states[at]
        assert history.can_undo == (at > 0)
        assert history.can_redo == (at < len(states) - 1)


@given(CHANGES)
def test_a_change_is_written_and_read_back_equal(change) -> None:
    assert Change.from_json(change.to_json()) == change


def test_something_new_ends_the_way_forward() -> None:
    history = CaseHistory(Labels("h", "anna"))
    for x in (1.0, 2.0):
        history.apply(Change(f"to {x:g}", landmarks={"N1": Label((x, 0))}))
    history.undo()
    assert (history.undo_text, history.redo_text) == ("to 1", "to 2")
    history.apply(Change("elsewhere", landmarks={"N2": Label((5, 5))}))
    assert not history.can_redo and history.redo() is None
    assert history.undo_text == "elsewhere"


def test_what_changes_nothing_is_not_recorded() -> None:
    history = CaseHistory(Labels("h", "anna", {"N1": Label((1, 2))}))
    assert history.apply(Change("same", landmarks={"N1": Label((1, 2))})) is None
    assert not history.can_undo and history.undo_text == ""


def test_a_refused_change_changes_nothing() -> None:
    history = CaseHistory(Labels("h", "anna"))
    for bad in (
        Change("?", landmarks={"X9": Label((1, 2))}),
        Change("?", regions={"neck": ((0, 0), (9, 9), (9, 0), (0, 9))}),
    ):
        with pytest.raises(Refused):
            history.apply(bad)
        assert not history.can_undo and history.state == history.base
