"""Importing costs little: no torch and no pydicom before they are needed."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

import napari_hipbmd.plugin

PLUGIN = [
    module.name
    for module in pkgutil.walk_packages(
        napari_hipbmd.plugin.__path__, "napari_hipbmd.plugin."
    )
]


@pytest.mark.parametrize("modules", [["napari_hipbmd"], PLUGIN], ids=["package", "all"])
def test_importing_loads_neither_torch_nor_pydicom(modules: list[str]) -> None:
    code = (
        f"import sys, {', '.join(modules)};"
        "print(sorted({'torch', 'pydicom', 'lightning'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_importing_the_package_loads_neither_napari_nor_qt() -> None:
    code = (
        "import sys, napari_hipbmd, napari_hipbmd.study, napari_hipbmd.tasks;"
        "print(sorted({'napari', 'qtpy', 'PySide6'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_looking_at_a_film_loads_no_statistics() -> None:
    """Nor the bones of digital hips: both take seconds, in every process of a run."""
    code = (
        "import sys, napari_hipbmd.grey_scale, napari_hipbmd.quality,"
        " napari_hipbmd.landmarks.shape;"
        "print(sorted({'scipy.stats', 'napari_hipbmd.phantom.bones', 'sklearn'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
