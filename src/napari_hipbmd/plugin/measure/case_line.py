"""The line that says where a film's landmarks are kept, and keeps them."""

from __future__ import annotations

from typing import Any

from qtpy.QtWidgets import QGridLayout, QWidget

from ..ui.annotator import AnnotatorField, choose_annotator
from ..ui.controls import button, enable, press
from ..ui.rich import breakable, plain, sentence
from ..ui.translation import tr
from ..viewer.case_of_film import FilmCase, case_of_film
from ..viewer.session import Session
from .landmark_keeper import LandmarkKeeper

OF_STUDY = tr("Case <b>{case}</b> of the study <b>{study}</b>: ")
NO_NAME = tr("say who you are, and landmarks that you move are kept with it.")
KEPT = tr("landmarks that you move are kept with it, {count} of 16 are.")
LOOSE = tr("This film lies in no study: <b>Keep landmarks</b> keeps them beside it.")
KEPT_LOOSE = tr("{count} of 16 landmarks are kept beside the film, in labels/{who}.")
WORKBENCH = ("napari-hipbmd", "Landmark workbench")
NOT_MEASURED = tr("Measure the film first.")
SAY_WHO = tr("Say who you are first: labels tell who placed them.")
ALL_KEPT = tr("All sixteen are kept.")
NOTHING_TO_UNDO = tr("Nothing was changed.")


class CaseLine(QWidget):
    """Names the case, keeps its landmarks, and opens it in the workbench.

    Hidden for a film that was read from no file.
    """

    def __init__(
        self, viewer: Any, session: Session, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._viewer, self._session = viewer, session
        self._film: Any = None
        self._case: FilmCase | None = None
        self.keeper = LandmarkKeeper(session, self)
        self._setup_ui()
        self.keeper.changed.connect(self._show)
        self.show_film(None)

    def show_film(self, film_layer: Any) -> None:
        """Show the case of another film, and keep what is moved on it."""
        self._film = film_layer
        self._case = None if film_layer is None else case_of_film(film_layer)
        self.keeper.follow(film_layer, self._who())
        self._show()

    def _setup_ui(self) -> None:
        self.text = sentence("case")
        self.who = AnnotatorField("kept_by", tr("your name or initials"))
        self.who.setToolTip(tr("Labels tell who placed them."))
        self.keep_button = button("keep_landmarks", tr("Keep landmarks"))
        self.undo_button = button("undo_landmarks", tr("Undo"))
        self.button = button(
            "open_in_workbench",
            tr("Open in workbench"),
            tr("The landmarks of the case, one by one, and the numbers beside them."),
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.text, 0, 0, 1, 2)
        grid.addWidget(self.who, 1, 0)
        grid.addWidget(self.keep_button, 1, 1)
        grid.addWidget(self.undo_button, 2, 0)
        grid.addWidget(self.button, 2, 1)
        self.who.editingFinished.connect(self._on_who_edited)
        self.who.followed.connect(self._on_who_followed)
        press(self.keep_button, self.keeper.keep)
        press(self.undo_button, self.keeper.undo)
        press(self.button, self._on_workbench_clicked)

    def _who(self) -> str:
        return self.who.text().strip()

    def _on_who_edited(self) -> None:
        choose_annotator(self._who())
        self._on_who_followed()

    def _on_who_followed(self) -> None:
        self.keeper.follow(self._film, self._who())
        self._show()

    def _on_workbench_clicked(self) -> None:
        if self._case is not None:
            self.keeper.let_go()  # the workbench writes these labels from now on
            _, workbench = self._viewer.window.add_plugin_dock_widget(*WORKBENCH)
            if self._who():
                workbench.studies.say_who(self._who())
            workbench.show_case(*self._case)
            self._show()

    def _show(self) -> None:
        case, labels = self._case, self.keeper.labels
        self.setVisible(case is not None or self.keeper.is_loose)
        count = 0 if labels is None else 16 - len(labels.missing)
        if case is not None:
            told = OF_STUDY.format(
                case=breakable(plain(case.case_id)),
                study=breakable(plain(case.study.name)),
            )
            told += KEPT.format(count=count) if self._who() else NO_NAME
        elif labels is None:
            told = LOOSE
        else:
            told = KEPT_LOOSE.format(count=count, who=plain(self._who()))
        self.text.setText(told)
        self.button.setVisible(case is not None)
        measured = self._session.measurement(self._film) is not None
        why = (
            SAY_WHO
            if not self._who()
            else NOT_MEASURED
            if not measured
            else ALL_KEPT
            if count == 16
            else ""
        )
        enable(self.keep_button, not why, why, tr("Keep all sixteen as they are."))
        undo = self.keeper.can_undo
        enable(
            self.undo_button, undo, NOTHING_TO_UNDO, tr("Take the last change back.")
        )
