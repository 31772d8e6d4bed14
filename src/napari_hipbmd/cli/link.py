"""What a training tells, and how it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """``report`` is told of epochs, ``reading`` of films; ``cancelled`` is asked."""

    report: Callable[[int, int, Mapping[str, float]], None]
    reading: Callable[[int, int], None]
    cancelled: Callable[[], bool] | None = None
