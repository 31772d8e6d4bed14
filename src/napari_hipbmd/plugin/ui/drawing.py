"""A figure drawn beside the window, and the canvas that shows it."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure

SCALE = 0.92


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure, and its picture in the size that it was drawn in."""

    figure: Figure
    picture: RendererAgg


def draw_figure(figure: Figure, width_px: int) -> Drawing:
    """Draw a figure for a view of this width; takes a second, so not in the window."""
    figure.set_facecolor("white")
    figure.set_size_inches(width_px / figure.dpi, figure.get_figheight() * SCALE)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return Drawing(figure, canvas.get_renderer())


class DrawnCanvas(FigureCanvasQTAgg):
    """A canvas that need not draw what is drawn, as long as it has the same size."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__(drawing.figure)
        self._picture: RendererAgg | None = drawing.picture
        self._shown = False

    def get_renderer(self) -> RendererAgg:
        """The picture, while it fits."""
        return self._picture if self._fits() else super().get_renderer()

    def draw(self) -> None:
        """Show the picture; draw anew in another size, or when asked again."""
        if self._shown or not self._fits():
            self._picture = None
            super().draw()
            return
        self._shown = True
        self.renderer = self._picture
        self.update()

    def _fits(self) -> bool:
        picture = self._picture
        size = tuple(int(n) for n in self.figure.bbox.size)
        return picture is not None and size == (picture.width, picture.height)
