"""Many films from the disk: a model is applied to all, and its files are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHeaderView,
    QProgressBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..ui.controls import button, enable, note, press, row
from ..ui.run import Run

BUSY = "Films are being enhanced: wait or press Cancel."
CHOOSE = "Choose the films, and a folder for what is made of them."
FILM = Qt.ItemDataRole.UserRole
NOT_RUNNING = "Nothing is running."
OPEN_HINT = "Double-click a film to see it with its layers."


class ManyPanel(QGroupBox):
    """A study or folder goes in, a folder of files comes out.

    ``wanted`` is emitted with ``(layer data, file)`` of a film that a person opens;
    :attr:`model_folder` is asked for the model when a run begins.
    """

    wanted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Many films", parent)
        self.setObjectName("many")
        self.model_folder: Any = lambda: None
        self._run: Run | None = None
        self._films: Path | None = None
        self._out: Path | None = None
        self._setup_ui()
        self._set_running(False)

    def choose_films(self, folder: Path) -> None:
        """Take the films of a folder or study."""
        self._films = folder
        self.films_button.setText(folder.name)
        self._set_running(False)

    def choose_out(self, folder: Path) -> None:
        """Write into this folder."""
        self._out = folder
        self.out_button.setText(folder.name)
        self._set_running(False)

    def stop(self) -> None:
        """Ask what is running to stop."""
        if self._run is not None:
            self._run.cancel()
            self.progress.setFormat("Stopping …")

    def _setup_ui(self) -> None:
        self.films_button = button("many_films", "Folder or study …")
        self.out_button = button("many_out", "Folder …")
        self.latent = QCheckBox("Latent z")
        self.latent.setObjectName("many_latent")
        self.stages = QCheckBox("Encoder stages")
        self.stages.setObjectName("many_stages")
        for box, what in ((self.latent, "latent z"), (self.stages, "encoder's stages")):
            box.setToolTip(f"Write the {what} beside STO and bone image.")
        self.start = button("enhance_many", "Enhance all")
        self.cancel = button("cancel_many", "Cancel")
        self.progress = QProgressBar()
        self.progress.setObjectName("many_progress")
        self.note = note("many_note")
        self.list = QTreeWidget()
        self.list.setObjectName("many_list")
        self.list.setHeaderLabels(["Film", ""])
        self.list.setRootIsDecorated(False)
        self.list.setToolTip(OPEN_HINT)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.hide()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Films", self.films_button)
        form.addRow("Write into", self.out_button)
        form.addRow("With", row(self.latent, self.stages))
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addLayout(row(self.start, self.cancel))
        for widget in (self.progress, self.note, self.list):
            column.addWidget(widget)
        press(self.films_button, self._on_films_clicked)
        press(self.out_button, self._on_out_clicked)
        press(self.start, self._on_start_clicked)
        press(self.cancel, self.stop)
        self.list.itemDoubleClicked.connect(lambda item, _: self._on_opened(item))

    def _on_films_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Films or study")
        if folder:
            self.choose_films(Path(folder))

    def _on_out_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Write into")
        if folder:
            self.choose_out(Path(folder))

    def _on_start_clicked(self) -> None:
        films, out, model = self._films, self._out, self.model_folder()
        if films is None or out is None:
            return
        latent, stages = self.latent.isChecked(), self.stages.isChecked()
        self.list.clear()
        self.list.show()
        self.note.setText("")
        self.progress.setRange(0, 0)
        self.progress.setFormat("%v of %m")
        run = self._begin()
        run.stepped.connect(self._on_stepped)
        run.done.connect(self._on_done)
        run.start(lambda run: _enhance(run, films, out, model, latent, stages))

    def _on_opened(self, item: QTreeWidgetItem) -> None:
        """Read the film beside the window, then hand it on."""
        job = item.data(0, FILM)
        if self._run is not None or job is None:
            return
        self.progress.setRange(0, 0)
        run = self._begin()
        run.done.connect(lambda data: self._on_read(data, job.path))
        run.start(lambda run: _read(job))

    def _begin(self) -> Run:
        # No parent: the run must outlive a dock that is deleted while it works.
        run = self._run = Run()
        self.destroyed.connect(run.cancel)
        run.refused.connect(self._on_ended)
        run.stopped.connect(lambda: self._on_ended(f"Stopped. {self._counted()}"))
        run.failed.connect(self._on_failed)
        self._set_running(True)
        return run

    def _on_stepped(self, step: Any) -> None:
        job, count, reason = step
        self.progress.setRange(0, count)
        item = QTreeWidgetItem(self.list, [job.name, reason or "enhanced"])
        item.setToolTip(1, reason or OPEN_HINT)
        item.setData(0, FILM, None if reason else job)
        self.progress.setValue(self.list.topLevelItemCount())

    def _on_done(self, _: Any) -> None:
        self._on_ended(f"{self._counted()} {OPEN_HINT}")

    def _on_read(self, data: Any, path: Path) -> None:
        self._on_ended(self.note.text())
        self.wanted.emit(data, path)

    def _on_failed(self, error: BaseException) -> None:
        self._on_ended("That failed; napari's message says how.")
        raise error

    def _on_ended(self, text: str) -> None:
        self._run = None
        self.note.setText(text)
        self._set_running(False)

    def _counted(self) -> str:
        items = [
            self.list.topLevelItem(i) for i in range(self.list.topLevelItemCount())
        ]
        good = sum(item.data(0, FILM) is not None for item in items)
        bad = f", {len(items) - good} refused" if good < len(items) else ""
        return f"{good} enhanced{bad}."

    def _set_running(self, running: bool) -> None:
        running = running or self._run is not None
        ready = self._films is not None and self._out is not None
        enable(self.start, ready and not running, BUSY if running else CHOOSE)
        enable(self.cancel, running, NOT_RUNNING)
        for control in (self.films_button, self.out_button):
            enable(control, not running, BUSY)
        self.films_button.setToolTip(str(self._films or "A study, or any folder."))
        self.out_button.setToolTip(str(self._out or "Each film gets a folder in it."))
        self.progress.setVisible(running)


def _enhance(
    run: Run, films: Path, out: Path, model: Path | None, latent: bool, stages: bool
) -> None:
    from ...pipeline.models import networks_enhancing_with
    from ...runs.enhancing import enhance_many
    from ...runs.jobs import jobs_of

    networks, jobs = networks_enhancing_with(model), jobs_of(films)
    for one in enhance_many(
        jobs, networks, out, latent=latent, stages=stages, cancelled=run.is_cancelled
    ):
        run.stepped.emit((one.job, len(jobs), one.reason))


def _read(job: Any) -> Any:
    from ..viewer.films import open_film_layer

    options = job.options
    return open_film_layer(job.path, options.patient, options.side, job.case_id)
