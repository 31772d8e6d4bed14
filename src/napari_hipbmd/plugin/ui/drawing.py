"""A figure drawn beside the window, and the canvas that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure

SCALE = 0.92


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure, and its picture in the size that it was drawn in.

    Attributes
    ----------
    height_px
        How high it is shown, in Qt's pixels.
    pixel_ratio
        Pixels of the picture to one of Qt's: 2 on a screen of high resolution.
    """

    figure: Figure
    picture: RendererAgg
    height_px: int
    pixel_ratio: float


def draw_figure(figure: Figure, width_px: int, pixel_ratio: float = 1.0) -> Drawing:
    """Draw a figure for a view of this width; takes a second, so not in the window.

    Parameters
    ----------
    width_px
        Of the view, in Qt's pixels.
    pixel_ratio
        Of the screen.
    """
    figure.set_facecolor("white")
    height_px = ceil(figure.get_figheight() * SCALE * figure.dpi)
    figure.set_size_inches(width_px / figure.dpi, height_px / figure.dpi)
    canvas = FigureCanvasAgg(figure)
    canvas._set_device_pixel_ratio(pixel_ratio)  # matplotlib has no public name for it
    canvas.draw()
    return Drawing(figure, canvas.get_renderer(), height_px, pixel_ratio)


class DrawnCanvas(FigureCanvasQTAgg):
    """A canvas that need not draw what is drawn, as long as it has the same size."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__(drawing.figure)
        self._set_device_pixel_ratio(drawing.pixel_ratio)
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
