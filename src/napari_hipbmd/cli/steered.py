"""A training in a process of its own, steered by the one that started it.

It prints one JSON object a line and reads one word a line: ``pause``, ``go`` or
``stop``. When its input ends, as when the window has crashed, it stops, too; the last
finished epoch is kept.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..core.errors import Cancelled, Refused
from ..tasks.train import Link

REFUSED, STOPPED = 2, 130
OTHER_PROCESS = "LOCAL_RANK"  # set by Lightning for all but the first of several


class Steering:
    """Listens for words, and makes a training wait or stop."""

    def __init__(self, words: Iterable[str]) -> None:
        self._go = threading.Event()
        self._go.set()
        self._stop = threading.Event()
        threading.Thread(target=self._listen, args=(words,), daemon=True).start()

    def is_going(self) -> bool:
        """Whether nobody has it wait."""
        return self._go.is_set()

    def cancelled(self) -> bool:
        """Whether to stop; while paused the answer is waited for."""
        self._go.wait()
        return self._stop.is_set()

    def _listen(self, words: Iterable[str]) -> None:
        for word in words:
            if word.strip() == "pause":
                self._go.clear()
            elif word.strip() == "go":
                self._go.set()
            elif word.strip() == "stop":
                break
        self._stop.set()
        self._go.set()


def steered(train: Callable[[Link], object]) -> int:
    """Run ``train`` under another process's control; gives the exit status."""
    if os.environ.get(OTHER_PROCESS, "0") != "0":
        train(Link(lambda *_: None, lambda *_: None))
        return 0
    steering = Steering(sys.stdin)
    try:
        train(Link(_epoch, _reading, steering.cancelled))
    except Refused as refusal:
        say(refused=str(refusal))
        return REFUSED
    except (Cancelled, KeyboardInterrupt):
        say(stopped=True)
        return STOPPED
    say(done=True)
    return 0


def say(**what: Any) -> None:
    """One line for the other process."""
    print(json.dumps(what), flush=True)


def _epoch(epoch: int, count: int, figures: Mapping[str, float]) -> None:
    say(epoch=epoch, of=count, figures=dict(figures))


def _reading(done: int, count: int) -> None:
    say(read=done, of=count)
