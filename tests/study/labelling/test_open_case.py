"""Nothing that was placed is lost, and nobody's labels are overwritten."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.study import (
    Case,
    ConflictFound,
    FilmFacts,
    Label,
    Labels,
    OpenCase,
    Study,
)
from napari_hipbmd.study.labelling import edits
from napari_hipbmd.study.labelling.labels import read_labels, write_labels


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.create(tmp_path, [Case("h", Path("h.png"), "L")])


def put(case: OpenCase, name: str, x: float) -> None:
    case.apply(edits.place(case.state, name, (x, 1.0), case.annotator))


def x_of(labels: Labels | None, name: str) -> float | None:
    label = None if labels is None else labels.landmarks.get(name)
    return None if label is None or label.xy is None else label.xy[0]


def journal(study: Study) -> Path:
    return study.folder / "labels" / "anna" / "journal" / "h.jsonl"


def test_opening_a_case_writes_nothing(study: Study) -> None:
    with study.open_case("anna", "h", FilmFacts(side="L")) as case:
        assert not case.can_undo and case.state.missing
    assert not (study.folder / "labels").exists()
    assert study.labels("anna", "h") is None


def test_each_change_is_on_the_disk_when_it_returns(study: Study) -> None:
    case = study.open_case("anna", "h", FilmFacts((400, 300), (0.1, 0.2), "L"))
    put(case, "N1", 5)
    assert x_of(study.labels("anna", "h"), "N1") == 5  # nothing was saved or closed
    assert read_labels(study.folder, "anna", "h") is None
    assert study.labels("anna", "h") == case.state
    case.save()
    assert read_labels(study.folder, "anna", "h") == case.state
    assert case.state.film.spacing_mm == (0.1, 0.2)


def test_undo_goes_back_over_earlier_sessions(study: Study) -> None:
    for x in (1, 2, 3):
        with study.open_case("anna", "h") as case:
            put(case, "N1", x)
    case = study.open_case("anna", "h")
    case.undo()
    case.undo()
    again = study.open_case("anna", "h")
    assert x_of(again.state, "N1") == 1 and again.can_redo
    assert again.history.redo_text == "N1 moved"
    again.redo()
    again.redo()
    assert x_of(again.state, "N1") == 3 and not again.can_redo


def test_undo_does_not_go_behind_a_file_without_a_journal(study: Study) -> None:
    write_labels(study.folder, Labels("h", "anna", {"N2": Label((7, 7))}))
    case = study.open_case("anna", "h")
    put(case, "N1", 1)
    case.undo()
    assert not case.can_undo and x_of(case.state, "N2") == 7


@pytest.mark.parametrize("lost", [1, 5, 40])
def test_a_torn_last_line_costs_that_change_only(study: Study, lost: int) -> None:
    case = study.open_case("anna", "h")
    put(case, "N1", 1)
    put(case, "N1", 2)
    data = journal(study).read_bytes()
    journal(study).write_bytes(data[:-lost])
    again = study.open_case("anna", "h")
    assert x_of(again.state, "N1") == 1 and not again.notice
    put(again, "N2", 8)
    third = study.open_case("anna", "h")
    assert (x_of(third.state, "N1"), x_of(third.state, "N2")) == (1, 8)
    third.undo()
    assert x_of(third.state, "N2") is None


def test_damage_in_the_middle_is_told_and_kept_aside(study: Study) -> None:
    case = study.open_case("anna", "h")
    for x in (1, 2, 3):
        put(case, "N1", x)
    lines = journal(study).read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"2.0", b"9.0")
    journal(study).write_bytes(b"".join(lines))
    again = study.open_case("anna", "h")
    assert x_of(again.state, "N1") == 1 and "damaged" in again.notice
    assert (journal(study).parent / "h.damaged-1.jsonl").is_file()
    put(again, "N2", 5)
    third = study.open_case("anna", "h")
    assert not third.notice and x_of(third.state, "N2") == 5


def test_damage_does_not_hide_what_was_saved(study: Study) -> None:
    with study.open_case("anna", "h") as case:
        for x in (1, 2, 3):
            put(case, "N1", x)
    data = journal(study).read_bytes()
    journal(study).write_bytes(b"\0" * 10 + data[10:])
    assert x_of(study.open_case("anna", "h").state, "N1") == 3


def test_two_people_write_beside_each_other(study: Study) -> None:
    anna, bo = study.open_case("anna", "h"), study.open_case("bo", "h")
    put(anna, "N1", 1)
    put(bo, "N1", 2)
    put(anna, "N2", 3)
    assert x_of(study.labels("anna", "h"), "N1") == 1
    assert x_of(study.labels("bo", "h"), "N1") == 2
    assert study.annotators() == ("anna", "bo")


@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_two_windows_of_one_person_end_in_a_choice(study: Study, keep: str) -> None:
    first, second = study.open_case("anna", "h"), study.open_case("anna", "h")
    put(first, "N1", 1)
    with pytest.raises(ConflictFound, match="choose whose"):
        put(second, "N1", 2)
    conflict = second.conflict
    assert conflict is not None and conflict.theirs is not None
    assert (x_of(conflict.mine, "N1"), x_of(conflict.theirs, "N1")) == (2, 1)
    assert x_of(study.labels("anna", "h"), "N1") == 1
    with pytest.raises(ConflictFound):
        put(second, "N2", 3)
    second.resolve(getattr(conflict, keep))
    kept, other = (2, 1) if keep == "mine" else (1, 2)
    assert x_of(study.labels("anna", "h"), "N1") == kept
    assert second.conflict is None
    before = []
    while second.can_undo:
        second.undo()
        before.append(x_of(second.state, "N1"))
    assert other in before  # nothing was thrown away


def test_a_newer_window_is_noticed_before_anything_is_changed(study: Study) -> None:
    first, second = study.open_case("anna", "h"), study.open_case("anna", "h")
    assert second.check() is None
    put(first, "N1", 1)
    conflict = second.check()
    assert conflict is not None and x_of(conflict.theirs, "N1") == 1
    second.resolve(conflict.theirs)
    put(second, "N2", 2)
    assert x_of(study.labels("anna", "h"), "N2") == 2


def test_saving_in_another_window_is_no_conflict(study: Study) -> None:
    first = study.open_case("anna", "h")
    put(first, "N1", 1)
    second = study.open_case("anna", "h")
    first.save()
    put(second, "N2", 2)
    assert x_of(second.state, "N1") == 1


def test_a_file_written_by_another_program_is_never_overwritten_silently(
    study: Study,
) -> None:
    with study.open_case("anna", "h") as case:
        put(case, "N1", 1)
    write_labels(study.folder, Labels("h", "anna", {"N1": Label((9, 9))}))
    assert x_of(study.labels("anna", "h"), "N1") == 9
    reopened = study.open_case("anna", "h")
    assert reopened.conflict is not None and "another program" in str(
        reopened.conflict.reason
    )
    with pytest.raises(ConflictFound):
        put(case, "N2", 2)
    assert x_of(read_labels(study.folder, "anna", "h"), "N1") == 9
    merged = Labels("h", "anna", {"N1": Label((5, 5))})
    reopened.resolve(merged)
    assert x_of(read_labels(study.folder, "anna", "h"), "N1") == 5
    assert study.open_case("anna", "h").conflict is None


def test_a_change_during_the_choice_is_shown_once_more(study: Study) -> None:
    first, second = study.open_case("anna", "h"), study.open_case("anna", "h")
    put(first, "N1", 1)
    conflict = second.check()
    assert conflict is not None
    put(first, "N1", 7)
    with pytest.raises(ConflictFound) as found:
        second.resolve(conflict.mine)
    assert x_of(found.value.conflict.theirs, "N1") == 7
    second.resolve(found.value.conflict.mine)
    assert x_of(study.labels("anna", "h"), "N1") is None


def test_a_spoilt_label_file_is_put_aside_and_the_journal_goes_on(study: Study) -> None:
    with study.open_case("anna", "h") as case:
        put(case, "N1", 1)
    path = study.folder / "labels" / "anna" / "h.json"
    path.write_text("{")
    case = study.open_case("anna", "h")
    assert case.conflict is not None and case.conflict.theirs is None
    case.resolve(case.conflict.mine)
    assert x_of(read_labels(study.folder, "anna", "h"), "N1") == 1
    assert (journal(study).parent / "h.unreadable-1.json").read_text() == "{"


def test_a_deleted_label_file_is_a_conflict(study: Study) -> None:
    with study.open_case("anna", "h") as case:
        put(case, "N1", 1)
    (study.folder / "labels" / "anna" / "h.json").unlink()
    found = study.open_case("anna", "h").conflict
    assert found is not None and "taken away" in found.reason


def test_a_full_disk_changes_nothing(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = study.open_case("anna", "h")
    put(case, "N1", 1)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as m:
        m.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            put(case, "N1", 2)
    assert x_of(case.state, "N1") == 1
    put(case, "N2", 2)
    again = study.open_case("anna", "h")
    assert again.state == case.state and not again.notice


def test_writing_labels_of_a_study_can_be_undone(study: Study) -> None:
    study.write_labels(Labels("h", "anna", {"N1": Label((1, 1))}))
    study.write_labels(Labels("h", "anna", {"N2": Label((2, 2))}))
    case = study.open_case("anna", "h")
    assert x_of(case.state, "N1") is None
    case.undo()
    assert x_of(case.state, "N1") == 1


def test_a_journal_of_another_version_is_told(study: Study) -> None:
    with study.open_case("anna", "h") as case:
        put(case, "N1", 1)
    other = study.folder / "labels" / "bo" / "journal" / "h.jsonl"
    other.parent.mkdir(parents=True)
    from napari_hipbmd.study.labelling.journal import journal_line

    other.write_bytes(journal_line({"op": "open", "base": {"case_id": 3}})[0])
    with pytest.raises(Refused, match="journal of h by bo"):
        study.open_case("bo", "h")
    lines = journal(study).read_text().splitlines()
    assert [json.loads(line)["entry"]["op"] for line in lines] == ["open", "do", "save"]


def test_labels_of_a_read_only_study_can_be_looked_at(
    study: Study, read_only: Callable[[Path], Path]
) -> None:
    case = study.open_case("anna", "h")
    put(case, "N1", 5)  # in the journal alone
    read_only(study.folder)
    again = Study.open(study.folder).open_case("anna", "h")
    assert x_of(again.state, "N1") == 5
    assert again.notice == (
        "These labels can only be looked at: the folder"
        f" {study.folder.name} is read-only."
    )
    with pytest.raises(OSError, match=r"Read-only|denied"):
        put(again, "N1", 6)
    assert x_of(again.state, "N1") == 5


def test_a_damaged_journal_of_a_read_only_study_is_told_and_left_as_it_is(
    study: Study, read_only: Callable[[Path], Path]
) -> None:
    with study.open_case("anna", "h") as case:
        for x in range(4):
            put(case, "N1", x)
    lines = journal(study).read_bytes().splitlines(keepends=True)
    spoilt = b"".join([*lines[:2], lines[2][:9] + b"#" + lines[2][10:], *lines[3:]])
    journal(study).write_bytes(spoilt)
    read_only(study.folder)
    with pytest.raises(Refused, match="damaged, and its folder is read-only"):
        study.open_case("anna", "h")
    assert journal(study).read_bytes() == spoilt
