"""A part of a dock that a person folds away, and finds as it was left."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from .preferences import read_preference, write_preference


class Fold(QWidget):
    """A heading with an arrow, and below it what it shows or hides.

    Parameters
    ----------
    name
        Of the heading, and of what is remembered.
    title, hint
        Of the heading.
    body
        What is folded away.
    open_at_first
        Whether it is shown until somebody folds it away.
    parent
        Of Qt.

    ``folded`` is emitted with whether the body is hidden now.
    """

    folded = Signal(bool)

    def __init__(
        self,
        name: str,
        title: str,
        hint: str,
        body: QWidget,
        parent: QWidget | None = None,
        open_at_first: bool = False,
    ) -> None:
        super().__init__(parent)
        self._name = f"open_{name}"
        self.body = body
        self.heading = QToolButton()
        self.heading.setObjectName(name)
        self.heading.setText(title)
        self.heading.setToolTip(hint)
        self.heading.setCheckable(True)
        self.heading.setAutoRaise(True)
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setSizePolicy(
            QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.heading)
        column.addWidget(body)
        self.heading.setChecked(bool(read_preference(self._name, open_at_first)))
        self._show()
        self.heading.toggled.connect(self._on_toggled)

    @property
    def is_open(self) -> bool:
        """Whether the body is shown."""
        return self.heading.isChecked()

    def unfold(self) -> None:
        """Show the body."""
        self.heading.setChecked(True)

    def _on_toggled(self, on: bool) -> None:
        write_preference(self._name, on)
        self._show()
        self.folded.emit(not on)

    def _show(self) -> None:
        on = self.is_open
        arrow = Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow
        self.heading.setArrowType(arrow)
        self.body.setVisible(on)
        # Folded, it leaves its room to what is beside it.
        grows = QSizePolicy.Policy.Preferred if on else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, grows)
