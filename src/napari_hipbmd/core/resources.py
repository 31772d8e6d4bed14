"""Where the files that come with the package lie."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def sample_data_dir() -> Path:
    """The folder of digital hips that comes with the package.

    In a checkout it is ``sample_data/`` beside ``src/``; in an installed wheel it
    lies inside the package.
    """
    checkout = _PACKAGE.parents[1]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "sample_data"
    return _PACKAGE / "sample_data"


def weights_dir() -> Path:
    """The folder of the bundled weights and their model cards."""
    return _PACKAGE / "weights"
