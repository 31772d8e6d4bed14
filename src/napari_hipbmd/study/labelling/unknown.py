"""What a label file holds that this version does not know: kept, and written back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.errors import Refused

NEEDS = "needs"
_TOP = frozenset({
    "case_id", "annotator", "created", "modified", "landmarks", "regions", "film",
    "apart", "source",
})  # fmt: skip
_LANDMARK = frozenset({
    "xy", "state", "source", "version", "who", "when", "predicted_xy", "sigma_mm",
    "moved_px", "moved_mm",
})  # fmt: skip
_FILM = frozenset({
    "rows_columns", "spacing_mm", "side", "box", "pixels_sha256", "turned",
})  # fmt: skip


def refuse_newer(content: Any) -> None:
    """Refuse a file that says which version it needs.

    Raises
    ------
    Refused
        With that version: a clause.
    """
    needs = content.get(NEEDS) if isinstance(content, dict) else None
    if needs is not None:
        version = (
            f"version {needs[:20]}" if isinstance(needs, str) else "a newer version"
        )
        raise Refused(f"they need {version} of napari-hipbmd: install it")


def unknown_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a checked label file that nothing here reads, in their places."""
    found = _others(content, _TOP)
    film = _others(content.get("film", {}), _FILM)
    marks = {
        name: others
        for name, mark in content.get("landmarks", {}).items()
        if (others := _others(mark, _LANDMARK))
    }
    return found | {k: v for k, v in (("film", film), ("landmarks", marks)) if v}


def with_unknown(content: dict[str, Any], unknown: Mapping[str, Any]) -> dict[str, Any]:
    """A label file with them; a landmark that is gone takes its own along."""
    marks, film = unknown.get("landmarks", {}), unknown.get("film", {})
    found = {
        **content,
        **{k: v for k, v in unknown.items() if k not in ("landmarks", "film")},
        "landmarks": {
            name: mark | marks.get(name, {})
            for name, mark in content["landmarks"].items()
        },
    }
    return found | {"film": content.get("film", {}) | film} if film else found


def _others(table: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name not in known}
