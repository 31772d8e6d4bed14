"""A progress line on stderr: in place on a terminal, now and then elsewhere."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..evaluation.progress import Step

WIDTH = 28
QUIET_SECONDS = 10.0


class Bar:
    """Call it with ``(done, count)``; it knows how long the rest will take."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.started = perf_counter()
        self.first: int | None = None
        self.last = 0.0
        self.terminal = sys.stderr.isatty()

    def __call__(self, done: int, count: int, note: str = "") -> None:
        """Show the state."""
        now = perf_counter()
        if self.first is None:
            self.first, self.started = done, now
        ended = done >= count
        if not self.terminal and not ended and now - self.last < QUIET_SECONDS:
            return
        if self.terminal and not ended and now - self.last < 0.1:
            return
        self.last = now
        full = round(WIDTH * done / max(count, 1))
        made = done - self.first
        left = (now - self.started) / made * (count - done) if made else 0.0
        rest = f" {left:.0f} s left" if made and not ended else ""
        bar = "█" * full + "·" * (WIDTH - full)
        text = f"{self.what} {bar} {done}/{count}{rest} {note}".rstrip()
        if self.terminal:
            print(f"\r\x1b[K{text}", end="\n" if ended else "", file=sys.stderr)
            sys.stderr.flush()
        else:
            print(text, file=sys.stderr, flush=True)


class Stages:
    """A bar for each stage of a run that reports steps."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar = Bar("")

    def __call__(self, step: Step, _figures: object) -> None:
        """Show the step; a new stage begins a new bar."""
        if step.stage != self._stage:
            self._stage, self._bar = step.stage, Bar(step.stage)
        self._bar(step.done, step.count, step.note)
