"""How a long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""

StepProgress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and of how many."""
