"""The profile across the femoral shaft with the tube that fits it."""

from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure

from ...grey_scale import Stretch
from ..ui.dark import GRID, INK, PAPER
from ..ui.save_figure import SaveFigureButton

HEIGHT_PX = 170
FILM, FIT = "#f5a623", "#56b4e9"


class ProfileFigure(FigureCanvasQTAgg):
    """One stretch of the shaft: the bone image's mean profile, and the fit."""

    def __init__(self) -> None:
        figure = Figure(figsize=(4.0, 1.7), dpi=100, facecolor=PAPER)
        figure.subplots_adjust(left=0.13, right=0.98, top=0.96, bottom=0.26)
        super().__init__(figure)
        self.setObjectName("profile")
        self.setMinimumHeight(HEIGHT_PX)
        axes = self._axes = figure.subplots()
        axes.set_facecolor(PAPER)
        axes.set_xlabel("mm, medial – lateral", color=INK, fontsize=8)
        axes.set_ylabel("grey", color=INK, fontsize=8)
        axes.tick_params(colors=INK, labelsize=7, length=2)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(GRID)
        (self._film,) = axes.plot([], [], color=FILM, lw=1.6, label="bone image")
        (self._fit,) = axes.plot([], [], color=FIT, lw=1.2, ls="--", label="tube")
        axes.legend(fontsize=7, frameon=False, labelcolor=INK, loc="upper right")
        self.save = SaveFigureButton(self, "shaft_profile")

    def show_stretch(self, stretch: Stretch | None) -> None:
        """Draw a stretch; nothing where there is none."""
        if stretch is None:
            x = bone = fitted = np.zeros(0)
        else:
            x, bone, fitted = stretch.x_mm, stretch.bone, stretch.fit.fitted
        self._film.set_data(x, bone)
        self._fit.set_data(x, fitted)
        self._axes.relim()
        self._axes.autoscale_view()
        self.draw_idle()
