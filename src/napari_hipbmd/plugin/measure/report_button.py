"""The button that saves a measured hip as a report."""

from __future__ import annotations

from pathlib import Path

from napari.utils.notifications import show_info
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QPushButton, QWidget

from ...core.measurement import Measurement
from ..ui.run import Run, begin
from ..ui.translation import tr
from .export import FILTERS, export

NOT_MEASURED = tr("Measure the film first.")
WRITING = tr("The report is being written.")


class ReportButton(QPushButton):
    """Asks where, then writes beside the window; ``refused`` tells what went wrong."""

    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Save report …"), parent)
        self.setObjectName("save_report")
        self._measurement: Measurement | None = None
        self._film: Path | None = None
        self._run: Run | None = None
        self.clicked.connect(lambda _: self._on_clicked())
        self.show_measurement(None)

    def show_measurement(
        self, measurement: Measurement | None, film: Path | None = None
    ) -> None:
        """Save this one when pressed; None locks the button.

        ``film`` is the file that it was read from, where it is known.
        """
        self._measurement, self._film = measurement, film
        self._show_state()

    def _on_clicked(self) -> None:
        measurement, film = self._measurement, self._film
        if measurement is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save report"), f"{measurement.case_id}.html", FILTERS
        )
        if not name:
            return
        path = Path(name if Path(name).suffix else f"{name}.html")
        self._run = begin(
            self,
            lambda _: export(measurement, path, film),
            lambda _: self._end(tr("Saved {name}.").format(name=path.name)),
            self._on_refused,
        )
        self._show_state()

    def _on_refused(self, reason: str) -> None:
        self._end()
        self.refused.emit(reason)

    def _end(self, told: str = "") -> None:
        self._run = None
        self._show_state()
        if told:
            show_info(told)

    def _show_state(self) -> None:
        known = self._measurement is not None
        self.setEnabled(known and self._run is None)
        tip = tr(
            "A page for people (HTML), JSON or CSV for machines, or a DICOM structured"
            " report. Nobody is named."
        )
        self.setToolTip(WRITING if self._run else tip if known else NOT_MEASURED)
