"""The tab *Compare*: the table shows what the library found, and is kept as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

from qtpy.QtWidgets import QComboBox, QFileDialog, QPushButton, QTableWidget

from napari_hipbmd.evaluation.model_comparison import compare_on_films, summary_rows
from napari_hipbmd.study import Study


def test_without_a_study_it_says_what_to_do(dock: Any) -> None:
    for name, reason in (("compare", "Choose a study"), ("export_comparison", "first")):
        button = dock.find(QPushButton, name)
        assert not button.isEnabled() and reason in button.toolTip()


def test_two_models_are_compared_and_exported(
    dock: Any, sample_study: Study, small_enhancement: Path, tmp_path: Path
) -> None:
    target = tmp_path / "both.csv"
    chosen = iter([small_enhancement, sample_study.folder])
    with patch.object(QFileDialog, "getExistingDirectory", lambda *_: next(chosen)):
        dock.click("model_b_folder")
        dock.click("compare_study")
    # Offered everywhere, chosen only where it was asked for.
    assert "small" in dock.find(QComboBox, "model_b").currentText()
    for name in ("model_a", "apply_model"):
        choice = dock.find(QComboBox, name)
        assert choice.count() == 2 and "bundled" in choice.currentText()
    dock.click("compare")
    dock.wait_for_end("compare")
    table = dock.find(QTableWidget, "comparison")
    shown = [
        tuple(table.item(i, j).text() for j in range(4))
        for i in range(table.rowCount())
    ]
    assert shown == summary_rows(
        compare_on_films(sample_study.folder, (None, small_enhancement))
    )
    assert "6 films" in dock.text("compare_note")
    assert "at least 20 cases" in dock.text("compare_note")
    with patch.object(QFileDialog, "getSaveFileName", return_value=(str(target), "")):
        dock.click("export_comparison")
    assert len(target.read_text("utf-8").splitlines()) == 1 + 2 * 6 + 2


def test_a_comparison_can_be_cancelled(dock: Any, sample_study: Study) -> None:
    panel = dock.widget.compare
    panel.choose_study(sample_study.folder)
    dock.click("compare")
    panel.bar.stepped.connect(lambda _: dock.click("cancel_compare"))
    dock.wait_for_end("compare")
    assert dock.text("compare_note") == "Stopped."
    assert dock.find(QTableWidget, "comparison").isHidden()


def test_a_study_without_truth_is_told(dock: Any, tmp_path: Path) -> None:
    Study.create(tmp_path / "empty")
    dock.widget.compare.choose_study(tmp_path / "empty")
    dock.click("compare")
    dock.wait_for_end("compare")
    assert "no film of empty has one" in dock.text("compare_note")
