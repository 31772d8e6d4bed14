"""The dock *Landmark workbench*: open a study, and label one film after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from qtpy.QtWidgets import QTabWidget, QVBoxLayout

from ...core.errors import Refused
from ...study import Study
from ..ui.ask_first import AskFirst
from ..ui.key_bindings import KeyBindings
from ..ui.keyboard import has_keyboard, let_film_have_keyboard
from ..ui.keys_dialog import KeysDialog
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.listening import ListeningWidget
from ..viewer.session import session_of
from .case.editor import Editor
from .check_panel import CheckPanel
from .exchange import ExchangePanel
from .film_hips import FilmHips
from .keys import SCOPE, actions_of
from .landmarks.numbers_panel import NumbersPanel
from .landmarks.panel import LandmarkPanel
from .observers.panel import ObserversPanel
from .opened.conflicts import ConflictWatch
from .opened.remembered import recent_studies, remember_study
from .opened.work import Work
from .queue.case_bar import CaseBar
from .queue.panel import QueuePanel
from .queue.walk import Walk
from .screen_room import ScreenRoom
from .study_bar import StudyBar
from .training_panel import TrainingPanel

FIRST = tr("Open the folder of a study, and say who you are.")


class WorkbenchWidget(ListeningWidget):
    """Queue, landmarks, observers, check, training and files of one study.

    What is open is in :attr:`work`; a panel of another kind is made, added to the
    tabs, and follows the signals of :class:`Work`.
    """

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._session = session_of(napari_viewer)
        self.work = Work(napari_viewer, self)
        self.case_view = self.work.case_view
        self._dialog: KeysDialog | None = None
        self._setup_ui()
        self.walk = Walk(self.work, self.cases, self.bar, self)
        self.hips = FilmHips(self.work, self.bar, self)
        self.screen_room = ScreenRoom(self)
        self.conflicts = ConflictWatch(self.work, self)
        self._connect()
        self._keys = KeyBindings(SCOPE, actions_of(self))
        self._keys.bind_widget(self)
        self.case_view.on_made = self._keys.bind
        # A window that closes deletes the widgets, and its layers after them.
        self.destroyed.connect(self.case_view.end)
        self._listen()
        self.bar.say(FIRST)

    def _setup_ui(self) -> None:
        self.setObjectName("workbench")
        self.studies = StudyBar()
        self.landmarks = LandmarkPanel(self.case_view, NumbersPanel(self._session))
        self.cases = QueuePanel()
        self.observers = ObserversPanel(self.work)
        self.check = CheckPanel()
        self.training = TrainingPanel()
        self.bar = CaseBar()
        self.tabs = QTabWidget()
        self.tabs.setObjectName("tabs")
        self.tabs.addTab(self.cases, tr("Cases"))
        self.tabs.addTab(self.landmarks, tr("Landmarks"))
        self.tabs.addTab(self.observers, tr("Observers"))
        self.tabs.addTab(self.check, tr("Check"))
        self.tabs.addTab(self.training, tr("Retrain"))
        self.tabs.addTab(ExchangePanel(self.work), tr("Files"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.studies)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.bar)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setStyleSheet("QTabBar::tab { padding: 3px 4px; margin: 0 1px; }")
        self._let_shrink()

    def _connect(self) -> None:
        self.studies.study_chosen.connect(self.open_study)
        self.studies.annotator_chosen.connect(self._on_annotator_chosen)
        self.work.said.connect(self.bar.say)
        predicting = AskFirst(self, self.work.cancel_predicting)
        self.work.predicting_stepped.connect(
            lambda *_: predicting.begin(self.cases.predict.text())
        )
        self.work.predicting_ended.connect(predicting.end)
        self.work.study_opened.connect(predicting.end)
        self.work.study_opened.connect(self._on_study_opened)
        self.work.case_opened.connect(self._on_case_opened)
        self.work.case_closing.connect(self._on_case_closing)
        self.work.case_refused.connect(self.landmarks.refresh)
        self.observers.wanted.connect(self.go_to)
        self.observers.repeat_wanted.connect(self._on_repeat_wanted)
        self.check.wanted.connect(self.go_to)
        self.check.checked.connect(self._on_checked)
        self.training.model_chosen.connect(self.work.choose_model)
        self.tabs.currentChanged.connect(lambda _: self.training.count())

    def open_study(self, folder: str | Path) -> None:
        """Open a study as the annotator who is named, where it was left."""
        try:
            self.work.open_study(folder, self.studies.who())
            self._session.choose_study(Path(folder).absolute())
        except Refused as refusal:
            # A study that waits for the annotator's name is still on offer.
            if Study.is_study(folder):
                remember_study(folder)
            self.work.say(said(refusal), warning=True)
            return
        self._leave_name()

    def show_case(self, folder: Path, case_id: str) -> None:
        """Open a case of a study, with its numbers, where it is not open yet."""
        study = self.work.study
        if study is None or study.folder != folder.absolute():
            self.open_study(folder)
            study = self.work.study
        if study is not None and study.folder == folder.absolute():
            self.go_to(case_id, "")
            self.tabs.setCurrentWidget(self.landmarks)
            self.landmarks.numbers.unfold()

    def go_to(self, case_id: str, landmark: str) -> None:
        """Open a case, if it is not open, at one of its landmarks."""
        if case_id != self.work.case_id:
            self.work.open_case(case_id)
        editor = self.work.editor
        if editor is not None and landmark:
            editor.select(landmark)
            self.landmarks.centre_current()

    def show_keys(self) -> None:
        """Show and change the keys."""
        layers = [
            layer
            for kind in ("labels", "label_regions")
            if (layer := self.case_view.layer(kind)) is not None
        ]
        self._dialog = KeysDialog(SCOPE, layers, parent=self)
        self._dialog.show()

    # what is heard

    def _on_study_opened(self) -> None:
        study, queue = self.work.study, self.work.queue
        assert study is not None and queue is not None
        self.training.show_study(study, queue.annotator, self.work.model)
        self.studies.show_study(study.folder, study.annotators())

    def _on_case_opened(self, editor: Editor) -> None:
        assert self.work.study is not None
        self.landmarks.open()
        self.check.open(editor, self.work.study)
        if self.tabs.currentWidget() is self.cases:
            self.tabs.setCurrentWidget(self.landmarks)

    def _on_case_closing(self) -> None:
        self.landmarks.close_case()
        self.check.close_case()

    def _on_annotator_chosen(self) -> None:
        if self.work.study is None:
            if recent_studies():
                self.work.say(tr("Now open a study."))
            return
        try:
            who = self.studies.who()
        except Refused as refusal:
            self.work.say(said(refusal), warning=True)
            return
        if who != self.work.who:
            self.open_study(self.work.study.folder)
        else:
            self._leave_name()

    def _leave_name(self) -> None:
        """Who is at work has been said: keys are about the film again."""
        if self.work.editor is not None and has_keyboard(self.studies):
            let_film_have_keyboard(self)

    def _on_repeat_wanted(self, annotator: str) -> None:
        self.studies.say_who(annotator)

    def _on_mouse_moved(self, viewer: Any, event: Any) -> None:
        film = self.case_view.film
        if film is None:
            return
        row_col = np.array(film.world_to_data(event.position[-2:]))
        inside = (row_col >= 0).all() and (row_col < film.data.shape[-2:]).all()
        self.landmarks.look_at_cursor(row_col if inside else None)

    def _on_checked(self) -> None:
        self.landmarks.warned = self.check.warned()
        self.landmarks.refresh()
        count = len(self.check.doubts)
        self.tabs.setTabText(
            self.tabs.indexOf(self.check),
            tr("Check ({count})").format(count=count) if count else tr("Check"),
        )

    # opening and closing the dock

    def _listen(self) -> None:
        viewer = self.case_view.viewer
        if not self._listening and viewer is not None:
            self._listening = True
            viewer.mouse_move_callbacks.append(self._on_mouse_moved)
            self.conflicts.listen()

    def _leave(self) -> None:
        if not self._listening:
            return
        self._listening = False
        self.work.leave_study()
        self.hips.leave()
        self.case_view.close()
        self.screen_room.leave()
        self._keys.release()
        viewer = self.case_view.viewer
        if viewer is not None and self._on_mouse_moved in viewer.mouse_move_callbacks:
            viewer.mouse_move_callbacks.remove(self._on_mouse_moved)
        self.conflicts.leave()
