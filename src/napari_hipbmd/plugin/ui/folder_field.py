"""A folder, typed or chosen."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget


class FolderField(QWidget):
    """A line with a button; ``chosen`` is emitted when the folder is another one."""

    chosen = Signal()

    def __init__(
        self, name: str, hint: str, button: str = "…", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._hint = hint
        self.line = QLineEdit()
        self.line.setObjectName(name)
        self.line.setPlaceholderText(hint)
        self.button = QPushButton(button)
        self.button.setObjectName(f"{name}_browse")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.button)
        self.line.editingFinished.connect(self.chosen)
        self.button.clicked.connect(lambda _: self._on_browse_clicked())

    def folder(self) -> Path | None:
        """The folder, or None when none is named."""
        text = self.line.text().strip()
        return Path(text).expanduser() if text else None

    def _on_browse_clicked(self) -> None:
        found = QFileDialog.getExistingDirectory(self, self._hint, self.line.text())
        if found:
            self.line.setText(found)
            self.chosen.emit()
