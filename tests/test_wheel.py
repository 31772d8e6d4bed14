"""The wheel brings everything along."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import napari_hipbmd
from napari_hipbmd.core.resources import sample_data_dir, weights_dir

ROOT = Path(napari_hipbmd.__file__).parents[2]


@pytest.mark.slow
def test_the_wheel_carries_the_manifest_the_weights_and_the_samples(
    tmp_path: Path,
) -> None:
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("not a checkout")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run(
        [*command, "--outdir", tmp_path, ROOT], check=True, capture_output=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    bones = [
        f"phantom/llp26/{name}"
        for name in ("bones.safetensors", "bones.json", "LICENSE.MPL-2.0.txt", "NOTICE")
    ]
    for name in ("napari.yaml", "py.typed", "phantom/physics.json", *bones):
        assert f"napari_hipbmd/{name}" in names
    for folder in (weights_dir(), sample_data_dir()):
        for path in folder.rglob("*"):
            if path.is_file():
                inside = Path("napari_hipbmd", folder.name, path.relative_to(folder))
                assert inside.as_posix() in names
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]
