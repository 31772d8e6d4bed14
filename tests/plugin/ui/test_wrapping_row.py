"""Buttons side by side go on below where there is no room for their texts."""

from __future__ import annotations

from typing import Any

import pytest
from qtpy.QtWidgets import QPushButton, QVBoxLayout, QWidget

from napari_hipbmd.plugin.ui.wrapping_row import GAP_PX, WrappingRow


class Panel(QWidget):
    """Buttons that need so many pixels each."""

    def __init__(self, *least_px: int, weights: list[int] | None = None) -> None:
        super().__init__()
        self.buttons = [QPushButton() for _ in least_px]
        for button, px in zip(self.buttons, least_px, strict=True):
            button.setMinimumWidth(px)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(WrappingRow(self.buttons, weights))
        column.addStretch(1)

    def lines(self, width: int) -> list[list[int]]:
        """The widths of the buttons, line by line, in a panel so wide."""
        self.resize(width, 300)
        self.layout().activate()
        found: dict[int, list[int]] = {}
        for button in self.buttons:
            if not button.isHidden():
                found.setdefault(button.y(), []).append(button.width())
        return list(found.values())


@pytest.fixture
def panel(qtbot: Any) -> Any:
    def make(*least_px: int, **others: Any) -> Panel:
        made = Panel(*least_px, **others)
        qtbot.addWidget(made)
        made.show()
        return made

    return make


def test_all_stand_in_one_line_where_there_is_room(panel: Any) -> None:
    assert panel(50, 50).lines(200 + GAP_PX) == [[100, 100]]
    assert panel(150, 50).lines(200 + GAP_PX) == [[150, 50]]
    assert panel(50, 50, weights=[2, 1]).lines(300 + GAP_PX) == [[200, 100]]


def test_four_that_do_not_fit_stand_two_by_two(panel: Any) -> None:
    found = panel(90, 90, 90, 90).lines(300)
    assert [len(line) for line in found] == [2, 2]
    assert panel(90, 90, 90).minimumSizeHint().width() == 90


def test_none_is_cut_off_and_what_is_hidden_takes_no_room(panel: Any) -> None:
    one = panel(200, 90, 80)
    assert one.lines(210) == [[210], [210], [210]]
    one.buttons[0].hide()
    assert [len(line) for line in one.lines(210)] == [2]
