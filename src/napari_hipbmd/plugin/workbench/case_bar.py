"""Which case is open, what it still lacks, and the way to the next one."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from ..ui.controls import button, enable, note, press, row, with_key

NO_CASE = "Open a study first."


class CaseBar(QWidget):
    """The lower lines of the dock, always in sight.

    ``step_wanted`` is emitted with −1 or 1, the others when their button is clicked.
    """

    step_wanted = Signal(int)
    undone_wanted = Signal()
    finish_wanted = Signal()
    second_look_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup_ui()
        self._connect()
        self.show_case("", 0, 0, 0, "", "")

    def _setup_ui(self) -> None:
        self.title = note("case")
        self.done = QProgressBar()
        self.done.setObjectName("done")
        self.done.setMaximumHeight(16)
        self.missing = note("missing")
        self.message = note("message")
        self.previous = button("previous_case", "◀", shortcut="previous_case")
        self.next = button("next_case", "▶", shortcut="next_case")
        self.undone = button("next_undone", "Next not done", shortcut="next_undone")
        self.second_look = button("second_look", "2nd look", shortcut="second_look")
        self.second_look.setCheckable(True)
        self.finish = button("finish", "Done ▶", shortcut="finish")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 4, 4)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.done)
        column.addWidget(self.missing)
        buttons = row(self.previous, self.next, stretch=1)
        buttons.addWidget(self.undone, 3)
        buttons.addWidget(self.second_look, 2)
        buttons.addWidget(self.finish, 3)
        column.addLayout(buttons)
        column.addWidget(self.message)

    def _connect(self) -> None:
        press(self.previous, lambda: self.step_wanted.emit(-1))
        press(self.next, lambda: self.step_wanted.emit(1))
        press(self.undone, self.undone_wanted.emit)
        press(self.finish, self.finish_wanted.emit)
        press(self.second_look, self.second_look_wanted.emit)

    def show_case(
        self,
        case_id: str,
        number: int,
        count: int,
        done: int,
        status: str,
        missing: str,
        whose: str = "",
    ) -> None:
        """Say which case is open, its status, and what it lacks.

        ``whose`` is told where the labels are not simply the annotator's.
        """
        there = bool(case_id)
        whose = f" · {whose}" if whose else ""
        self.title.setText(
            f"<b>{case_id}</b>&nbsp; {number} of {count} · {status}{whose}"
            if there
            else ""
        )
        self.done.setRange(0, max(count, 1))
        self.done.setValue(done)
        self.done.setFormat(f"{done} of {count} done")
        self.done.setVisible(count > 0)
        self.missing.setText(missing or ("Every landmark is there." if there else ""))
        self.second_look.setChecked(status == "second look")
        for control, name in (
            (self.previous, "previous_case"),
            (self.next, "next_case"),
            (self.undone, "next_undone"),
            (self.second_look, "second_look"),
            (self.finish, "finish"),
        ):
            enable(control, there, NO_CASE, with_key("", name))

    def say(self, text: str, warning: bool = False) -> None:
        """A sentence for the annotator, until the next one."""
        coloured = warning and bool(text)
        self.message.setText(
            f"<font color='#ffb347'>{text}</font>" if coloured else text
        )
