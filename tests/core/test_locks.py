"""Two programs and one file: one works on it, with locks of the system or without."""

import errno
import fcntl
import json
import os
import subprocess
import sys

import pytest

from napari_hipbmd.core.locks import Busy, Claim, kept_alone


@pytest.fixture
def no_locks(monkeypatch):
    """A network drive that knows no locks."""

    def flock(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)


def alone_twice(path):
    with kept_alone(path), pytest.raises(Busy), kept_alone(path):
        pass
    with kept_alone(path):
        pass


def test_only_one_is_alone(tmp_path):
    alone_twice(tmp_path / "lock")


def test_only_one_is_alone_where_there_are_no_locks(tmp_path, no_locks):
    alone_twice(tmp_path / "lock")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_program_left_behind_keeps_nobody_out(tmp_path, no_locks):
    ran = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    claim = Claim(tmp_path / "lock")
    host = os.uname().nodename
    claim.path.write_text(json.dumps({"host": host, "pid": int(ran.stdout)}))
    claim.take()
    assert json.loads(claim.path.read_text())["pid"] == os.getpid()


def test_a_claim_of_another_computer_is_named(tmp_path):
    claim = Claim(tmp_path / "lock")
    claim.path.write_text('{"host": "reading-room", "pid": 7}')
    with pytest.raises(Busy, match="process 7 on reading-room.*delete lock.held"):
        claim.take()
