"""A dark figure with one pair of axes, quick enough for a drag."""

from __future__ import annotations

from typing import Any

from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure

from .dark import GRID, INK, PAPER
from .save_figure import SaveFigureButton


class LinePlot(FigureCanvasQTAgg):
    """Curves in one pair of axes, and a button that saves them.

    Parameters
    ----------
    name
        Of the widget.
    file
        What the saved figure is called by default.
    size_inch
        Of the figure at 100 dots an inch.
    margins
        As of ``Figure.subplots_adjust``.
    """

    def __init__(
        self,
        name: str,
        file: str,
        size_inch: tuple[float, float],
        **margins: float,
    ) -> None:
        figure = Figure(figsize=size_inch, dpi=100, facecolor=PAPER)
        figure.subplots_adjust(**margins)
        super().__init__(figure)
        self.setObjectName(name)
        self.axes: Any = figure.subplots()
        self.axes.set_facecolor(PAPER)
        self.axes.tick_params(colors=INK, labelsize=7, length=2)
        self.axes.spines[["top", "right"]].set_visible(False)
        self.axes.spines[["left", "bottom"]].set_color(GRID)
        self.save = SaveFigureButton(self, file)
