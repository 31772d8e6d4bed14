"""Numbers that do not depend on how many threads there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread: more of them would add up in another order.

    Networks have to be loaded before, since they bring their threads along.
    """
    with _controller().limit(limits=1):
        yield


@cache
def _controller() -> ThreadpoolController:
    """Found once: looking for thread pools takes longer than some films."""
    return ThreadpoolController()
