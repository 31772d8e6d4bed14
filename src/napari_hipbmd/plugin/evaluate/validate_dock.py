"""The dock *Validate*: estimates against DXA, with figures that fill in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QUrl
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
)

from ...bmd import SITE_NAMES
from ...core.anatomy import SITES
from ...core.caveats import research_use
from ..ui.rich import plain, sentence
from ..ui.run import Run
from ..ui.run_bar import RunBar
from ..ui.translation import first_capital, tr
from ..viewer.session import Session, session_of
from ..viewer.show_film import CaseFilms
from .study_choice import StudyChoice
from .study_run import STOPPED, StudyRunWidget, reporting
from .validate_form import NO_ROW, ValidateForm
from .validation_tabs import ValidationTabs

if TYPE_CHECKING:
    from ...evaluation.tables import Validation

FIRST = tr("A click on a point of a figure opens its film.")
NOT_YET = tr("Validate a study first.")


class ValidateWidget(StudyRunWidget):
    """Choose a study, press Validate, and look at the films behind the points."""

    WIDE = 560

    RUNNING = tr("A validation is running.")
    NONE_CHOSEN = NO_ROW

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._session: Session = session_of(napari_viewer)
        self._films = CaseFilms(napari_viewer, self)
        self._out: Path | None = None
        self._clicked = ""
        self._setup_ui()
        self._connect()
        self._listen()
        self._show_ready()
        self._show_report(None)

    def _setup_ui(self) -> None:
        self.study = StudyChoice(self._session)
        self.bar = RunBar("validate", tr("Validate"))
        self.form = ValidateForm()
        self.site = QComboBox()
        self.site.setObjectName("site")
        for site in SITES:
            self.site.addItem(first_capital(tr(SITE_NAMES[site])), site)
        self.report_button = QPushButton(tr("Open report"))
        self.report_button.setObjectName("open_report")
        self.tabs = ValidationTabs(self.form)
        self.point = sentence("point", FIRST)
        self.research_use = sentence("research_use", research_use([], tr))
        self.research_use.setStyleSheet("font-style: italic")
        row = QHBoxLayout()
        row.addWidget(QLabel(tr("Site")))
        row.addWidget(self.site, 1)
        row.addWidget(self.report_button)
        column = QVBoxLayout(self)
        column.addWidget(self.study)
        column.addWidget(self.bar)
        column.addLayout(row)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.point)
        column.addWidget(self.research_use)
        self._let_shrink()

    def _connect(self) -> None:
        self._connect_run()
        self.bar.wanted.connect(self._on_validate_clicked)
        self.bar.stepped.connect(lambda step: self.tabs.show_results(step.more))
        self.site.currentIndexChanged.connect(
            lambda _: self.tabs.show_site(self.site.currentData())
        )
        self.report_button.clicked.connect(lambda _: self._on_report_clicked())
        self.tabs.hovered.connect(self._on_hovered)
        self.tabs.clicked.connect(self._on_point_clicked)
        self._films.shown.connect(self._on_film_shown)
        self._films.refused.connect(lambda text: self.point.setText(plain(text)))

    def _choices(self) -> Mapping[Any, QCheckBox]:
        return self.form.boxes("rows")

    def _on_validate_clicked(self) -> None:
        study, out = self.study.study, self.form.out.folder
        if study is None or out is None:
            return
        options = self.form.options(
            study=study.folder, out=out, models=self._session.models_folder
        )
        self._out = out

        bring_measured = self.form.out.bring_measured

        def work(run: Run) -> Validation:
            from ...tasks.validate import validate

            bring_measured()
            return validate(
                **options.keywords(),
                report=reporting(run),
                cancelled=run.is_cancelled,
            )

        self.tabs.begin(study)
        self._show_report(None)
        self.bar.start(work, self._on_done, stopped=STOPPED)

    def _on_done(self, found: Validation) -> None:
        self.tabs.show_validation(found)
        self._show_report(self._out)
        told = [plain(note) for note in found.notes()]
        self.bar.say("<br>".join([plain(found.how), *told]))

    def _on_hovered(self, row: str, case_id: str) -> None:
        self.point.setText(self.tabs.words(row, case_id) if case_id else FIRST)

    def _on_point_clicked(self, row: str, case_id: str) -> None:
        study = self.tabs.study
        if study is not None:
            self.point.setText(
                tr("{words} Opening …").format(words=self.tabs.words(row, case_id))
            )
            self._clicked = self.tabs.words(row, case_id)
            self._films.open(study.case(case_id))

    def _on_film_shown(self, case_id: str) -> None:
        self.point.setText(
            tr("{clicked} Its film is shown.").format(clicked=self._clicked)
        )

    def _on_report_clicked(self) -> None:
        if self._out is not None:
            page = self._out / "validation.html"
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))

    def _show_report(self, out: Path | None) -> None:
        self.report_button.setEnabled(out is not None)
        self.report_button.setToolTip(
            NOT_YET
            if out is None
            else tr("The page, tables and figures in {out}.").format(out=out)
        )
