"""The dock *Landmark workbench*: open a study, and label one film after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from qtpy.QtCore import Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QDialog, QTabWidget, QVBoxLayout

from ...radiograph import FilmRefused
from ...study import Labels, Study, what_is_missing
from ...study.queue import Entry, Queue
from ..key_bindings import KeyBindings
from ..keys_dialog import KeysDialog
from ..listening import ListeningWidget
from ..preferences import read_preference, write_preference
from ..session import session_of
from .canvas import CaseCanvas
from .case_bar import CaseBar
from .check_panel import CheckPanel
from .editor import Editor
from .keys import SCOPE, actions_of
from .landmark_panel import LandmarkPanel
from .loader import CaseLoader
from .predicting import Predictor
from .queue_panel import QueuePanel
from .study_bar import StudyBar
from .training_panel import TrainingPanel

WIDTH = 440
AHEAD = 3
"""Films after the open one that are predicted before they are wanted."""
FIRST = "Open the folder of a study, and say who you are."


class WorkbenchWidget(ListeningWidget):
    """Queue, landmarks, check, observers and training of one study."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._session = session_of(napari_viewer)
        self.canvas = CaseCanvas(napari_viewer)
        self.study: Study | None = None
        self.queue: Queue | None = None
        self.case_id = ""
        self._loader: CaseLoader | None = None
        self._predictor: Predictor | None = None
        self._dialog: KeysDialog | None = None
        self._conflict: QDialog | None = None
        self._setup_ui()
        self._connect()
        self._keys = KeyBindings(SCOPE, actions_of(self))
        self._keys.bind_widget(self)
        self.canvas.on_made = self._keys.bind
        self.canvas.lost.connect(self._on_film_lost)
        # A window that closes deletes the widgets, and its layers after them.
        self.destroyed.connect(self.canvas.leave)
        self._listen()
        self.bar.say(FIRST)

    def _setup_ui(self) -> None:
        self.setObjectName("workbench")
        self.studies = StudyBar()
        self.landmarks = LandmarkPanel(self.canvas)
        self.cases = QueuePanel()
        self.check = CheckPanel()
        self.training = TrainingPanel()
        self.bar = CaseBar()
        self.tabs = QTabWidget()
        self.tabs.setObjectName("tabs")
        self.tabs.addTab(self.cases, "Cases")
        self.tabs.addTab(self.landmarks, "Landmarks")
        self.tabs.addTab(self.check, "Check")
        self.tabs.addTab(self.training, "Retrain")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.studies)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.bar)
        self.setMinimumWidth(WIDTH)

    def _connect(self) -> None:
        self.studies.study_chosen.connect(self.open_study)
        self.studies.annotator_chosen.connect(self._on_annotator_chosen)
        self.cases.wanted.connect(self.open_case)
        self.cases.noted.connect(self._on_noted)
        self.cases.predict.clicked.connect(lambda _: self._on_predict_clicked())
        self.cases.cancel.clicked.connect(lambda _: self._on_cancel_clicked())
        self.check.wanted.connect(self.go_to)
        self.check.checked.connect(self._on_checked)
        self.training.model_chosen.connect(self._on_model_chosen)
        self.tabs.currentChanged.connect(lambda _: self.training.count())
        self.bar.step_wanted.connect(self.step)
        self.bar.undone_wanted.connect(self.next_undone)
        self.bar.finish_wanted.connect(self.finish)
        self.bar.second_look_wanted.connect(self.second_look)

    # a study

    def open_study(self, folder: str | Path) -> None:
        """Open a study at the case that was open last."""
        try:
            study = Study.open(folder)
            queue = Queue(study, self.studies.who())
        except FilmRefused as refusal:
            self._remember(folder)
            self.bar.say(str(refusal), warning=True)
            return
        self.close_case()
        self._leave_study()
        self.study, self.queue = study, queue
        self._loader = CaseLoader(study)
        model = self._chosen_model()
        self.training.show_study(study, queue.annotator, model)
        self._predict_with(model)
        self.studies.show_study(study.folder, study.annotators())
        self.cases.set_running(False, study=True)
        self._show_queue()
        self.bar.say("")
        first = self._last_case() or queue.next(None, undone=True) or queue.next(None)
        if first is None:
            self.bar.say("The study has no cases.", warning=True)
            return
        self.open_case(first)

    def open_case(self, case_id: str) -> None:
        """Save the open case, and open another one."""
        if self.study is None or self._loader is None or self.queue is None:
            return
        self.close_case()
        try:
            loaded = self._loader.load(case_id)
            case = self.study.open_case(self.queue.annotator, case_id, loaded.facts)
        except FilmRefused as refusal:
            self.case_id = case_id
            self._show_queue()
            self.bar.say(f"{case_id}: {refusal}", warning=True)
            return
        editor = Editor(case, loaded.predicted)
        self.case_id = case_id
        self.canvas.open(loaded.layer(), editor)
        editor.changed.connect(self._on_changed)
        editor.said.connect(self._on_said)
        editor.conflicted.connect(self._on_conflicted)
        self.landmarks.open()
        self.check.open(editor, self.study)
        self._show_queue()
        self.tabs.setCurrentWidget(self.landmarks)
        self._read_ahead()
        self._remember_case()
        self.bar.say(case.notice, warning=True)
        if case.conflict is not None:
            self._on_conflicted()

    def close_case(self) -> None:
        """Save the open case and take it out of the viewer."""
        editor = self.canvas.editor
        if editor is None:
            return
        self.landmarks.close_case()
        self.check.close_case()
        self._close_conflict()
        editor.changed.disconnect(self._on_changed)
        editor.said.disconnect(self._on_said)
        # A conflict that is left waits on the disk, and is shown at the next opening.
        editor.conflicted.disconnect(self._on_conflicted)
        editor.save()
        self.canvas.leave()
        self.case_id = ""

    def go_to(self, case_id: str, landmark: str) -> None:
        """Open a case, if it is not open, at one of its landmarks."""
        if case_id != self.case_id:
            self.open_case(case_id)
        editor = self.canvas.editor
        if editor is not None and landmark:
            editor.select(landmark)
            self.landmarks.centre_current()

    # the queue

    def step(self, by: int) -> None:
        """Open the case after or before the open one; say what was left missing."""
        if self.queue is None:
            return
        among = self._among()
        go = self.queue.next if by > 0 else self.queue.previous
        self._go(go(self.case_id or None, among=among), "There is no further case.")

    def next_undone(self) -> None:
        """Open the next case that is not done."""
        if self.queue is not None:
            found = self.queue.next(self.case_id or None, undone=True)
            self._go(found, "Every case is done.")

    def finish(self) -> None:
        """Mark the case done, whatever is missing, and open the next one."""
        if self.queue is not None and self.case_id:
            self.queue.set_status(self.case_id, "done")
            self._show_queue()
            self.next_undone()

    def second_look(self) -> None:
        """Mark the case for a second look, or take the mark off."""
        if self.queue is None or not self.case_id:
            return
        marked = self.queue.entry(self.case_id).status == "second look"
        self.queue.set_status(self.case_id, "in work" if marked else "second look")
        self._show_queue()

    def show_keys(self) -> None:
        """Show and change the keys."""
        layers = [
            layer
            for kind in ("labels", "label_regions")
            if (layer := self.canvas.layer(kind)) is not None
        ]
        self._dialog = KeysDialog(SCOPE, layers, parent=self)
        self._dialog.show()

    def _go(self, case_id: str | None, nowhere: str) -> None:
        editor = self.canvas.editor
        left = what_is_missing(editor.labels) if editor is not None else ""
        before = self.case_id
        if case_id is None:
            self.bar.say(nowhere)
            return
        self.open_case(case_id)
        if left and not self.bar.message.text():
            self.bar.say(f"{before}: {left}", warning=True)

    def _among(self) -> list[Entry] | None:
        """The cases that the filter shows, if it leaves any to go to."""
        assert self.queue is not None
        shown = set(self.cases.shown())
        found = [each for each in self.queue.entries if each.case_id in shown]
        return found or None

    def _show_queue(self) -> None:
        if self.queue is None:
            return
        self.queue.refresh()
        entries = self.queue.entries
        self.cases.show_rows(entries, self.case_id)
        self._show_case()

    def _show_case(self) -> None:
        if self.queue is None or not self.case_id:
            return
        entries = self.queue.entries
        number = [entry.case_id for entry in entries].index(self.case_id) + 1
        done = sum(not entry.undone for entry in entries)
        editor = self.canvas.editor
        self.bar.show_case(
            self.case_id,
            number,
            len(entries),
            done,
            self.queue.entry(self.case_id).status,
            what_is_missing(editor.labels) if editor is not None else "",
        )

    # what is heard

    def _on_changed(self) -> None:
        assert self.queue is not None
        if self.queue.entry(self.case_id).status in ("untouched", "predicted"):
            self._show_queue()
        else:
            self._show_case()

    def _on_said(self, text: str) -> None:
        self.bar.say(text)

    def _on_noted(self, case_id: str, text: str) -> None:
        if self.queue is not None:
            try:
                self.queue.set_note(case_id, text)
            except (FilmRefused, OSError) as problem:
                self.bar.say(str(problem), warning=True)
            self._show_queue()

    def _on_annotator_chosen(self) -> None:
        if self.study is None:
            folder = next(iter(read_preference("studies", [])), None)
            if self.sender() is self.studies and folder and not self.case_id:
                self.bar.say("Now open a study.")
            return
        try:
            who = self.studies.who()
        except FilmRefused as refusal:
            self.bar.say(str(refusal), warning=True)
            return
        if self.queue is None or who != self.queue.annotator:
            self.open_study(self.study.folder)

    def _on_film_lost(self) -> None:
        """The film's layer was deleted: the case is closed, and nothing is lost."""
        case_id = self.case_id
        self.close_case()
        self.canvas.close()
        self.bar.say(f"{case_id} was closed with its film; open it again in Cases.")

    def _on_conflicted(self) -> None:
        from .conflict_dialog import ConflictDialog

        editor = self.canvas.editor
        if editor is None or editor.case.conflict is None:
            return
        self._close_conflict()
        dialog = ConflictDialog(editor.case.conflict, self.canvas.film, self)
        dialog.kept.connect(editor.resolve)
        self._conflict = dialog
        dialog.open()

    def _close_conflict(self) -> None:
        if self._conflict is not None:
            self._conflict.close()
            self._conflict.deleteLater()
        self._conflict = None

    def _on_application_state(self, state: Any) -> None:
        """Look at the disk when the window comes to the front."""
        editor = self.canvas.editor
        if state == Qt.ApplicationState.ApplicationActive and editor is not None:
            editor.look_at_disk()

    def _on_mouse_moved(self, viewer: Any, event: Any) -> None:
        film = self.canvas.film
        if film is None or self.canvas.editor is None:
            return
        row_col = np.array(film.world_to_data(event.position[-2:]))
        inside = (row_col >= 0).all() and (row_col < film.data.shape[-2:]).all()
        self.landmarks.look_at_cursor(row_col if inside else None)

    def _on_checked(self) -> None:
        self.landmarks.warned = self.check.warned()
        self.landmarks.refresh()
        count = len(self.check.doubts)
        self.tabs.setTabText(
            self.tabs.indexOf(self.check), f"Check ({count})" if count else "Check"
        )

    # predictions

    def _predict_with(self, model: str) -> None:
        assert self.study is not None
        self._stop_predicting()
        self._predictor = Predictor(self.study, model, self)
        self._predictor.predicted.connect(self._on_predicted)
        self._predictor.stepped.connect(self.cases.show_progress)
        self._predictor.ended.connect(self._on_predicting_ended)

    def _stop_predicting(self) -> None:
        if self._predictor is not None:
            self._predictor.cancel()
            for signal in (self._predictor.predicted, self._predictor.ended):
                signal.disconnect()
        self._predictor = None

    def _on_model_chosen(self, model: str) -> None:
        """Another model predicts from now on; what is labelled stays."""
        if self.study is None:
            return
        chosen = dict(read_preference("models", {}))
        chosen[str(self.study.folder)] = model
        write_preference("models", chosen)
        self._predict_with(model)
        name = Path(model).name if model else "the bundled networks"
        self.bar.say(f"Films are predicted with {name} from now on: press Predict all.")

    def _chosen_model(self) -> str:
        assert self.study is not None
        model = read_preference("models", {}).get(str(self.study.folder), "")
        return model if model and Path(model).is_dir() else ""

    def _on_predict_clicked(self) -> None:
        if self._predictor is not None:
            self._predictor.predict_all()
            self.cases.show_progress(0, len(self.study.cases))  # type: ignore[union-attr]
            self.cases.set_running(True)

    def _on_cancel_clicked(self) -> None:
        if self._predictor is not None:
            self._predictor.cancel()

    def _on_predicted(self, case_id: str) -> None:
        if self._loader is None or self.study is None:
            return
        editor = self.canvas.editor
        if case_id == self.case_id and editor is not None:
            if editor.predicted is None:
                editor.predicted = self._predictions(case_id)
                editor.changed.emit()
        else:
            self._loader.forget([case_id])
        if self.queue is not None and self.queue.entry(case_id).status == "untouched":
            self._show_queue()

    def _on_predicting_ended(self, text: str) -> None:
        self.cases.set_running(False, study=self.study is not None)
        if text:
            self.bar.say(text, warning=True)
        self._show_queue()

    def _predictions(self, case_id: str) -> Labels | None:
        assert self.study is not None
        try:
            return self.study.predictions(case_id)
        except FilmRefused as refusal:
            self.bar.say(str(refusal), warning=True)
            return None

    def _read_ahead(self) -> None:
        assert self.queue is not None and self._loader is not None
        following = [self.case_id]
        while len(following) <= AHEAD:
            after = self.queue.next(following[-1])
            if after is None:
                break
            following.append(after)
        near = [
            self.queue.next(self.case_id, among=self._among()),
            self.queue.next(self.case_id, undone=True),
            self.queue.previous(self.case_id, among=self._among()),
        ]
        self._loader.read_ahead([name for name in near if name is not None])
        if self._predictor is not None:
            # A film that was labelled without predictions does not need them.
            self._predictor.predict_ahead(
                [
                    name
                    for name in following
                    if self.queue.entry(name).status == "untouched"
                ]
            )

    # remembered

    def _remember(self, folder: str | Path) -> None:
        """A study that waits for the annotator's name is still on offer."""
        known = [str(folder), *read_preference("studies", [])]
        if Study.is_study(folder):
            write_preference("studies", list(dict.fromkeys(known)))

    def _remember_case(self) -> None:
        assert self.study is not None
        last = dict(read_preference("last_case", {}))
        last[str(self.study.folder)] = self.case_id
        write_preference("last_case", last)

    def _last_case(self) -> str | None:
        assert self.study is not None
        name = read_preference("last_case", {}).get(str(self.study.folder))
        known = {case.case_id for case in self.study.cases}
        return name if name in known else None

    # opening and closing the dock

    def _listen(self) -> None:
        viewer = self.canvas.viewer
        if not self._listening and viewer is not None:
            self._listening = True
            viewer.mouse_move_callbacks.append(self._on_mouse_moved)
            application = QGuiApplication.instance()
            application.applicationStateChanged.connect(self._on_application_state)

    def _leave(self) -> None:
        if not self._listening:
            return
        self._listening = False
        self.close_case()
        self.canvas.close()
        self._leave_study()
        self._keys.release()
        viewer = self.canvas.viewer
        if viewer is not None and self._on_mouse_moved in viewer.mouse_move_callbacks:
            viewer.mouse_move_callbacks.remove(self._on_mouse_moved)
        application = QGuiApplication.instance()
        application.applicationStateChanged.disconnect(self._on_application_state)

    def _leave_study(self) -> None:
        if self._loader is not None:
            self._loader.close()
        self._stop_predicting()
        self._loader = self.study = self.queue = None
