"""What a user may rely on: a killed run leaves no process behind that keeps a core."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROC = Path("/proc")


def children(pid: int) -> list[int]:
    path = PROC / str(pid) / "task" / str(pid) / "children"
    return [int(word) for word in path.read_text().split()]


def running(pid: int) -> bool:
    try:
        state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not PROC.is_dir(), reason="processes are looked up in /proc")
def test_the_processes_of_a_killed_run_end_with_it(tmp_path):
    first = subprocess.Popen(
        [
            sys.executable, "-m", "napari_hipbmd.cli", "phantom", "--n", "60",
            "--pixels", "200", "--workers", "2", "--out", str(tmp_path / "study"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    images = tmp_path / "study" / "images"
    deadline = time.monotonic() + 120
    while not images.is_dir() or not any(images.iterdir()):
        assert first.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
    others = children(first.pid)
    assert len(others) >= 2
    first.send_signal(signal.SIGKILL)
    first.wait()
    while any(running(pid) for pid in others):
        assert time.monotonic() < deadline + 60, "a process goes on alone"
        time.sleep(0.1)
