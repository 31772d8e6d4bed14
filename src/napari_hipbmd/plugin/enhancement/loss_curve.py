"""The loss by epoch: reconstruction and α‖z‖² apart, and the held-out films' error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..ui.dark import GRID, INK, PAPER
from ..ui.save_figure import SaveFigureButton
from ..ui.translation import tr

LINES = {
    "reconstruction": ("‖x − x̂‖²", "#56b4e9"),
    "penalty": ("α‖z‖²", "#f5a623"),
    "validation": (tr("held-out films"), "#7dfc8c"),
}


class LossCurve(FigureCanvasQTAgg):
    """One line a figure, on a logarithmic scale."""

    def __init__(self) -> None:
        figure = Figure(figsize=(4.2, 2.2), dpi=100, facecolor=PAPER)
        figure.subplots_adjust(left=0.14, right=0.98, top=0.97, bottom=0.19)
        super().__init__(figure)
        self.setObjectName("loss_curve")
        self._axes: Any = figure.add_subplot()
        self._axes.set_facecolor(PAPER)
        self._axes.set_yscale("log")
        self._axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        self._axes.set_xlabel(tr("epoch"), color=INK, fontsize=8)
        self._axes.tick_params(colors=INK, labelsize=8)
        self._axes.grid(color=GRID, linewidth=0.5)
        for spine in self._axes.spines.values():
            spine.set_color(GRID)
        self._lines: dict[str, Any] = {}
        for name, (label, colour) in LINES.items():
            (self._lines[name],) = self._axes.plot(
                [], [], color=colour, label=label, marker=".", linewidth=1.2
            )
        self._axes.legend(
            fontsize=7, labelcolor=INK, facecolor=PAPER, edgecolor=GRID, loc="best"
        )
        self.save = SaveFigureButton(self, "loss")

    def show_rows(self, rows: Sequence[tuple[int, dict[str, float]]]) -> None:
        """Draw epochs with their figures."""
        epochs = [epoch for epoch, _ in rows]
        for name, line in self._lines.items():
            line.set_data(epochs, [figures[name] for _, figures in rows])
        self._axes.relim()
        self._axes.autoscale_view()
        self.draw_idle()

    def shown(self, name: str) -> tuple[list[float], list[float]]:
        """Epochs and values of a line that is drawn."""
        line = self._lines[name]
        return list(line.get_xdata()), list(line.get_ydata())
