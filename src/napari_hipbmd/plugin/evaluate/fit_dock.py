"""The dock *Fit BMD*: a study with DXA readings in, a regression out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from ...core.caveats import research_use
from ...core.errors import Refused
from ..ui.controls import scroll_in
from ..ui.grid_list import GridList
from ..ui.rich import plain, sentence
from ..ui.run import Run
from ..ui.run_bar import RunBar
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.session import Session, session_of
from .fit_form import NO_TARGET, FitForm
from .study_choice import StudyChoice
from .study_run import STOPPED, StudyRunWidget, reporting

if TYPE_CHECKING:
    from ...tasks.fit import FittedRegression

FIRST = tr(
    "Fits the regression from grey values and biology to DXA (paper 3.4). What is"
    " measured of a film is kept, so a run that was stopped goes on."
)
IN_USE = tr("The docks Measure and Features use it from now on.")


class FitWidget(StudyRunWidget):
    """Choose targets and films, press Fit, and measure with the result."""

    WIDE = 480

    RUNNING = tr("A regression is being fitted.")
    NONE_CHOSEN = NO_TARGET

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._session: Session = session_of(napari_viewer)
        self._out: Path | None = None
        self._setup_ui()
        self._connect()
        self._listen()
        self._show_ready()

    def _setup_ui(self) -> None:
        self.study = StudyChoice(self._session)
        self.form = FitForm()
        self.bar = RunBar("fit_bmd", tr("Fit"))
        self.use = QCheckBox(tr("Measure with it when it is fitted"))
        self.use.setObjectName("use_fitted")
        self.use.setChecked(True)
        self.warning = sentence("warning")
        self.title = sentence("fit_title", FIRST)
        self.tables = GridList("fit_tables")
        self.notes = sentence("fit_notes")
        self.research_use = sentence("research_use", research_use([], tr))
        self.research_use.setStyleSheet("font-style: italic")
        inside = QWidget()
        column = QVBoxLayout(inside)
        for widget in (
            self.study, self.form, self.use, self.bar, self.title, self.warning,
            self.tables, self.notes, self.research_use,
        ):  # fmt: skip
            column.addWidget(widget)
        column.addStretch(1)
        self._show_result(None)
        scroll_in(self, inside)
        self._let_shrink()

    def _connect(self) -> None:
        self._connect_run()
        self.bar.wanted.connect(self._on_fit_clicked)
        self.bar.stepped.connect(lambda step: self._on_stepped(step.more))

    def _choices(self) -> Mapping[Any, QCheckBox]:
        return self.form.boxes("targets")

    def _on_fit_clicked(self) -> None:
        study, out = self.study.study, self.form.out.folder
        if study is None or out is None:
            return
        plan, folder = self.form.options().plan(), self._session.models_folder
        self._out = out

        bring_measured = self.form.out.bring_measured

        def work(run: Run) -> FittedRegression:
            from ...study import Study
            from ...tasks.fit import fit_regression

            bring_measured()
            return fit_regression(
                Study.open(study.folder),  # its table may have been corrected
                out,
                plan,
                models=folder,
                report=reporting(run),
                cancelled=run.is_cancelled,
            )

        self._show_result(None)
        self.bar.start(work, self._on_done, stopped=STOPPED)

    def _on_stepped(self, results: Any) -> None:
        """The latest figures; of the films so far while films are measured."""
        figures = [
            tr("{site} r {r:.2f}, MAE {mae_g_cm2:.3f}").format(
                site=one.site, r=one.agreement.r, mae_g_cm2=one.agreement.mae_g_cm2
            )
            for one in results
            if len(one.case_ids) > 2
        ]
        if not figures:
            return
        films = len(results[0].case_ids)
        self.title.setText(
            tr("Out of fold, {films} films: {names}").format(
                films=films, names="; ".join(figures)
            )
        )

    def _on_done(self, found: FittedRegression) -> None:
        self._show_result(found)
        if self._out is None or not self.use.isChecked():
            return
        try:
            self._session.choose_models(self._out)
        except Refused as refusal:
            self.bar.say(plain(said(refusal)))
            return
        self.bar.say(IN_USE)

    def _show_result(self, found: FittedRegression | None) -> None:
        for widget in (self.warning, self.tables, self.notes):
            widget.setVisible(found is not None)
        if found is None:
            self.title.setText(FIRST)
            return
        from ...tasks.fit_tables import NOT_FOR_PATIENTS, fit_grids, fit_notes

        where = ""
        if self._out is not None:
            where = tr(" In {file}.").format(file=self._out / "bmd.json")
        self.title.setText(
            f"<b>{plain(found.model.name)}</b>:"
            f" {plain(found.model.calibrated_on)}.{plain(where)}"
        )
        self.warning.setText(f"<b>{NOT_FOR_PATIENTS}</b>")
        self.warning.setVisible(found.digital)
        self.tables.show_grids(fit_grids(found))
        notes = [note for note in fit_notes(found) if note != NOT_FOR_PATIENTS]
        self.notes.setText("<br>".join(plain(note) for note in notes))
