"""Going on does not read again what is done, unless somebody has changed it."""

import os

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.core.measurement_json import measurement_as_json
from napari_hipbmd.runs.jobs import Job
from napari_hipbmd.runs.journal import JOURNAL, Record, RunJournal, film_sha256, made_of
from napari_hipbmd.runs.journal_index import INDEX
from napari_hipbmd.runs.measuring import Make
from napari_hipbmd.runs.results import Results

MODELS = "models"


def record(name, reason="too dark", made="made"):
    hip = Measurement(name, f"{name}.png", "L", "partial", reason)
    return Record(f"{made}-{name}", name, (), {}, measurement_as_json(hip), "film")


@pytest.fixture
def kept(tmp_path):
    """A journal of two hips with its index."""
    journal = RunJournal(tmp_path)
    for name in "ab":
        journal.append(record(name))
    journal.keep_index()
    return tmp_path


def lines_read(monkeypatch):
    from napari_hipbmd.runs import journal

    read, parse = [], journal.parse_json
    monkeypatch.setattr(
        journal, "parse_json", lambda *line: read.append(line) or parse(*line)
    )
    return read


def test_no_line_is_read_before_its_result_is_asked_for(kept, monkeypatch):
    read = lines_read(monkeypatch)
    journal = RunJournal(kept)
    entry = journal.done("made-b")
    assert len(journal) == 2 and not read
    assert journal.record(entry).measurement.reason == "too dark"
    assert len(read) == 1


def test_lines_that_were_written_after_the_index_are_read(kept, monkeypatch):
    RunJournal(kept).append(record("c"))
    read = lines_read(monkeypatch)
    assert RunJournal(kept).done("made-c").file_name == "c" and len(read) == 1


def test_a_line_that_somebody_changed_is_read_and_not_believed(kept):
    path = kept / JOURNAL
    path.write_text(path.read_text("utf-8").replace("too dark", "too pale"), "utf-8")
    journal = RunJournal(kept)
    assert journal.record(journal.done("made-a")).measurement.reason == "too pale"
    path.write_text(path.read_text("utf-8").replace('"partial"', "17"), "utf-8")
    with pytest.raises(Refused, match="line 2: "):
        RunJournal(kept)


def test_a_journal_that_changes_while_it_is_in_use_is_told(kept):
    journal = RunJournal(kept)
    path = kept / JOURNAL
    path.write_text(path.read_text("utf-8").replace("made-b", "made-x"), "utf-8")
    assert journal.record(journal.done("made-a")).file_name == "a"
    with pytest.raises(Refused, match="while it was in use"):
        journal.record(journal.done("made-b"))


@pytest.mark.parametrize("spoilt", ["", "[]", '{"size": 4}', '{"size": -1}', "hello"])
def test_a_spoilt_index_costs_time_and_nothing_else(kept, spoilt):
    (kept / INDEX).write_text(spoilt, "utf-8")
    assert RunJournal(kept).done("made-b").file_name == "b"


def test_tables_of_the_same_hips_are_left_and_changed_ones_made_again(tmp_path):
    films, out = tmp_path / "films", tmp_path / "out"
    films.mkdir()
    jobs = [Job(name, films / f"{name}.png", films) for name in "ab"]
    out.mkdir()
    journal = RunJournal(out)
    for job in jobs:
        job.path.write_bytes(job.name.encode())
        film = film_sha256(job.path)
        made = made_of(job, film, MODELS)
        line = record(job.name)
        journal.append(Record(made, job.name, (), {}, line.result, film))

    def run(jobs):
        with Results(Make(), MODELS, out) as results:
            assert not results.left_of(jobs)
            results.write(jobs)
        return {path.name: path.stat().st_mtime_ns for path in out.glob("results.*")}

    first = run(jobs)
    assert len(first) == 3 and run(jobs) == first
    table, text = out / "results.csv", (out / "results.csv").read_bytes()
    table.write_bytes(text.replace(b"too dark", b"perfect!"))
    os.utime(table, ns=(first["results.csv"],) * 2)
    run(jobs)
    assert table.read_bytes() == text
    run(jobs[:1])
    assert table.read_text("utf-8").count("\n") == 2
    run(jobs[::-1])
    assert [row[:1] for row in table.read_text("utf-8").splitlines()[1:]] == ["b", "a"]


def test_another_name_of_the_same_film_is_another_result(tmp_path):
    one = Job("hip", tmp_path / "a.png", tmp_path)
    other = Job("hip", tmp_path / "b.png", tmp_path)
    assert made_of(one, "film", MODELS) != made_of(other, "film", MODELS)
