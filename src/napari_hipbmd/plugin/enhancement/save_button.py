"""What was made of the film at hand, as files for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from ..ui.options_form import OptionsForm
from ..ui.rich import plain
from ..ui.run_bar import RunBar
from ..ui.translation import tr

if TYPE_CHECKING:
    from ...pipeline.enhanced import Enhanced
    from ...tasks.enhance import EnhanceOptions

NOT_APPLIED = tr("Apply a model to this film first.")
WRITING = tr("Files are being written.")
TIP = tr(
    "Film, STO, bone image, error and every encoder stage into a folder of your own."
)


class SaveEnhanced(QWidget):
    """Writes beside the window; ``told`` is emitted with a sentence about it."""

    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        from ...tasks.enhance import EnhanceOptions

        super().__init__(parent)
        self._enhanced: Enhanced | None = None
        self.options = OptionsForm(EnhanceOptions, "format", prefix="save_")
        self.bar = RunBar(
            "save_enhanced",
            tr("Save files …"),
            TIP,
            "save_",
            WRITING,
            told=self.told.emit,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.options)
        column.addWidget(self.bar)
        self.bar.wanted.connect(self._on_wanted)
        self.show_enhanced(None)

    def show_enhanced(self, enhanced: Enhanced | None) -> None:
        """What would be saved; None: nothing yet."""
        self._enhanced = enhanced
        self.bar.set_ready("" if enhanced is not None else NOT_APPLIED)

    def _on_wanted(self) -> None:
        enhanced = self._enhanced
        folder = QFileDialog.getExistingDirectory(self, tr("Save files"))
        if not folder or enhanced is None:
            return
        options = self.options.options(latent=True, stages=True)
        self.bar.start(
            lambda run: _write(Path(folder), enhanced, options),
            lambda out: self.told.emit(
                plain(tr("Written: {name}.").format(name=out.name))
            ),
            tr("Writing"),
        )


def _write(folder: Path, enhanced: Enhanced, options: EnhanceOptions) -> Path:
    """Into a folder named after the film; gives that folder."""
    from ...core.files import numbered_stem
    from ...runs.enhanced_files import write_enhanced

    out = folder / numbered_stem(enhanced.film.case_id, set())
    write_enhanced(
        out,
        enhanced,
        latent=options.latent,
        stages=options.stages,
        kind=options.format,
    )
    return out
