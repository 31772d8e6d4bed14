"""Landmarks predicted ahead, in the background, and stored in the study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qtpy.QtCore import QObject, Signal

from ....study import Case, Study
from ...ui.run import Run, Stepped, begin
from ...ui.translation import tr

STOPPED = tr("Predicting was stopped.")
FAILED = tr("Predicting failed; napari's message says how.")


class Predictor(QObject):
    """Predicts films of a study, one run at a time.

    Parameters
    ----------
    study
        Where the films are, and the predictions go.
    model
        The folder of the model; the bundled one when empty.
    parent
        Of Qt.

    ``predicted`` is emitted with a case's id when its predictions are stored (or were
    there), ``stepped`` with the numbers done and wanted, ``ended`` with a sentence
    when nothing runs any more.
    """

    predicted = Signal(str)
    stepped = Signal(int, int)
    ended = Signal(str)

    def __init__(
        self, study: Study, model: str = "", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._study = study
        self._model = model
        self._run: Run | None = None
        self._cases: list[Case] = []
        self._waiting: list[Case] = []
        self.everything = False

    @property
    def is_running(self) -> bool:
        """Whether films are being predicted."""
        return self._run is not None

    def predict_ahead(self, case_ids: Sequence[str]) -> None:
        """Predict a few films, after those that are under way."""
        cases = [self._study.case(case_id) for case_id in case_ids]
        if self.everything:
            return
        if self.is_running:
            self._waiting = cases
        elif cases:
            self._start(cases)

    def predict_all(self) -> None:
        """Predict every film of the study that has no predictions yet."""
        self.everything = True
        if self.is_running:
            self._waiting = list(self._study.cases)
        else:
            self._start(list(self._study.cases))

    def cancel(self) -> None:
        """Stop after the film that is being predicted."""
        self._waiting = []
        if self._run is not None:
            self._run.cancel()

    def _start(self, cases: list[Case]) -> None:
        study, folder = self._study, self._model
        self._cases = cases

        def work(run: Run) -> dict[str, str]:
            from ....pipeline.models import load_models
            from ....tasks.predict import prelabel_study

            return prelabel_study(
                study,
                cases,
                load_models(Path(folder)) if folder else None,
                progress=run.tell,
                cancelled=run.is_cancelled,
            )

        self._run = begin(
            self, work, self._on_done, self._on_ended,
            stepped=self._on_stepped, stopped=STOPPED, failed=FAILED,
        )  # fmt: skip

    def _on_stepped(self, step: Stepped) -> None:
        if step.done:
            self.predicted.emit(self._cases[step.done - 1].case_id)
        # The few that were under way when all were asked for are counted with those.
        if self.everything and not self._waiting:
            self.stepped.emit(step.done, step.count)

    def _on_done(self, refused: dict[str, str]) -> None:
        names = ", ".join(list(refused)[:3])
        self._on_ended(
            tr("{count} films could not be predicted ({names}): {next}").format(
                count=len(refused), names=names, next=next(iter(refused.values()))
            )
            if refused
            else ""
        )

    def _on_ended(self, text: str) -> None:
        self._run = None
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._start(waiting)
            return
        self.everything = False
        self.ended.emit(text)
