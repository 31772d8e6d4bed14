"""Which enhancement model: the bundled one, or that of a folder."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QSizePolicy, QWidget

from ...core.errors import Refused
from ..ui.controls import button, press
from ..ui.sentences import said
from ..ui.translation import tr

BUNDLED = tr("bundled")
HINT = tr("A folder that 'hipbmd train enhancement' or the tab Train wrote.")


class ModelChoice(QWidget):
    """A list of models and a button for more.

    ``refused`` is emitted with a sentence when a folder holds no such model;
    ``added`` with a folder that a person chose; ``changed`` when another is chosen.
    """

    refused = Signal(str)
    added = Signal(object)
    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_choice")
        self.models = QComboBox()
        self.models.setObjectName(name)
        self.models.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.models.currentIndexChanged.connect(lambda _: self._on_changed())
        self.folder_button = button(f"{name}_folder", tr("Folder …"), HINT)
        press(self.folder_button, self._on_folder_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.models, 1)
        layout.addWidget(self.folder_button)
        self.offer(None)

    def folder(self) -> Path | None:
        """The folder of the chosen model; None is the bundled one."""
        return self.models.currentData()

    def offer(self, folder: Path | None) -> None:
        """Put a model on the list, without choosing it; again when it was trained anew.

        Raises
        ------
        Refused
            If the folder holds no enhancement model.
        """
        text = _text(folder)
        at = self._row_of(folder)
        if at < 0:
            self.models.addItem(text, folder)
        else:
            self.models.setItemText(at, text)

    def choose(self, folder: Path | None) -> None:
        """Choose a model that is on the list."""
        self.models.setCurrentIndex(max(self._row_of(folder), 0))

    def _row_of(self, folder: Path | None) -> int:
        rows = range(self.models.count())
        return next((i for i in rows if self.models.itemData(i) == folder), -1)

    def _on_changed(self) -> None:
        folder = self.folder()
        where = (
            tr("The model that comes with the plugin.") if folder is None else folder
        )
        self.models.setToolTip(str(where))
        self.changed.emit()

    def _on_folder_clicked(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder of a model"))
        if not chosen:
            return
        folder = Path(chosen)
        try:
            self.offer(folder)
        except Refused as refusal:
            self.refused.emit(said(refusal))
            return
        self.choose(folder)
        self.added.emit(folder)


def _text(folder: Path | None) -> str:
    from ...pipeline.models import enhancement_card

    card = enhancement_card(folder)
    shape = card.get("shape")
    grid = shape.get("grid_px", 256) if isinstance(shape, dict) else "?"
    where = BUNDLED if folder is None else folder.name
    preset = card.get("preset", tr("own"))
    return tr("{where}: {preset}, grid {grid}").format(
        where=where, preset=preset, grid=grid
    )
