"""What napari tells while a person edits a layer's points or shapes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

ENDINGS = ("changed", "added", "removed")


def action_of(event: Any) -> str:
    """What a layer's data event is about; empty where it does not say."""
    action = getattr(event, "action", None)
    return "" if action is None else str(getattr(action, "value", action))


def is_over(event: Any, endings: Collection[str] = ENDINGS) -> bool:
    """Whether a person has ended what they do, and not only begun."""
    return action_of(event) in endings
