"""The files that come along are found from a checkout and from a wheel."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_hipbmd.core import resources


def test_a_checkout_has_its_samples_beside_src() -> None:
    folder = resources.sample_data_dir()
    assert folder.name == "sample_data"
    assert (folder.parent / "pyproject.toml").is_file()


def test_a_wheel_has_its_samples_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "lib" / "site-packages" / "napari_hipbmd"
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.sample_data_dir() == package / "sample_data"
    assert resources.weights_dir() == package / "weights"
