"""The profile across the femoral shaft with the tube that fits it."""

from __future__ import annotations

from ...grey_scale import Stretch
from ..ui.dark import INK
from ..ui.line_plot import LinePlot
from ..ui.translation import tr

FILM, FIT = "#f5a623", "#56b4e9"


class ProfileFigure(LinePlot):
    """One stretch of the shaft: the bone image's mean profile, and the fit."""

    def __init__(self) -> None:
        margins = {"left": 0.13, "right": 0.98, "top": 0.96, "bottom": 0.26}
        super().__init__("profile", "shaft_profile", (4.0, 1.7), **margins)
        axes = self.axes
        axes.set_xlabel(tr("mm, medial – lateral"), color=INK, fontsize=8)
        axes.set_ylabel("grey", color=INK, fontsize=8)
        (self._film,) = axes.plot([], [], color=FILM, lw=1.6, label=tr("bone image"))
        (self._fit,) = axes.plot([], [], color=FIT, lw=1.2, ls="--", label="tube")
        axes.legend(fontsize=7, frameon=False, labelcolor=INK, loc="upper right")

    def show_stretch(self, stretch: Stretch) -> None:
        """Draw a stretch."""
        self._film.set_data(stretch.x_mm, stretch.bone)
        self._fit.set_data(stretch.x_mm, stretch.fit.fitted)
        self.axes.relim()
        self.axes.autoscale_view()
        self.draw_idle()
