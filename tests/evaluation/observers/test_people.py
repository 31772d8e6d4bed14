"""Who is compared with whom."""

from __future__ import annotations

import pytest

from napari_hipbmd.evaluation.observers import (
    CONSENSUS,
    Peers,
    next_session,
    observers_of,
    pairs_of,
    person_of,
    session_number,
)
from napari_hipbmd.study import Study

from .conftest import Labelled


@pytest.mark.parametrize(
    ("annotator", "person", "session"),
    [("anna", "anna", 1), ("anna@2", "anna", 2), ("a@b", "a@b", 1), ("x@0", "x@0", 1)],
)
def test_a_repeat_session_belongs_to_its_person(
    annotator: str, person: str, session: int
) -> None:
    assert (person_of(annotator), session_number(annotator)) == (person, session)


def test_a_repeat_is_compared_with_its_own_first_session_only() -> None:
    pairs = pairs_of(["ben", "anna@2", "anna", "ben@2", "cleo"])
    assert {(p.a, p.b) for p in pairs if p.kind == "intra"} == {
        ("anna", "anna@2"), ("ben", "ben@2"),
    }  # fmt: skip
    assert {(p.a, p.b) for p in pairs if p.kind == "inter"} == {
        ("anna", "ben"), ("anna", "cleo"), ("ben", "cleo"),
    }  # fmt: skip


def test_the_consensus_is_no_observer(study: Study, labelled: Labelled) -> None:
    for name in ("ben", "anna@2", "anna", CONSENSUS):
        labelled(name, (0, 0), cases=1)
    assert observers_of(study) == ("anna", "anna@2", "ben")
    assert Peers("anna", CONSENSUS).kind == "consensus"


def test_each_repeat_session_has_the_next_number(
    study: Study, labelled: Labelled
) -> None:
    assert next_session(study, "anna") == "anna@2", "not begun: the first comes first"
    labelled("anna", (0, 0), cases=1)
    assert next_session(study, "anna") == "anna@2"
    labelled("anna@2", (0, 0), cases=1)
    assert next_session(study, "anna@2") == "anna@3"
