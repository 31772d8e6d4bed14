"""Where a dock writes: a folder that a person can change."""

from __future__ import annotations

import os
from pathlib import Path

from qtpy.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from ...core.files import write_bytes_atomic
from .translation import tr

FOLDERS = ("models", "validation")
"""Within a study: what the docks *Fit BMD* and *Validate* write."""
MEASURED = "features.csv"


class OutFolder(QWidget):
    """A folder within the study by default, or the one that a person chose for it.

    Parameters
    ----------
    name
        Of the folder within the study, and of the controls.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._study: Path | None = None
        self.folder: Path | None = None
        self._setup_ui()

    def show_study(self, study: Path) -> None:
        """Go to the folder within another study; the same study changes nothing."""
        if study != self._study:
            self._study = study
            self.choose(_home(study) / self._name)

    def choose(self, folder: Path) -> None:
        """Write to this folder."""
        self.folder = folder
        inside = self._study is not None and folder.is_relative_to(self._study)
        shown = folder
        if self._study is not None and inside:
            shown = folder.relative_to(self._study.parent)
        self.label.setText(str(shown))
        self.label.setToolTip(str(folder))

    def bring_measured(self) -> None:
        """Begin with what the other dock has measured of the study already.

        Each film in it is taken only where film, landmarks and networks are the same.
        """
        if self.folder is None or self._study is None:
            return
        mine = self.folder / MEASURED
        for name in FOLDERS:
            other = _home(self._study) / name / MEASURED
            if not mine.exists() and other.is_file():
                write_bytes_atomic(mine, other.read_bytes())

    def _setup_ui(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.label = QLabel("–")
        self.label.setObjectName(f"{self._name}_folder")
        self.label.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.button = QPushButton(tr("Folder …"))
        self.button.setObjectName(f"choose_{self._name}_folder")
        self.button.clicked.connect(lambda _: self._on_clicked())
        row.addWidget(self.label, 1)
        row.addWidget(self.button)

    def _on_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Folder to write to"))
        if folder:
            self.choose(Path(folder))


def _home(study: Path) -> Path:
    """The study, or a folder of this user's when the study cannot be written."""
    if os.access(study, os.W_OK):
        return study
    return Path.home() / "hipbmd" / study.name
