"""``hipbmd pairs`` and the training on what it makes, without a window."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time

import pytest

from napari_hipbmd.cli.steered import Steering, steered
from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.enhancement.watch import read_curve, read_picture
from napari_hipbmd.learning.training import LAST
from napari_hipbmd.tasks.train import Link

QUICK = ["--epochs", 1, "--device", "cpu"]


@pytest.fixture(scope="module")
def pairs(sample_study, tmp_path_factory):
    from napari_hipbmd.cli import main

    out = tmp_path_factory.mktemp("pairs") / "own"
    split = ["--split", "1", "1", "0"]
    study = str(sample_study.folder)
    assert main(["pairs", study, "--n", "6", "--out", str(out), *split]) == 0
    return out


def test_pairs_are_made_checked_and_made_again(hipbmd, pairs, sample_study, tmp_path):
    ran = hipbmd("pairs", sample_study.folder, "--n", 6, "--out", pairs,
                 "--split", 1, 1, 0)  # fmt: skip
    assert ran.status == 0 and "2 hips of type 2, 6 soft-tissue tiles" in ran.out
    made = hipbmd("pairs", "--again", pairs, "--out", tmp_path / "again")
    assert made.status == 0
    assert "film − STO is the projected bone within" in made.out
    assert "bit for bit" in hipbmd("pairs", "--check", tmp_path / "again").out
    (tmp_path / "again/pairs/000/000002.tif").unlink()
    gone = hipbmd("pairs", "--check", tmp_path / "again")
    assert gone.status == 3 and "000002.tif" in gone.err


def test_pasting_says_that_it_contradicts_its_label(hipbmd, sample_study, tmp_path):
    ran = hipbmd("pairs", sample_study.folder, "--n", 1, "--out", tmp_path / "p",
                 "--split", 1, 0, 0, "--operator", "replace")  # fmt: skip
    assert ran.status == 0 and "donor's soft tissue" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Give --out"),
        (["--out", "p"], "one or more folders"),
        (["nowhere", "--n", 2, "--out", "p"], "no folder nowhere"),
        (["--again", "nowhere", "--out", "p"], "holds no pairs"),
        (["--check", "nowhere"], "holds no pairs"),
        (["x", "--n", 2, "--out", "p", "--scale", 2, 1], "smaller one first"),
    ],
)
def test_wrong_pairs_commands_end_in_a_sentence(
    hipbmd, arguments, message, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    ran = hipbmd("pairs", *arguments)
    assert ran.status == 2 and message in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_model_is_trained_on_pairs_and_digital_hips_together(
    hipbmd, pairs, sample_study, tmp_path
):
    out = tmp_path / "model"
    ran = hipbmd("train", "enhancement", "--pairs", pairs,
                 "--study", sample_study.folder, "--out", out, *QUICK)  # fmt: skip
    assert ran.status == 0, ran.err
    card = json.loads((out / "enhancement.json").read_text())
    assert sum(card["hips"].values()) == 12
    assert card["pairs"][0]["count"] == 6 and card["data"]["cases"] == 6
    assert "--study STUDY --pairs PAIRS" in card["command"]
    assert [epoch for epoch, _ in read_curve(out)] == [1]
    assert read_picture(out).shape == (3, 128, 128)


def test_pairs_without_a_validation_part_are_refused(hipbmd, sample_study, tmp_path):
    out = tmp_path / "p"
    hipbmd("pairs", sample_study.folder, "--n", 1, "--out", out, "--split", 1, 0, 0)
    ran = hipbmd(
        "train", "enhancement", "--pairs", out, "--out", tmp_path / "m", *QUICK
    )
    assert ran.status == 2 and "none for validation" in ran.err
    assert not (tmp_path / "m").exists()


def test_pairs_mean_nothing_for_other_steps(hipbmd, pairs, tmp_path):
    ran = hipbmd("train", "landmarks", "--study", "x", "--pairs", pairs, "--out", "y")
    assert ran.status == 2 and "--pairs has no effect" in ran.err
    ran = hipbmd("train", "locator", "--study", "x", "z", "--out", "y")
    assert ran.status == 2 and "one --study" in ran.err
    labels = ("--annotator", "anna", "--out", "y")
    ran = hipbmd("train", "landmarks", "--study", "x", "z", *labels)
    assert ran.status == 2 and "one --study" in ran.err
    ran = hipbmd("train", "landmarks", "--pairs", "x", "--out", "y")
    assert ran.status == 2 and "--pairs has no effect" in ran.err
    ran = hipbmd("train", "landmarks", "--out", "y")
    assert ran.status == 2 and "landmarks needs a --study" in ran.err
    ran = hipbmd("train", "enhancement", "--out", tmp_path)
    assert ran.status == 2 and "--study, --pairs or both" in ran.err


ONE_BY_ONE = """
import json, sys
from napari_hipbmd.cli import main
for command in json.loads(sys.argv[1]):
    assert main(command) == 0
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_training_that_was_killed_goes_on_as_if_unbroken(pairs, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train = ["train", "enhancement", "--pairs", str(pairs), "--epochs", "3"]
    train += ["--device", "cpu", "--out"]
    process = subprocess.Popen(
        [sys.executable, "-m", "napari_hipbmd.cli", *train, str(broken), "--steered"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert '"epoch": 1' in process.stdout.readline()
    assert '"epoch": 2' in process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (broken / LAST).is_file()
    assert not (broken / "enhancement.json").exists()
    # In a process of its own: other tests may have changed how many threads add up
    # here, and with it the last bit.
    both = [*train, str(broken), "--resume"], [*train, str(whole)]
    subprocess.run([sys.executable, "-c", ONE_BY_ONE, json.dumps(both)], check=True)
    for name in ("enhancement.safetensors", "curve.csv", "validation.tif"):
        assert (broken / name).read_bytes() == (whole / name).read_bytes(), name


class Words:
    """Lines that a window writes one by one; they end when it is gone."""

    def __init__(self):
        self.queue = queue.Queue()

    def __iter__(self):
        return iter(self.queue.get, None)


def test_a_training_waits_while_it_is_paused_and_goes_on():
    words = Words()
    steering = Steering(words)
    assert steering.cancelled() is False
    words.queue.put("pause\n")
    until(lambda: not steering.is_going())
    answers = []
    asking = threading.Thread(target=lambda: answers.append(steering.cancelled()))
    asking.start()
    asking.join(0.1)
    assert asking.is_alive() and answers == []
    words.queue.put("go\n")
    asking.join(10)
    assert answers == [False]


@pytest.mark.parametrize("last", ["stop\n", None])
def test_a_training_stops_when_told_and_when_its_window_is_gone(last):
    words = Words()
    steering = Steering(words)
    words.queue.put("pause\n")
    words.queue.put(last)
    until(steering.cancelled)


def test_a_training_that_is_stopped_reads_no_further_film():
    told = []
    link = Link(lambda *_: None, lambda *step: told.append(step), lambda: bool(told))
    link.read(0, 3)
    with pytest.raises(Cancelled):
        link.read(1, 3)
    assert told == [(0, 3)]


def until(condition):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (None, 0, {"done": True}),
        (Cancelled(), 130, {"stopped": True}),
        (Refused("No films."), 2, {"refused": "No films."}),
    ],
)
def test_a_steered_training_says_how_it_ended(
    raised, status, said, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "stdin", Words())

    def train(link):
        link.reading(1, 2)
        link.report(1, 3, {"validation": 0.5})
        if raised:
            raise raised

    assert steered(train) == status
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {"read": 1, "of": 2},
        {"epoch": 1, "of": 3, "figures": {"validation": 0.5}},
        said,
    ]
