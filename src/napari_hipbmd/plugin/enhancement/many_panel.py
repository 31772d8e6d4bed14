"""Many films from the disk: a model is applied to all, and its files are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..ui.controls import button, enable, press
from ..ui.options_form import OptionsForm
from ..ui.run import Run, Stepped
from ..ui.run_bar import RunBar
from ..ui.sentences import said
from ..ui.translation import tr

if TYPE_CHECKING:
    from ...tasks.enhance import EnhanceOptions

BUSY = tr("Films are being enhanced: wait or press Cancel.")
CHOOSE = tr("Choose the films, and a folder for what is made of them.")
FILM = Qt.ItemDataRole.UserRole
STOPPED = tr("Stopped. The list says which films are enhanced.")
OPEN_HINT = tr("Double-click a film to see it with its layers.")


class ManyPanel(QGroupBox):
    """A study or folder goes in, a folder of files comes out.

    ``wanted`` is emitted with ``(layer data, file)`` of a film that a person opens;
    :attr:`model_folder` is asked for the model when a run begins.
    """

    wanted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Many films"), parent)
        self.setObjectName("many")
        self.model_folder: Any = lambda: None
        self._films: Path | None = None
        self._out: Path | None = None
        self._setup_ui()
        self._show_state()

    def choose_films(self, folder: Path) -> None:
        """Take the films of a folder or study."""
        self._films = folder
        self.films_button.setText(folder.name)
        self._show_state()

    def choose_out(self, folder: Path) -> None:
        """Write into this folder."""
        self._out = folder
        self.out_button.setText(folder.name)
        self._show_state()

    def stop(self) -> None:
        """Ask what is running to stop."""
        self.bar.cancel()

    def _setup_ui(self) -> None:
        from ...tasks.enhance import EnhanceOptions

        self.films_button = button("many_films", tr("Folder or study …"))
        self.out_button = button("many_out", tr("Folder …"))
        self.options = OptionsForm(
            EnhanceOptions, "format", ("latent", "stages"), prefix="many_"
        )
        self.bar = RunBar("enhance_many", tr("Enhance all"), prefix="many_", busy=BUSY)
        self.list = QTreeWidget()
        self.list.setObjectName("many_list")
        self.list.setHeaderLabels([tr("Film"), ""])
        self.list.setRootIsDecorated(False)
        self.list.setToolTip(OPEN_HINT)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.hide()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Films"), self.films_button)
        form.addRow(tr("Write into"), self.out_button)
        form.addRow(tr("With"), self.options)
        column = QVBoxLayout(self)
        column.addLayout(form)
        for widget in (self.bar, self.list):
            column.addWidget(widget)
        press(self.films_button, self._on_films_clicked)
        press(self.out_button, self._on_out_clicked)
        self.bar.wanted.connect(self._on_start_clicked)
        self.bar.stepped.connect(self._on_stepped)
        self.bar.running.connect(lambda _: self._show_state())
        self.list.itemDoubleClicked.connect(lambda item, _: self._on_opened(item))

    def _on_films_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Films or study"))
        if folder:
            self.choose_films(Path(folder))

    def _on_out_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Write into"))
        if folder:
            self.choose_out(Path(folder))

    def _on_start_clicked(self) -> None:
        films, out, model = self._films, self._out, self.model_folder()
        if films is None or out is None:
            return
        options = self.options.options(models=model)
        self.list.clear()
        self.list.show()
        self.bar.start(
            lambda run: _enhance(run, films, out, options),
            lambda _: self.bar.say(f"{self._counted()} {OPEN_HINT}"),
            tr("Enhanced"),
            stopped=STOPPED,
        )

    def _on_opened(self, item: QTreeWidgetItem) -> None:
        """Read the film beside the window, then hand it on."""
        job, before = item.data(0, FILM), self.bar.note.text()
        if job is None or self.bar.is_running:
            return

        def show(data: Any) -> None:
            self.bar.say(before)
            self.wanted.emit(data, job.path)

        self.bar.start(lambda run: _read(job), show, tr("Reading the film"))

    def _on_stepped(self, step: Stepped) -> None:
        job, reason = step.more
        reason = said(reason) if reason else ""
        item = QTreeWidgetItem(self.list, [job.name, reason or tr("enhanced")])
        item.setToolTip(1, reason or OPEN_HINT)
        item.setData(0, FILM, None if reason else job)

    def _counted(self) -> str:
        items = [
            self.list.topLevelItem(i) for i in range(self.list.topLevelItemCount())
        ]
        good = sum(item.data(0, FILM) is not None for item in items)
        bad = (
            tr(", {good} refused").format(good=len(items) - good)
            if good < len(items)
            else ""
        )
        return tr("{good} enhanced{bad}.").format(good=good, bad=bad)

    def _show_state(self) -> None:
        running = self.bar.is_running
        ready = self._films is not None and self._out is not None
        self.bar.set_ready("" if ready else CHOOSE)
        self.options.lock(BUSY if running else "")
        for control in (self.films_button, self.out_button):
            enable(control, not running, BUSY)
        self.films_button.setToolTip(str(self._films or tr("A study, or any folder.")))
        self.out_button.setToolTip(
            str(self._out or tr("Each film gets a folder in it."))
        )


def _enhance(run: Run, films: Path, out: Path, options: EnhanceOptions) -> None:
    from ...tasks.enhance import enhance_paths

    begun = enhance_paths([films], out, options, cancelled=run.is_cancelled)
    for done, one in enumerate(begun.films, 1):
        run.tell(done, begun.count, more=(one.job, one.reason))


def _read(job: Any) -> Any:
    from ..viewer.films import open_film_layer

    options = job.options
    return open_film_layer(job.path, options.patient, options.side, job.case_id)
