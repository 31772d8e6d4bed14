"""The wheel brings everything along."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import napari_hipbmd
from napari_hipbmd.core.resources import sample_data_dir, weights_dir

GERMAN = "locale/de/LC_MESSAGES/napari_hipbmd.mo"
OURS = ("napari.yaml", "py.typed", "phantom/physics.json", "locale/sentences.json")
ROOT = Path(napari_hipbmd.__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("not a checkout")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run(
        [*command, "--outdir", folder, ROOT], check=True, capture_output=True
    )
    (made,) = folder.glob("*.whl")
    return made


@pytest.mark.slow
def test_the_wheel_carries_the_manifest_the_weights_and_the_samples(
    wheel: Path,
) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    bones = [
        f"phantom/llp26/{name}"
        for name in ("bones.safetensors", "bones.json", "LICENSE.MPL-2.0.txt", "NOTICE")
    ]
    for name in (*OURS, GERMAN, *bones):
        assert f"napari_hipbmd/{name}" in names
    for folder in (weights_dir(), sample_data_dir()):
        for path in folder.rglob("*"):
            if path.is_file():
                inside = Path("napari_hipbmd", folder.name, path.relative_to(folder))
                assert inside.as_posix() in names
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]


@pytest.mark.slow
def test_package_indexes_accept_the_wheel(wheel: Path) -> None:
    for check in (
        ("twine", "check", "--strict", wheel),
        # W002, duplicates: the licence of the bones lies beside them and in dist-info.
        ("check_wheel_contents", "--no-config", "--ignore", "W002", wheel),
    ):
        done = subprocess.run(
            [sys.executable, "-m", *check], capture_output=True, text=True
        )
        assert not done.returncode, done.stdout + done.stderr
