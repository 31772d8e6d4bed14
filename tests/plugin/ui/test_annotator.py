"""What an annotator may rely on: one name in all docks."""

import pytest
from qtpy.shiboken import isValid

from napari_hipbmd.plugin.ui.annotator import (
    AnnotatorField,
    annotator,
    choose_annotator,
)


@pytest.fixture
def fields(qtbot):
    both = [AnnotatorField(name, "your name") for name in ("one", "two")]
    for field in both:
        qtbot.addWidget(field)
    return both


def test_a_name_that_one_dock_was_told_stands_in_all(fields):
    one, two = fields
    one.editingFinished.connect(lambda: choose_annotator(one.text()))
    one.setText("anna")
    one.editingFinished.emit()
    assert two.text() == annotator() == "anna"


def test_a_dock_hears_of_another_person_once(fields, qtbot):
    heard = []
    fields[1].followed.connect(lambda: heard.append(fields[1].text()))
    for _ in range(2):
        choose_annotator("bert")
    assert heard == ["bert"]


def test_a_dock_that_was_closed_is_not_missed(fields, qtbot):
    closed = AnnotatorField("three", "your name")
    closed.deleteLater()
    qtbot.waitUntil(lambda: not isValid(closed))
    choose_annotator("cleo")
    assert fields[1].text() == "cleo"
