"""A button in the corner of a figure that writes it as a picture or as lines."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from napari.utils.notifications import show_info
from qtpy.QtCore import QEvent, QObject
from qtpy.QtWidgets import QFileDialog, QToolButton

from ...core.files import write_bytes_atomic
from .dark import printed
from .translation import tr

FILTERS = "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
DPI = 300
KINDS = (".png", ".svg", ".pdf")


class SaveFigureButton(QToolButton):
    """Writes the figure of a canvas; it stands in the canvas's upper right corner.

    Parameters
    ----------
    canvas
        Of matplotlib, in the dark colours of a dock.
    stem
        Of the file that is proposed.
    """

    def __init__(self, canvas: Any, stem: str) -> None:
        super().__init__(canvas)
        self._canvas, self._stem = canvas, stem
        self.setObjectName(f"save_{canvas.objectName()}")
        self.setText("⤓")
        self.setAutoRaise(True)
        self.setToolTip(tr("Save this figure as PNG, SVG or PDF, on white."))
        self.adjustSize()
        self.clicked.connect(lambda _: self._on_clicked())
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Stay in the corner."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.move(self._canvas.width() - self.width(), 0)
        return super().eventFilter(watched, event)

    def _on_clicked(self) -> None:
        name, chosen = QFileDialog.getSaveFileName(
            self, tr("Save figure"), f"{self._stem}.png", FILTERS
        )
        if name:
            path = with_kind(Path(name), chosen)
            try:
                save_figure(self._canvas, path)
            except OSError as error:
                show_info(
                    tr("{name} was not written: {strerror}.").format(
                        name=path.name, strerror=error.strerror
                    )
                )


def with_kind(path: Path, chosen: str) -> Path:
    """The file with the ending of the chosen kind, where it has none of ours."""
    if path.suffix.lower() in KINDS:
        return path
    kind = next((kind for kind in KINDS if kind in chosen), KINDS[0])
    return path.with_name(path.name + kind)


def save_figure(canvas: Any, path: Path) -> None:
    """Write a canvas's figure, dark on white, whole or not at all; text stays text."""
    figure, dpi = canvas.figure, canvas.figure.dpi
    drawn = BytesIO()
    with printed(figure), matplotlib.rc_context({"svg.fonttype": "none"}):
        figure.savefig(drawn, format=path.suffix[1:].lower(), dpi=DPI)
    figure.set_dpi(dpi)
    canvas.draw_idle()
    write_bytes_atomic(path, drawn.getvalue())
