"""Without what only POSIX has, everything is imported, and files are kept safe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from napari_hipbmd.study import Study

from .dicom.syntaxes import in_syntax

# For this package alone: what it imports may use them where they are.
HIDDEN = """
import builtins, os
usual = builtins.__import__

def without(name, globals=None, locals=None, fromlist=(), level=0):
    of = (globals or {}).get("__package__") or ""
    if name in ("fcntl", "resource") and of.startswith("napari_hipbmd"):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return usual(name, globals, locals, fromlist, level)

builtins.__import__ = without
del os.fork
"""


def done(command: list[str | Path], **environment: str) -> str:
    """What a command prints that ends well."""
    ran = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environment
    )
    assert not ran.returncode, ran.stderr
    return ran.stdout.strip()


def run(code: str) -> str:
    return done([sys.executable, "-c", HIDDEN + code])


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


def test_codecs_work_in_a_process_that_cannot_fork(
    sample_study: Study, tmp_path: Path
) -> None:
    path = tmp_path / "film.dcm"
    in_syntax(sample_study.cases[0].image, "JPEG2000Lossless", path)
    # Python runs it at the start of this process, and of the codecs' own.
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    code = """
import os, sys
from psutil import Process
from napari_hipbmd.dicom import read_film
read_film(sys.argv[1])
[codecs] = Process().children()
print(hasattr(os, "fork"), codecs.children())
"""
    said = done([sys.executable, "-c", code, path], PYTHONPATH=str(tmp_path))
    assert said == "False []"
