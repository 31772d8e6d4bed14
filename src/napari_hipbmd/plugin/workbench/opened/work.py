"""What is open in the workbench: a study, somebody's queue in it, and one case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qtpy.QtCore import QObject, QTimer, Signal

from ....core.errors import Cancelled, Refused
from ....core.writable import is_writable
from ....evaluation.observers import CONSENSUS, Peers
from ....study import Labels, OpenCase, QueueEntry, Study
from ....study.queue import Queue
from ...ui.sentences import said
from ...ui.translation import tr
from ..case.consensus_editor import ConsensusEditor
from ..case.editor import Editor
from ..case.view import CaseView
from .loader import CaseLoader
from .predicting import Predictor
from .remembered import (
    last_case,
    model_of,
    remember_case,
    remember_model,
    unchosen_model,
)

AHEAD = 3
"""Films after the open one that are predicted before they are wanted."""


class Work(QObject):
    """The open study and its open case; knows no panel.

    A panel of the dock follows these signals:

    ``study_opened`` when another study, or another annotator's part of it, is open;
    ``case_opened`` with its :class:`Editor` when a case is shown, ``case_refused``
    when its film cannot be; ``case_closing`` before it is saved and left;
    ``queue_changed`` when the status of some case may be another;
    ``predicting_stepped`` and ``predicting_ended``, see :class:`Predictor`;
    ``said`` with a sentence for the annotator, and whether it is a warning.

    Attributes
    ----------
    case_view
        The layers of the open case.
    study, queue
        None while no study is open.
    who
        The person who is at work; their labels, or the consensus, are open.
    settling
        The two observers between whom a consensus is settled; None nearly always.
    case_id
        Empty while no case is open.
    """

    study_opened = Signal()
    case_opened = Signal(object)
    case_refused = Signal()
    case_closing = Signal()
    queue_changed = Signal()
    predicting_stepped = Signal(int, int)
    predicting_ended = Signal()
    said = Signal(str, bool)

    def __init__(self, viewer: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.case_view = CaseView(viewer)
        self.study: Study | None = None
        self.queue: Queue | None = None
        self.who = ""
        self.settling: Peers | None = None
        self.case_id = ""
        self._loader: CaseLoader | None = None
        self._predictor: Predictor | None = None
        self.case_view.lost.connect(self._on_film_lost)

    @property
    def editor(self) -> Editor | None:
        """The open case, or None."""
        return self.case_view.editor

    @property
    def model(self) -> str:
        """The folder of the model that predicts; empty for the bundled one."""
        return "" if self.study is None else model_of(self.study)

    def say(self, text: str, warning: bool = False) -> None:
        """Tell the annotator something."""
        self.said.emit(text, warning)

    # a study

    def open_study(
        self, folder: str | Path, who: str, settling: Peers | None = None
    ) -> None:
        """Open a study at the case that was open last.

        Parameters
        ----------
        folder
            The study.
        who
            The person who is at work.
        settling
            Two observers, to open the consensus instead of the person's own labels.

        Raises
        ------
        Refused
            If it is no study, or its table or queue has mistakes. Then everything
            stays as it is.
        """
        study = Study.open(folder)
        queue = Queue(study, CONSENSUS if settling is not None else who)
        self.leave_study()
        self.study, self.queue = study, queue
        self.who, self.settling = who, settling
        self._loader = CaseLoader(study)
        self._predict_with(self.model)
        self.study_opened.emit()
        self.say("")
        first = last_case(study) or queue.next(None, undone=True) or queue.next(None)
        if first is None:
            self.say(tr("The study has no cases."), warning=True)
            return
        self.open_case(first)
        if self.editor is not None and not self.editor.case.notice:
            self.say(unchosen_model(study))

    def leave_study(self) -> None:
        """Save the open case, and leave the study."""
        self.close_case()
        if self._loader is not None:
            self._loader.close()
        self._stop_predicting()
        self._loader = self.study = self.queue = None

    # a case

    def open_case(self, case_id: str) -> None:
        """Save the open case, and open another one."""
        if self.study is None or self._loader is None or self.queue is None:
            return
        self.close_case()
        self.case_id = case_id
        try:
            loaded = self._loader.load(case_id)
            case = self.study.open_case(self.queue.annotator, case_id, loaded.facts)
        except Cancelled:
            return  # the study was left while its film was read
        except Refused as refusal:
            self.case_view.hide()
            self.case_refused.emit()
            self.say(f"{case_id}: {said(refusal)}", warning=True)
            return
        editor = self._editor(case, loaded.predicted)
        self.case_view.open(loaded.layer(), editor, loaded.case.image)
        editor.said.connect(self.say)
        study = self.study
        QTimer.singleShot(0, lambda: remember_case(study, case_id))
        self.say(said(case.notice), warning=True)
        self.case_opened.emit(editor)

    def labels_of(self, annotator: str) -> Labels | None:
        """What somebody else has placed on the open case, or None."""
        if self.study is None or not self.case_id:
            return None
        try:
            return self.study.labels(annotator, self.case_id)
        except Refused as refusal:
            self.say(said(refusal), warning=True)
            return None

    def _editor(self, case: OpenCase, predicted: Labels | None) -> Editor:
        if self.settling is None:
            return Editor(case, predicted, self.who)
        two = (self.labels_of(self.settling.a), self.labels_of(self.settling.b))
        return ConsensusEditor(case, *two, self.who)

    def close_case(self) -> None:
        """Save the open case and take it out of the viewer."""
        editor = self.editor
        if editor is None:
            return
        self.case_closing.emit()
        editor.said.disconnect(self.say)
        editor.close()
        self.case_view.leave()
        self.case_id = ""

    def prepare(self, among: list[QueueEntry] | None) -> None:
        """Read the cases that are likely to be wanted next, and predict some.

        Parameters
        ----------
        among
            The cases that can be gone to; all when None.
        """
        assert self.queue is not None and self._loader is not None
        near = [
            self.queue.next(self.case_id, among=among),
            self.queue.next(self.case_id, undone=True),
            self.queue.previous(self.case_id, among=among),
        ]
        self._loader.read_ahead([name for name in near if name is not None])
        following = [self.case_id]
        while len(following) <= AHEAD:
            after = self.queue.next(following[-1])
            if after is None:
                break
            following.append(after)
        assert self.study is not None
        if self._predictor is not None and is_writable(self.study.folder):
            # A film that was labelled without predictions does not need them.
            self._predictor.predict_ahead(
                [
                    name
                    for name in following
                    if self.queue.entry(name).status == "untouched"
                    or (name == self.case_id and self._lacks_predictions())
                ]
            )

    def _lacks_predictions(self) -> bool:
        """Whether what was predicted for the open case was of the other hip."""
        editor = self.editor
        return (
            editor is not None
            and editor.predicted is None
            and not editor.labels.landmarks
        )

    def is_ready(self, case_id: str) -> bool:
        """Whether a case has been read ahead."""
        return self._loader is not None and self._loader.is_ready(case_id)

    def _on_film_lost(self) -> None:
        """The film's layer was deleted: the case is closed, and nothing is lost."""
        case_id = self.case_id
        self.close_case()
        self.case_view.close()
        self.say(
            tr("{case_id} was closed with its film; open it again in Cases.").format(
                case_id=case_id
            )
        )

    # predictions

    def predict_all(self) -> None:
        """Predict every film of the study that has no predictions yet."""
        if self._predictor is not None and self.study is not None:
            self.say("")
            self._predictor.predict_all()
            self.predicting_stepped.emit(0, len(self.study.cases))

    def cancel_predicting(self) -> None:
        """Stop after the film that is being predicted."""
        if self._predictor is not None:
            self._predictor.cancel()

    def choose_model(self, model: str) -> None:
        """Let another model predict from now on; what is labelled stays."""
        if self.study is None:
            return
        remember_model(self.study, model)
        self._predict_with(model)
        name = Path(model).name if model else tr("the bundled networks")
        self.say(
            tr(
                "Films are predicted with {name} from now on: press Predict all."
            ).format(name=name)
        )

    def _predict_with(self, model: str) -> None:
        assert self.study is not None
        self._stop_predicting()
        self._predictor = Predictor(self.study, model, self)
        self._predictor.predicted.connect(self._on_predicted)
        self._predictor.stepped.connect(self.predicting_stepped)
        self._predictor.ended.connect(self._on_predicting_ended)

    def _stop_predicting(self) -> None:
        if self._predictor is not None:
            self._predictor.cancel()
            for signal in (self._predictor.predicted, self._predictor.ended):
                signal.disconnect()
        self._predictor = None

    def _on_predicted(self, case_id: str) -> None:
        if self._loader is None or self.queue is None:
            return
        editor = self.editor
        if case_id == self.case_id and editor is not None:
            if editor.predicted is None and self.settling is None:
                editor.predicted = self._predictions(case_id)
                editor.changed.emit()
                self.case_view.fit_again()
        else:
            self._loader.forget([case_id])
        if self.queue.entry(case_id).status == "untouched":
            self.queue_changed.emit()

    def _on_predicting_ended(self, text: str) -> None:
        self.predicting_ended.emit()
        if text:
            self.say(text, warning=True)

    def _predictions(self, case_id: str) -> Labels | None:
        assert self.study is not None
        try:
            return self.study.predictions(case_id)
        except Refused as refusal:
            self.say(said(refusal), warning=True)
            return None
