"""Widgets side by side that go on below where a dock is too narrow for their texts."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import QRect, QSize, Qt
from qtpy.QtWidgets import QLayout, QLayoutItem, QWidget

GAP_PX = 4
Line = list[int]
"""Places of the items that stand side by side."""


class WrappingRow(QLayout):
    """One line where all fit, else as few as are needed, each with as many widgets.

    Parameters
    ----------
    widgets
        From left to right.
    weights
        How a line's width is shared; in equal parts by default. None is narrower than
        it can be.
    """

    def __init__(
        self, widgets: Sequence[QWidget], weights: Sequence[int] | None = None
    ) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._weights = list(weights or [1] * len(widgets))
        self.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            self.addWidget(widget)

    # what Qt asks of a layout

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        """Take the next item over."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, at: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """One of them, or None."""
        return self._items[at] if 0 <= at < len(self._items) else None

    def takeAt(self, at: int) -> QLayoutItem | None:  # noqa: N802 - Qt's name
        """Let one go."""
        if not 0 <= at < len(self._items):
            return None
        del self._weights[at]
        return self._items.pop(at)

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 - Qt's name
        """It takes the width that there is."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """The narrower, the more lines."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """What its lines need."""
        return self._put(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """All in one line."""
        hints = [self._items[i].sizeHint() for i in self._shown()]
        width = sum(hint.width() for hint in hints) + GAP_PX * (len(hints) - 1)
        return QSize(max(width, 0), max([hint.height() for hint in hints], default=0))

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """The widest of them alone."""
        least = [self._items[i].minimumSize() for i in self._shown()]
        return QSize(
            max([size.width() for size in least], default=0),
            max([size.height() for size in least], default=0),
        )

    def setGeometry(self, place: QRect) -> None:  # noqa: N802 - Qt's name
        """Stand in this place."""
        super().setGeometry(place)
        self._put(place, move=True)

    # how

    def _shown(self) -> Line:
        return [i for i, item in enumerate(self._items) if not item.isEmpty()]

    def _lines(self, width: int) -> list[Line]:
        """The fewest lines in which all find room."""
        shown = self._shown()
        lines: list[Line] = []
        for count in range(1, len(shown) + 1):
            each = -(-len(shown) // count)
            lines = [shown[i : i + each] for i in range(0, len(shown), each)]
            if all(sum(self._least(line)) <= _room(line, width) for line in lines):
                break
        return lines

    def _least(self, line: Line) -> list[int]:
        return [self._items[i].minimumSize().width() for i in line]

    def _widths(self, line: Line, width: int) -> list[int]:
        """By their weights, and none less than it needs: those that need most first."""
        least = dict(zip(line, self._least(line), strict=True))
        left, weights = _room(line, width), sum(self._weights[i] for i in line)
        widths = {}
        for i in sorted(line, key=lambda i: -least[i] / self._weights[i]):
            widths[i] = max(least[i], left * self._weights[i] // weights)
            left -= widths[i]
            weights -= self._weights[i]
        return [widths[i] for i in line]

    def _put(self, place: QRect, *, move: bool) -> int:
        """Let each item stand where it belongs, or only tell the height of all."""
        y = place.y()
        for line in self._lines(place.width()):
            x, widths = place.x(), self._widths(line, place.width())
            pairs = list(zip([self._items[i] for i in line], widths, strict=True))
            height = max(_height(item, width) for item, width in pairs)
            for item, width in pairs if move else ():
                item.setGeometry(QRect(x, y, width, height))
                x += width + GAP_PX
            y += height + GAP_PX
        return max(y - GAP_PX - place.y(), 0)


def _room(line: Line, width: int) -> int:
    return width - GAP_PX * (len(line) - 1)


def _height(item: QLayoutItem, width: int) -> int:
    if item.hasHeightForWidth():
        return item.heightForWidth(width)
    return item.sizeHint().height()
