"""Films in: DICOM files and pictures become radiographs that are bright = dense.

Names are looked up on first use, so that importing this package loads no pydicom.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .write import FilmTags, write_film

__all__ = ["FilmTags", "write_film"]

_HOME = {
    "FilmTags": "write",
    "write_film": "write",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
