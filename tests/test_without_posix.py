"""Without what only POSIX has, everything is imported, and files are kept safe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# For this package alone: what it imports may use them where they are.
HIDDEN = """
import builtins, os
usual = builtins.__import__

def without(name, globals=None, locals=None, fromlist=(), level=0):
    of = (globals or {}).get("__name__", "")
    if name in ("fcntl", "resource") and of.startswith("napari_hipbmd"):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return usual(name, globals, locals, fromlist, level)

builtins.__import__ = without
del os.fork
"""


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN + code], capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_every_module_is_imported() -> None:
    said = run("""
import importlib, pkgutil, napari_hipbmd
names = [m.name for m in pkgutil.walk_packages(
    napari_hipbmd.__path__, "napari_hipbmd.", onerror=print)]
for name in names:
    importlib.import_module(name)
print(len(names))
""")
    assert int(said) > 300


def test_a_file_is_kept_from_others_all_the_same(tmp_path: Path) -> None:
    said = run(f"""
import sys
from pathlib import Path
from napari_hipbmd.core.locks import Claim, kept_alone, locked, NoLocks, lock
lock_file = Path({str(tmp_path)!r}) / "results.lock"
with kept_alone(lock_file):
    assert lock_file.with_name("results.lock.held").is_file()
assert not list(lock_file.parent.iterdir())
with open(lock_file, "ab") as file:
    try:
        lock(file, wait=False)
    except NoLocks:
        print("no locks")
    with locked(file):
        assert lock_file.with_name("results.lock.held").is_file()
""")
    assert said == "no locks"


def test_a_codec_works_in_a_process_that_cannot_fork() -> None:
    said = run("""
import io, json
from napari_hipbmd.dicom import helper
served = []
helper._serve = lambda requests, answers: served.append(True)
helper._own_standard_output = io.BytesIO
helper.send = lambda answers, message, *data: served.append(message)
helper._CODECS = ()
helper.main()
print(json.dumps(served))
""")
    assert said == '[{"ready": true}, true]'
