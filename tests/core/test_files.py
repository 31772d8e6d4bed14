"""A file is the old one or the new one, never half of one."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from napari_hipbmd.core.files import (
    numbered_stem,
    write_bytes_atomic,
    write_text_atomic,
)


def test_text_is_written_as_utf8_in_a_folder_that_is_made(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    write_text_atomic(target, "aBMD ± g/cm²\r\n")
    assert target.read_bytes() == "aBMD ± g/cm²\r\n".encode()


def test_nothing_but_the_file_is_left_behind(tmp_path: Path) -> None:
    write_bytes_atomic(tmp_path / "a.bin", b"old")
    write_bytes_atomic(tmp_path / "a.bin", b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"new"


def test_a_failed_write_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")

    def full_disk(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_bytes_atomic(target, b"new")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_a_full_disk_names_the_folder_that_was_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left") as told:
        write_bytes_atomic(tmp_path / "a.bin", b"new")
    assert told.value.filename == str(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_new_file_can_be_read_by_others_and_an_old_one_keeps_its_mode(
    tmp_path: Path,
) -> None:
    target = tmp_path / "a.txt"
    write_text_atomic(target, "1")
    assert target.stat().st_mode & 0o777 == 0o644
    target.chmod(0o600)
    write_text_atomic(target, "2")
    assert target.stat().st_mode & 0o777 == 0o600


def test_what_killed_writes_left_behind_is_swept_when_it_is_old(tmp_path):
    old, young = (tmp_path / f".a.json.{n}.tmp" for n in ("abcd_123", "abcd_124"))
    kept = tmp_path / ".mine.tmp"
    for path in (old, young, kept):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    os.utime(kept, (1, 1))
    write_text_atomic(tmp_path / "a.json", "{}")
    assert {path.name for path in tmp_path.iterdir()} == {
        "a.json", young.name, kept.name,
    }  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("through", ["itself", "a link"])
def test_a_pipe_or_device_is_never_replaced_by_a_file(tmp_path, through):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    target = pipe
    if through == "a link":
        target = tmp_path / "link"
        target.symlink_to(pipe)
    with pytest.raises(OSError, match="not written over"):
        write_bytes_atomic(target, b"{}")
    assert pipe.is_fifo() and target.is_fifo()


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (("Hip", "hip", "HIP"), ["Hip", "hip-2", "HIP-3"]),
        (("..", "...", "a/../b"), ["_", "_-2", "a_.._b"]),
        (("x" * 300, "x" * 400), ["x" * 200, "x" * 200 + "-2"]),
        (("山" * 90,), ["山" * 66]),
    ],
)
def test_files_of_hips_keep_apart_on_every_system_and_stay_in_their_folder(
    names, files
):
    taken: set[str] = set()
    assert [numbered_stem(name, taken) for name in names] == files
