"""A case whose every change is written at once; what the disk refuses is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psygnal import Signal

from ....core.errors import Refused
from ....study import Change, ConflictFound, Labels, OpenCase
from ...ui.sentences import said
from ...ui.translation import tr

Made = TypeVar("Made")


class KeptCase:
    """The labels of one case on the disk: changed, undone, saved, settled.

    Parameters
    ----------
    case
        The labels.

    Attributes
    ----------
    changed
        Emitted after every change of the labels, undo and redo too.
    said
        Emitted with a sentence for the annotator.
    conflicted
        Emitted when the labels on the disk turned out to be newer.
    """

    changed = Signal()
    said = Signal(str)
    conflicted = Signal()

    def __init__(self, case: OpenCase) -> None:
        self.case = case

    @property
    def labels(self) -> Labels:
        """The present labels."""
        return self.case.state

    @property
    def annotator(self) -> str:
        """Whose labels these are."""
        return self.case.annotator

    def apply(self, change: Change) -> bool:
        """Make a change that somebody else put together, as it is."""
        found = self._written(lambda: self.case.apply(change))
        self.changed.emit()
        return found is not None

    def undo(self) -> bool:
        """Take the last change back."""
        text = said(self.case.history.undo_text)
        return self._travel(
            self.case.undo,
            self.case.can_undo,
            tr("Undone: {text}").format(text=text),
            tr("Nothing to undo."),
        )

    def redo(self) -> bool:
        """Do again what was undone."""
        text = said(self.case.history.redo_text)
        return self._travel(
            self.case.redo,
            self.case.can_redo,
            tr("Done again: {text}").format(text=text),
            tr("Nothing to redo."),
        )

    def save(self) -> None:
        """Bring the label file up to the journal."""
        self._written(self.case.save)

    def close(self) -> None:
        """Save, and let other windows write these labels."""
        self._written(self.case.close)

    def look_at_disk(self) -> None:
        """Find out whether somebody else has changed these labels."""

        def look() -> None:
            if self.case.check() is not None:
                self.conflicted.emit()

        self._written(look)

    def resolve(self, kept: Labels) -> None:
        """End a conflict by keeping these labels; it is asked again if it cannot."""
        asked = self.case.conflict
        self._written(lambda: self.case.resolve(kept))
        if self.case.conflict is None:
            self.changed.emit()
        elif self.case.conflict is asked:
            self.conflicted.emit()

    def _do(self, make: Callable[[], Change]) -> bool:
        """Make a change, journalled when this returns; says why it could not be."""
        found = self._written(lambda: self.case.apply(self._revised(make())))
        # Drawn anew even when refused: a dragged point goes back to its place.
        self.changed.emit()
        return found is not None

    def _revised(self, change: Change) -> Change:
        """A change as it is made; a subclass may add where it comes from."""
        return change

    def _travel(
        self, step: Callable[[], Change | None], there: bool, done: str, nothing: str
    ) -> bool:
        if not there:
            self.said.emit(nothing)
            return False
        found = self._written(step)
        if found is None:
            return False
        self.said.emit(done + ".")
        self.changed.emit()
        self._on_travelled(found)
        return True

    def _on_travelled(self, change: Change) -> None:
        """A change was taken back or done again."""

    def _written(self, step: Callable[[], Made]) -> Made | None:
        """What a step gives that writes; None, and why is said, where it could not."""
        try:
            return step()
        except ConflictFound:
            self.conflicted.emit()
        except Refused as refusal:
            self.said.emit(said(refusal))
        except OSError as error:
            self.said.emit(not_written(error))
        return None


def not_written(error: OSError) -> str:
    """What to say of a change that the disk does not take."""
    return tr(
        "The change could not be written ({strerror}): nothing was"
        " changed. Look at the disk."
    ).format(strerror=error.strerror or error)
