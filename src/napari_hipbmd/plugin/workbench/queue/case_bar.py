"""Which case is open, what it still lacks, and the way to the next one."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ...ui.colours import readable
from ...ui.controls import button, enable, note, press, row, with_key
from ...ui.rich import breakable
from ...ui.translation import tr

WARNING = "#ffb347"
NO_CASE = tr("Open a study first.")
ONE_HIP = tr("Only one hip of this film is known.")
TWO_HINT = tr(
    "Write a row and a hip box for each hip into the study; can be taken back."
)
ONE_HINT = tr("Take both boxes away again; the row is as it was.")
SMALL = 28
"""Screen pixels of a button that bears a sign and no word."""


class CaseBar(QWidget):
    """The lower lines of the dock, always in sight.

    ``step_wanted`` is emitted with −1 or 1, the others when their button is clicked.
    """

    other_hip_wanted = Signal()
    two_hips_wanted = Signal()
    one_hip_wanted = Signal()

    step_wanted = Signal(int)
    undone_wanted = Signal()
    accept_wanted = Signal()
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
        self.done.setMaximumWidth(110)
        self.missing = note("missing")
        self.message = note("message")
        self.offer = note("hips_offer")
        self.two_hips = button("two_hips", tr("Make two cases"), TWO_HINT)
        self.one_hip = button("one_hip", tr("One case again"), ONE_HINT)
        self.previous = button("previous_case", "◀", shortcut="previous_case")
        self.next = button("next_case", "▶", shortcut="next_case")
        self.undone = button("next_undone", "▶▶", shortcut="next_undone")
        self.second_look = button("second_look", "⚑", shortcut="second_look")
        self.second_look.setCheckable(True)
        self.other_hip = button("other_hip", "⇄")
        self.accept = button("accept_film", tr("Accept ▶"), shortcut="accept_film")
        self.finish = button("finish", tr("Done ▶"), shortcut="finish")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 4, 4)
        column.setSpacing(4)
        heading = QHBoxLayout()
        heading.setSpacing(4)
        heading.addWidget(self.title, 1)
        heading.addWidget(self.done)
        column.addLayout(heading)
        column.addWidget(self.missing)
        signs = [self.previous, self.next, self.undone, self.other_hip]
        signs.append(self.second_look)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for each in signs:
            each.setFixedWidth(SMALL)
            buttons.addWidget(each, 1)
        buttons.addWidget(self.accept, 3)
        buttons.addWidget(self.finish, 2)
        column.addWidget(self.offer)
        column.addLayout(row(self.two_hips, self.one_hip))
        column.addLayout(buttons)
        column.addWidget(self.message)

        self.show_hips(other=False)

    def _connect(self) -> None:
        press(self.other_hip, self.other_hip_wanted.emit)
        press(self.two_hips, self.two_hips_wanted.emit)
        press(self.one_hip, self.one_hip_wanted.emit)
        press(self.previous, lambda: self.step_wanted.emit(-1))
        press(self.next, lambda: self.step_wanted.emit(1))
        press(self.undone, self.undone_wanted.emit)
        press(self.accept, self.accept_wanted.emit)
        press(self.finish, self.finish_wanted.emit)
        press(self.second_look, self.second_look_wanted.emit)

    def show_case(
        self,
        case_id: str,
        number: int,
        count: int,
        done: int,
        status: str,
        missing: str | None,
        whose: str = "",
    ) -> None:
        """Say which case is open, its status, and what it lacks.

        ``missing`` is None where its film is not open.
        ``whose`` is told where the labels are not simply the annotator's.
        """
        there = bool(case_id)
        whose = f" · {whose}" if whose else ""
        self.title.setText(
            tr("<b>{case_id}</b>&nbsp; {number} of {count} · {status}{whose}").format(
                case_id=breakable(case_id),
                number=number,
                count=count,
                status=tr(status),
                whose=whose,
            )
            if there
            else ""
        )
        self.done.setRange(0, max(count, 1))
        self.done.setValue(done)
        self.done.setFormat(tr("{done} of {count} done").format(done=done, count=count))
        self.done.setVisible(count > 0)
        complete = tr("Every landmark is there.") if there else ""
        self.missing.setText("" if missing is None else missing or complete)
        self.second_look.setChecked(status == "second look")
        for control, name in (
            (self.previous, "previous_case"),
            (self.next, "next_case"),
            (self.undone, "next_undone"),
            (self.second_look, "second_look"),
            (self.accept, "accept_film"),
            (self.finish, "finish"),
        ):
            enable(control, there, NO_CASE, with_key("", name))

    def show_hips(self, other: bool, offer: str = "", undo: bool = False) -> None:
        """Say what is known of the film's other hip.

        Parameters
        ----------
        other
            Whether it has a case.
        offer
            A sentence where it could become one; a key or the button does it.
        undo
            Whether making two cases of the film can be taken back.
        """
        keys = with_key("", "other_hip")
        enable(self.other_hip, other or bool(offer), ONE_HIP, keys)
        self.offer.setText(offer)
        self.offer.setVisible(bool(offer))
        self.two_hips.setVisible(bool(offer))
        self.one_hip.setVisible(undo)

    def say(self, text: str, warning: bool = False) -> None:
        """A sentence for the annotator, until the next one."""
        coloured, text = warning and bool(text), breakable(text)
        self.message.setText(
            f"<font color='{readable(WARNING, self)}'>{text}</font>"
            if coloured
            else text
        )
