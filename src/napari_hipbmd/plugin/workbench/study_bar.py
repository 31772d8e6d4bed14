"""Which study, and who is annotating it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ...core.errors import Refused
from ...evaluation.observers import CONSENSUS
from ...study.labelling.persons_name import persons_name
from ..ui.annotator import annotator, choose_annotator
from ..ui.translation import tr
from .opened.remembered import recent_studies, remember_study

WHO_HINT = tr(
    "Your name or initials, as a folder in the study's labels. Never a patient's name."
)


class StudyBar(QWidget):
    """The upper lines of the dock.

    ``study_chosen`` is emitted with a folder, ``annotator_chosen`` when a person has
    said who they are.
    """

    study_chosen = Signal(str)
    annotator_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup_ui()
        self._connect()

    def _setup_ui(self) -> None:
        self.folder = QToolButton()
        self.folder.setObjectName("open_study")
        self.folder.setText(tr("Open a study …"))
        self.folder.setToolTip(tr("Choose the folder of a study, or a recent one."))
        self.folder.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.folder.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.recent = QMenu(self)
        self.folder.setMenu(self.recent)
        self.annotator = QComboBox()
        self.annotator.setObjectName("annotator")
        self.annotator.setEditable(True)
        self.annotator.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.annotator.lineEdit().setPlaceholderText(tr("your name or initials"))
        self.annotator.setToolTip(WHO_HINT)
        self.annotator.setEditText(annotator())
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 4, 0)
        line.setSpacing(4)
        line.addWidget(self.folder, 1)
        line.addWidget(self.annotator, 1)
        self._fill_recent()

    def _connect(self) -> None:
        self.folder.clicked.connect(lambda _: self._on_folder_clicked())
        self.annotator.lineEdit().editingFinished.connect(self._on_annotator_edited)
        self.annotator.activated.connect(lambda _: self._on_annotator_edited())

    def who(self) -> str:
        """The annotator.

        Raises
        ------
        Refused
            If nobody has said who they are, or the name cannot be a folder.
        """
        name = self.annotator.currentText().strip()
        if not name:
            raise Refused(tr("Say who you are first: fill in the annotator."))
        if name == CONSENSUS:
            raise Refused(
                tr(
                    "A consensus is settled by two people: say who you are, and begin"
                    " it in the tab Observers."
                )
            )
        return persons_name(name, "The annotator")

    def say_who(self, annotator: str) -> None:
        """Go on as another annotator."""
        self.annotator.setEditText(annotator)
        self._on_annotator_edited()

    def show_study(self, folder: Path, annotators: Iterable[str]) -> None:
        """Show which study is open, and remember it."""
        self.folder.setText(folder.name)
        self.folder.setToolTip(
            tr("{folder}\nChoose another study, or a recent one.").format(folder=folder)
        )
        remember_study(folder)
        self._fill_recent()
        who = self.annotator.currentText()
        self.annotator.blockSignals(True)
        self.annotator.clear()
        self.annotator.addItems([name for name in annotators if name != CONSENSUS])
        self.annotator.setEditText(who)
        self.annotator.blockSignals(False)

    def _fill_recent(self) -> None:
        self.recent.clear()
        for folder in recent_studies():
            action = self.recent.addAction(folder)
            action.triggered.connect(
                lambda _=False, folder=folder: self.study_chosen.emit(folder)
            )

    def _on_folder_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, tr("The folder of a study"), next(iter(recent_studies()), "")
        )
        if folder:
            self.study_chosen.emit(folder)

    def _on_annotator_edited(self) -> None:
        choose_annotator(self.annotator.currentText().strip())
        self.annotator_chosen.emit()
