"""Which study a dock works on: the one that is open, or another folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from ...core.errors import Refused
from ..ui.rich import plain, sentence
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.session import Session

if TYPE_CHECKING:
    from ...study import Study

NO_STUDY = tr("Choose the folder of a study (with cases.csv) first.")


class StudyChoice(QWidget):
    """Names the study and lets a person choose another.

    ``changed`` is emitted when :attr:`study` is another one, ``refused`` with a
    sentence when a folder cannot be one.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.study: Study | None = None
        self._setup_ui()

    def show_session(self) -> None:
        """Follow the viewer's study."""
        folder = self._session.study_folder
        known = None if self.study is None else self.study.folder
        if folder is not None and folder.absolute() != known:
            self._open(folder)

    def choose(self, folder: Path) -> None:
        """Open a study for all docks."""
        if not self._open(folder):
            return
        try:
            self._session.choose_study(folder)
        except Refused as refusal:
            self.refused.emit(said(refusal))

    def _setup_ui(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.name = sentence("study_name", NO_STUDY)
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.button = QPushButton(tr("Folder …"))
        self.button.setObjectName("choose_study")
        self.button.clicked.connect(lambda _: self._on_clicked())
        row.addWidget(self.name, 1)
        row.addWidget(self.button)

    def _on_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("The folder of a study"))
        if folder:
            self.choose(Path(folder))

    def _open(self, folder: Path) -> bool:
        from ...study import Study

        try:
            self.study = Study.open(folder)
        except Refused as refusal:
            self.refused.emit(said(refusal))
            return False
        films, read = len(self.study.cases), self._with_reading()
        self.name.setText(
            tr("<b>{name}</b>: {films} films, {read} with a DXA reading").format(
                name=plain(folder.name), films=films, read=read
            )
        )
        self.name.setToolTip(str(folder))
        self.changed.emit()
        return True

    def _with_reading(self) -> int:
        cases = () if self.study is None else self.study.cases
        return sum(any(v is not None for v in case.dxa.values()) for case in cases)
