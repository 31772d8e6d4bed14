"""A number is what somebody typed, with a comma or a point, in every language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import QLocale, Qt
from qtpy.QtGui import QGuiApplication
from qtpy.QtTest import QTest

import napari_hipbmd
from napari_hipbmd.plugin.ui.decimals import number_box

PLUGIN = Path(napari_hipbmd.__file__).parent / "plugin"


@pytest.fixture(params=["en_US", "de_DE", "de_CH", "fr_FR", "C"])
def box(request: pytest.FixtureRequest, qtbot: Any) -> Iterator[Any]:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    one = number_box()
    qtbot.addWidget(one)
    one.setRange(0, 5000)
    one.setDecimals(3)
    one.setSuffix(" mm")
    one.selectAll()
    yield one
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("text", "value"), [("0,15", 0.15), ("0.15", 0.15), ("71,5", 71.5), ("1500", 1500)]
)
def test_comma_and_point_are_the_decimal_sign(box, text, value) -> None:
    QTest.keyClicks(box, text)
    assert box.value() == value


def test_a_number_is_pasted_with_either_sign(box) -> None:
    for text in ("0,15", " 0.15\n"):
        QGuiApplication.clipboard().setText(text)
        box.selectAll()
        QTest.keyClick(box, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert box.value() == 0.15


def test_what_could_be_two_numbers_is_not_taken(box) -> None:
    QTest.keyClicks(box, "1.234,5")
    assert box.value() == 1.234


def test_no_dock_has_a_number_of_another_kind() -> None:
    for path in PLUGIN.rglob("*.py"):
        calls = [
            node.func
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        if path.name != "decimals.py":
            assert "QDoubleSpinBox" not in {each.id for each in calls}, path
