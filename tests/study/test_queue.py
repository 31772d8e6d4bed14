"""An annotator's queue says what is done, and where to go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.study import Case, Label, Labels, Queue, Study
from napari_hipbmd.study.labelling.predictions import write_predictions


@pytest.fixture
def study(tmp_path: Path) -> Study:
    cases = [Case(n, Path(f"{n}.png"), extra={"kvp": "70"}) for n in "abcde"]
    return Study.create(tmp_path, cases)


def statuses(queue: Queue) -> list[str]:
    return [entry.status for entry in queue.entries]


def test_the_status_follows_from_what_is_there(study: Study) -> None:
    queue = Queue(study, "anna")
    assert statuses(queue) == ["untouched"] * 5
    assert not queue.path.exists()
    write_predictions(study.folder, Labels("b", "net-1", {"N1": Label((1, 2))}))
    case = study.open_case("anna", "c")
    case.apply(_placed(case.state))  # not saved: only journalled
    queue.set_status("d", "done")
    queue.set_status("e", "second look")
    assert statuses(Queue(study, "anna")) == [
        "untouched", "predicted", "in work", "done", "second look",
    ]  # fmt: skip
    assert queue.counts()["done"] == 1
    assert statuses(Queue(study, "bo")) == [
        "untouched", "predicted", "untouched", "untouched", "untouched",
    ]  # fmt: skip


def _placed(labels: Labels):
    from napari_hipbmd.study.labelling import edits

    return edits.place(labels, "N1", (1, 2), "anna")


def test_a_mark_can_be_taken_off(study: Study) -> None:
    queue = Queue(study, "anna")
    queue.set_status("a", "done")
    assert queue.set_status("a", "in work").status == "untouched"


def test_a_person_can_read_and_edit_the_file(study: Study) -> None:
    queue = Queue(study, "anna")
    queue.set_note("b", 'a "nail",\n in the neck')
    queue.set_status("a", "done")
    lines = queue.path.read_text("utf-8").splitlines()
    assert lines[0] == "case_id,status,note,changed"
    assert lines[1].startswith("a,done,,20")
    assert lines[2].startswith('b,,"a ""nail"", in the neck",20')
    queue.path.write_text("case_id;status;note\nc;second look;später\n", "utf-8-sig")
    queue.refresh()
    assert queue.entry("c").note == "später"
    assert queue.entry("c").status == "second look"
    assert queue.entry("a").status == "untouched"


def test_next_and_previous_and_the_next_that_is_not_done(study: Study) -> None:
    queue = Queue(study, "anna")
    assert (queue.next(None), queue.previous(None)) == ("a", "e")
    assert (queue.next("a"), queue.previous("c")) == ("b", "b")
    assert queue.next("e") is None and queue.previous("a") is None
    for name in "bce":
        queue.set_status(name, "done")
    assert queue.next("a", undone=True) == "d"
    assert queue.next("d", undone=True) == "a"  # round the end
    assert queue.previous("d", undone=True) == "a"
    queue.set_status("a", "done")
    assert queue.next("d", undone=True) is None
    queue.set_status("d", "done")
    assert queue.next("a", undone=True) is None


def test_cases_are_found_by_status_and_by_words(study: Study) -> None:
    queue = Queue(study, "anna")
    queue.set_note("d", "Rotated outwards")
    queue.set_status("d", "second look")
    assert [e.case_id for e in queue.filtered(text="rotated")] == ["d"]
    assert [e.case_id for e in queue.filtered({"second look"})] == ["d"]
    assert len(queue.filtered(text="70")) == 5
    shown = queue.filtered({"untouched"})
    assert queue.next("c", among=shown) == "e"


def test_two_windows_do_not_lose_each_others_marks(study: Study) -> None:
    one, two = Queue(study, "anna"), Queue(study, "anna")
    one.set_status("a", "done")
    two.set_note("b", "later")
    assert statuses(Queue(study, "anna"))[0] == "done"


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"case_id,status\na,finished\n", b"status\ndone\n"]
)
def test_a_spoilt_queue_is_told_in_one_sentence(study: Study, content: bytes) -> None:
    queue = Queue(study, "anna")
    queue.set_status("a", "done")
    queue.path.write_bytes(content)
    with pytest.raises(Refused, match=r"queue of anna \(queue.csv\)"):
        Queue(study, "anna")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_queue_with_a_spreadsheets_habits_is_read(
    study: Study, encoding: str
) -> None:
    Queue(study, "anna").set_status("a", "done")
    text = "sep=;\r\nCase_ID;Status;Note;Changed\r\na;done;;\r\nb;;x;\r\n;;;\r\n"
    path = Queue(study, "anna").path
    path.write_bytes(text.encode(encoding))
    again = Queue(study, "anna")
    assert statuses(again)[0] == "done" and again.entries[1].note == "x"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('case_id,status,note\na,done,"x\nb,done,y\n', "unexpected end of data"),
        ("case_id,state\na,done\n", "no column 'state'.*belongs into cases.csv"),
        ("case_id,status,mine\na,done,7\n", "no column 'mine'"),
        ("case_id,status\na,done,7\n", "line 2 has more cells than columns"),
        ("case_id,status\na,done\na,\n", "a has two rows"),
    ],
)
def test_what_the_next_change_of_a_queue_would_lose_is_told_before(
    study: Study, text: str, sentence: str
) -> None:
    Queue(study, "anna").set_status("a", "done")
    path = Queue(study, "anna").path
    path.write_text(text, "utf-8")
    with pytest.raises(Refused, match=sentence):
        Queue(study, "anna")
    assert path.read_text("utf-8") == text


def test_an_unknown_case_or_status_is_refused(study: Study) -> None:
    queue = Queue(study, "anna")
    with pytest.raises(Refused, match="no case 'z'"):
        queue.set_status("z", "done")
    with pytest.raises(Refused, match="one of"):
        queue.set_status("a", "finished")  # type: ignore[arg-type]
