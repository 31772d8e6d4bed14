"""Film, STO and bone image along a line, quick enough for a drag."""

from __future__ import annotations

from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure

from ...core.line_profile import LineProfile
from ..ui.dark import GRID, INK, PAPER
from ..ui.save_figure import SaveFigureButton

HEIGHT_PX = 200
CURVES = {
    "film": ("film", INK),
    "sto": ("STO", "#56b4e9"),
    "bone": ("bone image", "#f5a623"),
}


class ProfileCurves(FigureCanvasQTAgg):
    """One curve each on one scale, the film's grey range."""

    def __init__(self) -> None:
        figure = Figure(figsize=(4.2, 2.0), dpi=100, facecolor=PAPER)
        figure.subplots_adjust(left=0.14, right=0.98, top=0.9, bottom=0.22)
        super().__init__(figure)
        self.setObjectName("line_profile")
        self.setMinimumHeight(HEIGHT_PX)
        axes = self._axes = figure.subplots()
        axes.set_facecolor(PAPER)
        axes.set_ylabel("grey, 0–1", color=INK, fontsize=8)
        axes.tick_params(colors=INK, labelsize=7, length=2)
        axes.axhline(0, color=GRID, lw=0.8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(GRID)
        self._lines = {
            name: axes.plot([], [], color=colour, lw=1.3, label=label)[0]
            for name, (label, colour) in CURVES.items()
        }
        axes.legend(
            fontsize=7, frameon=False, labelcolor=INK, ncols=3,
            loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0,
        )  # fmt: skip
        self.save = SaveFigureButton(self, "line_profile")

    def show_profile(self, profile: LineProfile | None) -> None:
        """Draw a profile; nothing where there is none."""
        for name, line in self._lines.items():
            if profile is None:
                line.set_data([], [])
            else:
                line.set_data(profile.at, getattr(profile, name))
        if profile is not None:
            unit = "mm" if profile.unit == "mm" else "pixel widths"
            self._axes.set_xlabel(f"{unit} along the line", color=INK, fontsize=8)
            self._axes.set_xlim(0, float(profile.at[-1]))
        self._axes.relim()
        self._axes.autoscale_view(scalex=False)
        self.draw_idle()

    def shown(self, name: str) -> tuple[list[float], list[float]]:
        """Distances and greys of a curve that is drawn."""
        line = self._lines[name]
        return list(line.get_xdata()), list(line.get_ydata())
