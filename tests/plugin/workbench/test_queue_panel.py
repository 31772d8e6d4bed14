"""A long queue follows what changes, line by line."""

from __future__ import annotations

from typing import Any

import pytest

from napari_hipbmd.plugin.workbench.queue.panel import QueuePanel
from napari_hipbmd.study import QueueEntry

ROWS = [QueueEntry(f"c{i:04d}") for i in range(2000)]


@pytest.fixture
def panel(qtbot: Any) -> QueuePanel:
    panel = QueuePanel()
    qtbot.addWidget(panel)
    panel.show_rows(ROWS, "c0000")
    return panel


def test_the_open_case_is_bold_and_the_one_before_no_more(panel: QueuePanel) -> None:
    panel.show_rows(ROWS, "c0001")
    bold = [panel.table.item(i, 0).font().bold() for i in range(3)]
    assert bold == [False, True, False]


def test_only_the_line_that_changed_is_made_anew(panel: QueuePanel) -> None:
    same = panel.table.item(4, 1)
    rows = [*ROWS[:5], QueueEntry("c0005", "done", "look again"), *ROWS[6:]]
    panel.show_rows(rows, "c0000")
    assert panel.table.item(5, 1).text() == "done"
    assert panel.table.item(5, 2).text() == "look again"
    assert panel.table.item(4, 1) is same


def test_a_filter_comes_and_goes(panel: QueuePanel) -> None:
    panel.search.setText("c199")
    assert [panel.table.item(i, 0).text() for i in (0, 9)] == ["c1990", "c1999"]
    panel.search.setText("")
    assert panel.table.rowCount() == 2000
    assert panel.table.item(9, 0).text() == "c0009"


def test_a_note_that_was_not_kept_goes_from_the_table(panel: QueuePanel) -> None:
    panel.table.item(3, 2).setText("never written")
    panel.show_rows(ROWS, "c0000")
    assert panel.table.item(3, 2).text() == ""
