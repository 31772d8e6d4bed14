"""Room for a figure, which is made when there is first something to draw.

matplotlib takes half a second to load: a dock that opens with no figure in sight does
without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from qtpy.QtWidgets import QVBoxLayout, QWidget

Figure = TypeVar("Figure", bound=QWidget)


class LateFigure(QWidget, Generic[Figure]):
    """Stands where the figure will; hide and show it as if it were the figure.

    Parameters
    ----------
    make
        Loads the figure's code, and makes it.
    height_px
        The least that the figure needs.
    """

    def __init__(self, make: Callable[[], Figure], height_px: int) -> None:
        super().__init__()
        self._make = make
        self._figure: Figure | None = None
        self.setMinimumHeight(height_px)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)

    @property
    def is_made(self) -> bool:
        """Whether anything has been drawn yet."""
        return self._figure is not None

    @property
    def figure(self) -> Figure:
        """The figure; made when it is first asked for."""
        if self._figure is None:
            self._figure = self._make()
            self.layout().addWidget(self._figure)
        return self._figure
