"""After kill -9 in the middle of work the case reopens exactly as it was."""

from __future__ import annotations

import os
import random
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import napari_hipbmd
from napari_hipbmd.study import OpenCase

WORKER = Path(__file__).with_name("crash_worker.py")
names = runpy.run_path(str(WORKER))
fingerprint, FILM = names["fingerprint"], names["FILM"]
KILLS = 60


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_a_case_reopens_exactly_after_each_of_sixty_kills(tmp_path: Path) -> None:
    environment = os.environ | {
        "PYTHONPATH": str(Path(napari_hipbmd.__file__).parents[1])
    }
    worker = subprocess.Popen(
        [sys.executable, WORKER, tmp_path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        env=environment,
    )  # fmt: skip
    assert worker.stdin is not None and worker.stdout is not None
    dice = random.Random(4)
    changes = in_the_midst = 0
    last = fingerprint(OpenCase(tmp_path, "anna", "hip", FILM).history)
    for seed in range(KILLS):
        worker.stdin.write(f"{seed}\n")
        word, pid, opened = worker.stdout.readline().split()
        assert word == "open" and (seed == 0 or opened == last)
        acknowledged, in_flight = opened, ""
        left = dice.randrange(5)  # changes until it is killed at the next one
        while word != "dead":
            word, *values = worker.stdout.readline().split()
            if word == "doing":
                in_flight = values[0]
                if left == 0:
                    time.sleep(dice.choice((0, 0, 0.001, 0.005)))
                    os.kill(int(pid), signal.SIGKILL)
                    left -= 1
            elif word == "done":
                acknowledged = values[0]
                changes += 1
                left -= 1
        # What was being done when the process died may be on the disk or not; it
        # is there whole or not at all.
        case = OpenCase(tmp_path, "anna", "hip", FILM)
        assert case.conflict is None and not case.notice
        last = fingerprint(case.history)
        assert last in (acknowledged, in_flight)
        in_the_midst += in_flight not in ("", acknowledged)
    worker.stdin.close()
    worker.wait()
    assert changes > KILLS and in_the_midst > KILLS / 4  # they were killed at work

    case = OpenCase(tmp_path, "anna", "hip")
    end = case.state
    steps = 0
    while case.undo():
        steps += 1
    assert steps and not case.state.landmarks
    for _ in range(steps):  # the last kill may have left something undone
        assert case.redo()
    assert case.state.landmarks == end.landmarks
