"""Points that a person drags, followed at most once a turn of the event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from napari.layers import Points

from ..ui.turn import OncePerTurn, Rest

State = tuple[list[str], np.ndarray]


class LivePoints(OncePerTurn):
    """Calls back when points were moved, added or removed, and when they rest again.

    ``moved`` is told whether they are still moving: True at every move, False once
    they have come to rest.

    While points are dragged napari emits ``features`` at every move and ``data`` only
    at the end, so both are listened to. Keep a reference: the connections are weak.
    """

    def __init__(self, points: Points, moved: Callable[[bool], None]) -> None:
        super().__init__()
        self.points = points
        self._moved = moved
        self._rest = Rest(self)
        self._rest.rested.connect(self._on_rest)
        self._seen: State | None = self._state()
        points.events.features.connect(self._on_event)
        points.events.data.connect(self._on_event)

    def let_go(self) -> None:
        """Follow no longer, and call back of nothing that is still to be told."""
        self._rest.stop()
        self._seen = None
        self.points.events.features.disconnect(self._on_event)
        self.points.events.data.disconnect(self._on_event)

    def _on_event(self, event: Any = None) -> None:
        self._ask()

    def _on_turn(self) -> None:
        state = self._state()
        if self._seen is not None and not _equal(state, self._seen):
            self._seen = state
            self._rest.start()
            self._moved(True)

    def _on_rest(self) -> None:
        self._moved(False)

    def _state(self) -> State:
        return list(self.points.features["id"]), self.points.data.copy()


def _equal(a: State, b: State) -> bool:
    return a[0] == b[0] and np.array_equal(a[1], b[1])
