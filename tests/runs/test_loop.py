"""What a user may rely on: many films are measured, whatever happens to some."""

import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.dicom import read_film
from napari_hipbmd.runs import cluster as cluster_module
from napari_hipbmd.runs.jobs import Job
from napari_hipbmd.runs.journal import RunJournal, made_of
from napari_hipbmd.runs.loop import run_jobs

FILMS = Path("/films")
JOBS = [Job(f"hip-{i}", FILMS / f"hip-{i}.dcm", FILMS) for i in range(6)]


@pytest.fixture
def fakes(monkeypatch):
    """Work that workers can import, since tests are no package there."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import fake_work

    return fake_work


def same_numbers(a, b):
    for text in (a, b):
        for hip in text:
            hip.pop("seconds")
    return a == b


@pytest.mark.slow
def test_two_processes_give_exactly_the_numbers_of_one(hipbmd, study, tmp_path):
    measure = "measure", study, "--json", "-", "--layers"
    one = hipbmd(*measure, tmp_path / "one")
    two = hipbmd(*measure, tmp_path / "two", "--workers", 2)
    assert one.status == two.status == 0
    assert same_numbers(json.loads(one.out), json.loads(two.out))
    layers = list((tmp_path / "one").glob("*_bone.tif"))
    assert len(layers) == 2
    for layer in layers:
        assert layer.read_bytes() == (tmp_path / "two" / layer.name).read_bytes()


def test_nobody_else_can_talk_to_the_processes_of_a_run(tmp_path, fakes):
    running = run_jobs(JOBS, fakes.Fake(tmp_path), workers=2)
    next(running)
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = {x.split()[9] for x in lines if x.split()[3] == "0A"}
    for child in multiprocessing.active_children():
        files = [os.readlink(one) for one in Path(f"/proc/{child.pid}/fd").iterdir()]
        assert files and not {f"socket:[{inode}]" for inode in listening} & {*files}
    assert len(list(running)) == 5


def test_a_run_that_is_left_leaves_no_process_behind(tmp_path, fakes):
    running = run_jobs(JOBS, fakes.Fake(tmp_path), workers=2)
    next(running)
    assert len(multiprocessing.active_children()) == 2
    running.close()
    assert not multiprocessing.active_children()


def test_a_worker_that_is_killed_does_not_lose_the_run(tmp_path, fakes):
    work = fakes.Fake(
        tmp_path, dies_once_on="hip-1", dies_on="hip-3", raises_on="hip-4"
    )
    ran = list(run_jobs(JOBS, work, workers=2))
    found = {job.name: out.measurement for job, out in ran}
    assert (tmp_path / "died").exists()
    assert set(found) == {job.name for job in JOBS}
    refused = {name for name, m in found.items() if m.status == "refused"}
    assert refused == {"hip-3", "hip-4"}
    assert "stopped the process" in found["hip-3"].reason
    assert "ZeroDivisionError" in found["hip-4"].reason


def test_what_stops_one_film_stops_no_other_here_either(tmp_path, fakes):
    work = fakes.Fake(tmp_path, raises_on="hip-4")
    found = {job.name: out.measurement for job, out in run_jobs(JOBS, work)}
    assert len(found) == 6
    assert [m.status for m in found.values()].count("refused") == 1
    assert "ZeroDivisionError: nothing to see" in found["hip-4"].reason


@pytest.mark.slow
def test_somebodys_cluster_does_the_work_and_others_are_refused(tmp_path, fakes):
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        found = list(run_jobs(JOBS, fakes.Fake(tmp_path), scheduler=address))
        assert {job.name for job, _ in found} == {job.name for job in JOBS}
        with pytest.raises(Refused, match="would give other numbers"):
            list(run_jobs(JOBS, fakes.Elsewhere(tmp_path), scheduler=address))


@pytest.mark.slow
def test_a_scheduler_that_goes_away_ends_in_a_sentence(tmp_path, fakes):
    from distributed import LocalCluster

    many = [replace(JOBS[0], name=f"hip-{i}") for i in range(500)]
    with LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        running = run_jobs(
            many, fakes.Fake(tmp_path), scheduler=cluster.scheduler_address
        )
        next(running)
        cluster.close()
        with pytest.raises(Refused, match="gone away"):
            list(running)


def test_a_scheduler_that_does_not_answer_keeps_nobody_waiting_at_the_end():
    code = (
        "from napari_hipbmd.runs.cluster import _client\n"
        "try: _client('nonsense')\n"
        "except Exception as error: kept = error\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=15
    )
    assert ran.returncode == 0 and ran.stderr == ""


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "tls://127.0.0.1:1", "nonsense", "http://x:1"]
)
def test_a_scheduler_that_does_not_answer_is_told_in_a_sentence(
    hipbmd, sample_study, address, monkeypatch
):
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 1)
    ran = hipbmd("measure", sample_study.folder, "--scheduler", address)
    assert ran.status == 2
    assert ran.err.count("\n") == 1 and f"answers at {address}" in ran.err


def test_workers_here_and_a_cluster_are_not_mixed(hipbmd, sample_study):
    ran = hipbmd(
        "measure", sample_study.folder, "--workers", 2, "--scheduler", "tcp://x:1"
    )
    assert ran.status == 2 and "one of the two" in ran.err


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished_and_the_next_run_goes_on(
    sample_study, tmp_path, hipbmd
):
    study, out = films_of(sample_study, 4, tmp_path / "study"), tmp_path / "out"
    command = [sys.executable, "-c", STOPS_ITSELF, "measure", str(study)]
    command += ["--out", str(out), "--workers", "2"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 130, ran.stderr
    assert "what was finished is kept" in ran.stderr
    assert "Traceback" not in ran.stderr
    kept = json.loads((out / "results.json").read_text("utf-8"))
    assert 0 < len(kept) < 4
    before = lines_of(out)
    again = hipbmd("measure", study, "--out", out, "--json", "-")
    assert again.status == 0 and len(json.loads(again.out)) == 4
    assert lines_of(out)[: len(before)] == before and len(lines_of(out)) == 5
    whole = hipbmd("measure", study, "--json", "-")
    assert same_numbers(json.loads(again.out), json.loads(whole.out))


STOPS_ITSELF = """
import os, signal, sys
from napari_hipbmd.runs.journal import RunJournal
from napari_hipbmd.cli import main
append = RunJournal.append
def then_stop(self, record):
    append(self, record)
    if len(self) == 2:
        os.killpg(0, signal.SIGINT)  # as a terminal does
