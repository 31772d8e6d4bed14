"""Labels that were changed elsewhere too are noticed, and shown side by side."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from qtpy.QtCore import QObject, Qt
from qtpy.QtGui import QGuiApplication, QWindow
from qtpy.QtWidgets import QDialog, QWidget

from ....core.errors import Refused
from ...ui.translation import tr
from .work import Work

PUT_OFF = tr(
    "The labels of {case_id} stay as they are, and your last change is not kept, until"
    " you choose whose to keep: change something, and you are asked again."
)


class ConflictWatch(QObject):
    """Shows the conflict of the open case, and looks for one when one comes back.

    Attributes
    ----------
    dialog
        What is shown; None nearly always.
    """

    def __init__(self, work: Work, parent: QWidget) -> None:
        super().__init__(parent)
        self._work, self._window = work, parent
        self.dialog: QDialog | None = None
        work.case_opened.connect(self._on_case_opened)
        work.case_closing.connect(self._on_case_closing)

    def listen(self) -> None:
        """Look at the disk whenever the window comes to the front."""
        application = QGuiApplication.instance()
        application.applicationStateChanged.connect(self._on_application_state)
        application.focusWindowChanged.connect(self._on_window_in_front)

    def leave(self) -> None:
        """Look no more."""
        application = QGuiApplication.instance()
        application.applicationStateChanged.disconnect(self._on_application_state)
        application.focusWindowChanged.disconnect(self._on_window_in_front)

    def _on_case_opened(self, editor: Any) -> None:
        editor.conflicted.connect(self._on_conflicted)
        if editor.case.conflict is not None:
            self._on_conflicted()

    def _on_case_closing(self) -> None:
        assert self._work.editor is not None
        self._close()
        # A conflict that is left waits on the disk, and is shown at the next opening.
        self._work.editor.conflicted.disconnect(self._on_conflicted)

    def _on_conflicted(self) -> None:
        from .conflict_dialog import ConflictDialog

        editor = self._work.editor
        if editor is None or editor.case.conflict is None:
            return
        self._close()
        dialog = ConflictDialog(
            editor.case.conflict, self._work.case_view.film, self._window
        )
        dialog.kept.connect(editor.resolve)
        dialog.rejected.connect(self._on_put_off)
        self.dialog = dialog
        dialog.open()

    def _on_put_off(self) -> None:
        text = PUT_OFF.format(case_id=self._work.case_id)
        self._work.say(text, warning=True)

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.rejected.disconnect(self._on_put_off)
            self.dialog.close()
            self.dialog.deleteLater()
        self.dialog = None

    def _on_application_state(self, state: Any) -> None:
        editor = self._work.editor
        asked = self.dialog is not None and not self.dialog.isHidden()
        back = state == Qt.ApplicationState.ApplicationActive
        if back and editor is not None and not asked:
            editor.look_at_disk()
            self._look_at_queue()

    def _on_window_in_front(self, window: QWindow | None) -> None:
        """Another window of this program may have written, too."""
        editor = self._work.editor
        mine = window is not None and window == self._window.window().windowHandle()
        if mine and editor is not None and editor.case.conflict is None:
            editor.look_at_disk()
            self._look_at_queue()

    def _look_at_queue(self) -> None:
        """Show what was marked elsewhere; else a note that is being typed stays."""
        queue = self._work.queue
        assert queue is not None
        before = queue.entries
        with suppress(Refused):  # told when something is marked here
            queue.refresh()
        if queue.entries != before:
            self._work.queue_changed.emit()
