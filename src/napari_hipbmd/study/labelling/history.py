"""All changes of one case: the present labels, and undo and redo without limit."""

from __future__ import annotations

from .changes import Change
from .labels import Labels, utc_now


class CaseHistory:
    """Labels with every change since ``base``, in memory.

    A pure value machine without files: :class:`OpenCase` writes it down.

    Parameters
    ----------
    base
        The labels before the first change.
    """

    def __init__(self, base: Labels) -> None:
        self._base = base
        self._state = base
        self._done: list[tuple[Change, Change]] = []  # (what was done, its inverse)
        self._undone: list[Change] = []

    @property
    def base(self) -> Labels:
        """The labels before the first change."""
        return self._base

    @property
    def state(self) -> Labels:
        """The present labels."""
        return self._state

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone change, with nothing done since."""
        return bool(self._undone)

    @property
    def last(self) -> Change | None:
        """The change that :meth:`undo` would take back, or None."""
        return self._done[-1][0] if self._done else None

    @property
    def undo_text(self) -> str:
        """What :meth:`undo` would undo, in words; empty when nothing."""
        return self._done[-1][0].text if self._done else ""

    @property
    def redo_text(self) -> str:
        """What :meth:`redo` would do again, in words; empty when nothing."""
        return self._undone[-1].text if self._undone else ""

    def apply(self, change: Change) -> Change | None:
        """Make a change.

        Returns
        -------
        Change or None
            What really changed; None when everything was so already. Then nothing
            is recorded, so that undo never does nothing.

        Raises
        ------
        Refused
            If the result would not be labels. Nothing is then changed.
        """
        change = change.effective(self._state)
        if not change:
            return None
        after = change.applied_to(self._state)
        self._done.append((change, change.inverse(self._state)))
        self._undone.clear()
        self._state = after
        return change

    def undo(self, when: str = "") -> Change | None:
        """Take the last change back; gives the change that does it, or None."""
        if not self._done:
            return None
        change, back = self._done.pop()
        self._undone.append(change)
        return self._go(back, when)

    def redo(self, when: str = "") -> Change | None:
        """Make the last undone change again; gives it, or None."""
        if not self._undone:
            return None
        change = self._undone.pop()
        self._done.append((change, change.inverse(self._state)))
        return self._go(change, when)

    def _go(self, change: Change, when: str) -> Change:
        step = Change(
            change.text,
            when or utc_now(),
            change.landmarks,
            change.regions,
            change.film,
            change.apart,
        )
        self._state = step.applied_to(self._state)
        return step
