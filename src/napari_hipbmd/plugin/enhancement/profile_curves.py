"""Film, STO and bone image along a line, quick enough for a drag."""

from __future__ import annotations

from ...core.line_profile import LineProfile
from ..ui.dark import GRID, INK
from ..ui.line_plot import LinePlot
from ..ui.translation import tr

CURVES = {
    "film": ("film", INK),
    "sto": ("STO", "#56b4e9"),
    "bone": (tr("bone image"), "#f5a623"),
}


class ProfileCurves(LinePlot):
    """One curve each on one scale, the film's grey range."""

    def __init__(self) -> None:
        margins = {"left": 0.14, "right": 0.98, "top": 0.9, "bottom": 0.22}
        super().__init__("line_profile", "line_profile", (4.2, 2.0), **margins)
        axes = self.axes
        axes.set_ylabel(tr("grey, 0–1"), color=INK, fontsize=8)
        axes.axhline(0, color=GRID, lw=0.8)
        self._lines = {
            name: axes.plot([], [], color=colour, lw=1.3, label=label)[0]
            for name, (label, colour) in CURVES.items()
        }
        axes.legend(
            fontsize=7, frameon=False, labelcolor=INK, ncols=3,
            loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0,
        )  # fmt: skip

    def show_profile(self, profile: LineProfile) -> None:
        """Draw a profile."""
        for name, line in self._lines.items():
            line.set_data(profile.at, getattr(profile, name))
        unit = "mm" if profile.unit == "mm" else tr("pixel widths")
        self.axes.set_xlabel(
            tr("{unit} along the line").format(unit=unit), color=INK, fontsize=8
        )
        self.axes.set_xlim(0, float(profile.at[-1]))
        self.axes.relim()
        self.axes.autoscale_view(scalex=False)
        self.draw_idle()

    def shown(self, name: str) -> tuple[list[float], list[float]]:
        """Distances and greys of a curve that is drawn."""
        line = self._lines[name]
        return list(line.get_xdata()), list(line.get_ydata())
