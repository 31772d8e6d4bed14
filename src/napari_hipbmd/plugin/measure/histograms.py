"""Histograms of the three regions with their thresholds, quick enough for a drag."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure

from ...core.anatomy import REGIONS, Region
from ...core.region_colours import REGION_COLOURS
from ..ui.dark import GRID, INK, PAPER
from ..ui.save_figure import SaveFigureButton
from ..ui.translation import tr
from ..viewer.layers import REGION_NAMES
from .thresholding import ThresholdedRegion

BINS = 96
PAIR_COLOURS = ("#ffffff", "#ff9df2", "#7dfc8c")
PAIR_LEVELS = ((0.86, 1.0), (0.70, 0.84), (0.54, 0.68))
"""Where each pair's T1 and T2 are drawn, so that equal ones can be told apart."""
MARGIN_SD = 3.5


class RegionHistograms(FigureCanvasQTAgg):
    """One panel a region. Axes are drawn once; only curves and lines are renewed."""

    def __init__(self) -> None:
        figure = Figure(figsize=(4.4, 3.0), dpi=100, facecolor=PAPER)
        figure.subplots_adjust(
            left=0.03, right=0.985, top=0.93, bottom=0.10, hspace=0.62
        )
        super().__init__(figure)
        self.setObjectName("histograms")
        self._parts: dict[Region, ThresholdedRegion] = {}
        self._panels: dict[Region, Any] = {}
        self._moving: dict[Region, list[Any]] = {}
        self._behind: dict[Region, Any] = {}
        axes = figure.subplots(len(REGIONS), 1)
        for region, panel in zip(REGIONS, axes, strict=True):
            self._setup_panel(region, panel)
        self.mpl_connect("draw_event", self._on_drawn)
        self.save = SaveFigureButton(self, "histograms")

    def show_regions(
        self, parts: dict[Region, ThresholdedRegion], *, new_film: bool
    ) -> None:
        """Draw these regions anew.

        Parameters
        ----------
        parts
            Those that changed.
        new_film
            Fit the axes to the values as well, which draws everything.
        """
        self._parts.update(parts)
        for region, part in parts.items():
            self._renew(region, part)
        outside = any(self._leaves_its_axis(*item) for item in parts.items())
        if new_film or outside or len(self._behind) < len(REGIONS):
            for region, part in self._parts.items():
                self._fit_axis(region, part)
            self.draw_idle()
            return
        for region in parts:
            self._blit(region)

    def clear(self) -> None:
        """Show no region."""
        self._parts = {}
        for artists in self._moving.values():
            for artist in artists:
                artist.set_visible(False)
        self.draw_idle()

    def shown_thresholds(self, region: Region) -> np.ndarray:
        """The thresholds that are drawn, ``(3, 2)``."""
        lines = self._moving[region][1:]
        return np.array([line.get_xdata()[::3] for line in lines])

    def _setup_panel(self, region: Region, panel: Any) -> None:
        panel.set_facecolor(PAPER)
        panel.set_title(
            REGION_NAMES[region],
            fontsize=8, color=REGION_COLOURS[region], loc="left", pad=3,
        )  # fmt: skip
        panel.set(ylim=(0, 1.06), xlim=(0, 1))
        panel.set_yticks([])
        panel.tick_params(colors=INK, labelsize=7, length=2, pad=1)
        panel.spines[["top", "right", "left"]].set_visible(False)
        panel.spines["bottom"].set_color(GRID)
        curve = panel.stairs(
            np.zeros(BINS), np.linspace(0, 1, BINS + 1), fill=True,
            color=REGION_COLOURS[region], alpha=0.55, animated=True,
        )  # fmt: skip
        nowhere = [np.nan] * 6
        lines = [
            panel.plot(
                nowhere, nowhere, color=colour, lw=1.3, animated=True,
                label=tr("pair {i}").format(i=i + 1),
            )[0]
            for i, colour in enumerate(PAIR_COLOURS)
        ]  # fmt: skip
        if region == REGIONS[0]:
            panel.legend(
                handles=lines, fontsize=6.5, loc="lower right", ncols=3, frameon=False,
                labelcolor=INK, handlelength=1.2, borderaxespad=0, columnspacing=1,
                bbox_to_anchor=(0.9, 1.0), borderpad=0.2,
            )  # fmt: skip
        self._panels[region] = panel
        self._moving[region] = [curve, *lines]

    def _renew(self, region: Region, part: ThresholdedRegion) -> None:
        curve, *lines = self._moving[region]
        for artist in (curve, *lines):
            artist.set_visible(part.values.size > 0)
        if not part.values.size:
            return
        low, high = self._panels[region].get_xlim()
        self._set_curve(curve, part, low, high)
        for line, (t1, t2), (y0, y1) in zip(
            lines, part.found.thresholds, PAIR_LEVELS, strict=True
        ):
            middle = (y0 + y1) / 2
            line.set_data([t1] * 3 + [t2] * 3, [y0, y1, middle, middle, y0, y1])

    def _set_curve(
        self, curve: Any, part: ThresholdedRegion, low: float, high: float
    ) -> None:
        counts, edges = np.histogram(part.values, BINS, (low, high))
        curve.set_data(counts / max(counts.max(), 1) * 0.96, edges)

    def _leaves_its_axis(self, region: Region, part: ThresholdedRegion) -> bool:
        if not part.values.size:
            return False
        low, high = self._panels[region].get_xlim()
        pairs = part.found.thresholds
        return bool(pairs.min() < low or pairs.max() > high)

    def _fit_axis(self, region: Region, part: ThresholdedRegion) -> None:
        if not part.values.size:
            return
        mean, sd = float(part.values.mean()), float(part.values.std())
        pairs = part.found.thresholds
        low = min(mean - MARGIN_SD * sd, float(pairs.min()))
        high = max(mean + MARGIN_SD * sd, float(pairs.max()))
        room = max(0.02 * (high - low), 1e-4)
        self._panels[region].set_xlim(low - room, high + room)
        self._renew(region, part)

    def _on_drawn(self, event: Any) -> None:
        for region, panel in self._panels.items():
            self._behind[region] = self.copy_from_bbox(panel.bbox)
            self._draw_moving(region)

    def _blit(self, region: Region) -> None:
        panel = self._panels[region]
        self.restore_region(self._behind[region])
        self._draw_moving(region)
        self.blit(panel.bbox)

    def _draw_moving(self, region: Region) -> None:
        for artist in self._moving[region]:
            self._panels[region].draw_artist(artist)
