"""Where a film's file lies, for as long as its layer lives.

Kept beside the layer and not in its metadata: a file's name may be its patient's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from .identity import facts_of
from .samples import sample_film

_paths: WeakKeyDictionary[Any, Path] = WeakKeyDictionary()


def remember_origin(layer: Any, path: str | Path) -> None:
    """Say from which file a layer was read."""
    _paths[layer] = Path(path)


def origin_of(layer: Any) -> Path | None:
    """The file that a layer was read from, where it is known and still there."""
    path = _paths.get(layer) or getattr(layer.source, "path", None)
    if path is None and getattr(layer.source, "sample", None):
        path = sample_film(str(facts_of(layer).get("case_id", "")))
    return Path(path) if path and Path(path).is_file() else None