RunJournal.append = then_stop
if __name__ == "__main__":
    os.setpgrp()
    # Whoever runs the tests in the background has them ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
"""


def lines_of(out):
    return (out / "results.jsonl").read_text("utf-8").splitlines()


@pytest.fixture
def study(sample_study, tmp_path):
    """Two hips of the samples, in a study of their own."""
    return films_of(sample_study, 2, tmp_path / "study")


def films_of(sample_study, count, folder):
    (folder / "images").mkdir(parents=True)
    table = (sample_study.folder / "cases.csv").read_text("utf-8").splitlines()
    (folder / "cases.csv").write_text("\n".join(table[: count + 1]) + "\n", "utf-8")
    for case in sample_study.cases[:count]:
        shutil.copy(case.image, folder / "images")
    return folder


def no_networks(folder=None):
    raise AssertionError("networks are loaded, and nothing is left to do")


def test_a_finished_run_measures_nothing_again_and_says_the_same(
    hipbmd, study, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    first = hipbmd("measure", study, "--out", out, "--html", "--json", "-")
    lines = lines_of(out)
    files = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    monkeypatch.setattr("napari_hipbmd.tasks.measure.load_models", no_networks)
    again = hipbmd("measure", study, "--out", out, "--html", "--json", "-")
    assert again.out == first.out and lines_of(out) == lines
    assert files == {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_a_long_table_is_left_to_its_file(hipbmd, study, tmp_path, monkeypatch):
    monkeypatch.setattr("napari_hipbmd.cli.measure.MOST_ROWS", 1)
    told = hipbmd("measure", study, "--out", tmp_path / "out").out
    assert "2 hips, 2 of them measured now" in told and "Research use" in told
    assert "neck" not in told
    again = hipbmd("measure", study, "--out", tmp_path / "out").out
    assert "2 hips, 0 of them measured now" in again and "digital hips" in again


def test_what_has_changed_is_measured_again(hipbmd, study, tmp_path):
    out = tmp_path / "out"
    hipbmd("measure", study, "--out", out)
    films = sorted((study / "images").iterdir())
    films[1].write_bytes(films[0].read_bytes())  # another film for the second case
    ran = hipbmd("measure", study, "--out", out, "--json", "-")
    assert len(lines_of(out)) == 1 + 3
    hips = json.loads(ran.out)
    assert [hip["status"] for hip in hips] == ["measured", "measured"]
    hipbmd("measure", study, "--out", out, "--withhold", "calibration")
    assert len(lines_of(out)) == 1 + 5  # other rules, other results


def test_a_film_that_changed_within_one_tick_of_the_clock_is_measured_again(
    hipbmd, study, tmp_path
):
    """Size and date are the same as before: only the content tells."""
    out, film = tmp_path / "out", sorted((study / "images").iterdir())[0]
    hipbmd("measure", study, "--out", out)
    before, pixels = film.stat(), bytearray(film.read_bytes())
    pixels[-5_000] ^= 1  # the least bit of one pixel, far down
    film.write_bytes(pixels)
    os.utime(film, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert film.stat().st_mtime_ns == before.st_mtime_ns
    assert film.stat().st_size == before.st_size
    hipbmd("measure", study, "--out", out)
    assert len(lines_of(out)) == 1 + 3


def test_a_page_that_was_deleted_is_made_again(hipbmd, study, tmp_path):
    out = tmp_path / "out"
    hipbmd("measure", study, "--out", out, "--html")
    page = next((out / "cases").iterdir())
    before = page.read_bytes()
    page.unlink()
    hipbmd("measure", study, "--out", out, "--html")
    assert page.read_bytes() == before and len(list((out / "cases").iterdir())) == 2


def test_a_line_that_a_crash_cut_short_is_passed_over(hipbmd, study, tmp_path):
    out = tmp_path / "out"
    hipbmd("measure", study, "--out", out)
    journal = out / "results.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[: len(whole) - 500])
    assert hipbmd("measure", study, "--out", out).status == 0
    assert len([json.loads(line) for line in lines_of(out)]) == 3


@pytest.mark.parametrize(
    "content", ["hello\n", '{"format": "else"}\n', '[]\n{"a": 1}\n', "\xff\n"]
)
def test_another_file_in_the_journals_place_is_told(hipbmd, study, tmp_path, content):
    out = tmp_path / "out"
    out.mkdir()
    (out / "results.jsonl").write_bytes(content.encode("latin-1"))
    ran = hipbmd("measure", study, "--out", out)
    assert ran.status == 2 and "results.jsonl" in ran.err and ran.err.count("\n") == 1
    assert (out / "results.jsonl").read_bytes() == content.encode("latin-1")


def test_a_bad_film_stops_neither_the_run_nor_the_next_one(hipbmd, study, tmp_path):
    bad = sorted((study / "images").iterdir())[0]
    bad.write_bytes(bad.read_bytes()[:700])
    out = tmp_path / "out"
    for _ in range(2):
        ran = hipbmd("measure", study, "--out", out, "--json", "-")
        hips = json.loads(ran.out)
        assert ran.status == 3
        assert [hip["status"] for hip in hips] == ["refused", "measured"]
    assert len(lines_of(out)) == 3
    bad.unlink()
    for lines in (4, 5):  # a film that is missing may be there the next time
        hipbmd("measure", study, "--out", out)
        assert len(lines_of(out)) == lines


def test_films_of_one_name_in_two_folders_keep_their_own_pages(
    hipbmd, sample_study, tmp_path
):
    films, out = tmp_path / "films", tmp_path / "out"
    for name, case in zip("ab", sample_study.cases[:2], strict=True):
        (films / name).mkdir(parents=True)
        grey = read_film(case.image).grey()
        picture = Image.fromarray((255 * grey.clip(0, 1)).astype(np.uint8))
        picture.resize((200, 200)).save(films / name / "hip.png")

    def run(folder):
        given = ("--side", "L", "--spacing-mm", 0.8, "--out", out, "--html")
        ran = hipbmd("measure", folder, *given, "--json", "-")
        return [hip["landmarks"]["N1"]["xy"] for hip in json.loads(ran.out)]

    def pages():
        return {path: path.read_bytes() for path in (out / "cases").iterdir()}

    [a] = run(films / "a")
    first = pages()
    [b] = run(films / "b")  # goes on in the same folder
    both = pages()
    assert a != b and len(both) == 2 and first.items() <= both.items()
    assert run(films) == [a, b] and run(films) == [a, b]
    assert len(set(pages())) >= 2 and both.items() <= pages().items()
    links = re.findall(r'href="(cases/[^"]+)"', (out / "report.html").read_text())
    assert len(set(links)) == 2


def test_pages_need_a_folder(hipbmd, study):
    ran = hipbmd("measure", study, "--html")
    assert ran.status == 2 and "--out" in ran.err


def test_a_result_depends_on_film_models_and_what_was_told(tmp_path):
    job = JOBS[0]
    assert made_of(job, None, "m") is None
    assert len({made_of(job, f, m) for f in "ab" for m in "mn"}) == 4
    assert not len(RunJournal(tmp_path))
