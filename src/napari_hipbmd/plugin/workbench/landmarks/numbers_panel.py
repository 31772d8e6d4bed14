"""The part *Numbers* below the landmarks: what they give, while they are moved."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QScrollArea, QWidget

from ...ui.fold import Fold
from ...ui.translation import tr
from ...viewer.result_panel import ResultPanel
from ...viewer.session import Session
from ..case.editor import Editor
from .case_numbers import CaseNumbers

LOWEST, HIGHEST = 180, 290
HINT = tr(
    "Features, BMD and T-score of the landmarks, while they are moved. Leave it closed"
    " where nobody should place landmarks by the number that they give."
)
NO_CASE = tr("Open a case first.")


class NumbersPanel(Fold):
    """Features, BMD with interval and T-score of the open case; folded away at first.

    Nothing is measured while it is folded.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self.results = ResultPanel(legend=False)
        self.results.clear(NO_CASE)
        super().__init__(
            "numbers", tr("Numbers"), HINT, _scrolled(self.results), parent
        )
        self._case: tuple[Any, Editor] | None = None
        self._numbers = CaseNumbers(session, self)
        self._numbers.measured.connect(self._on_measured)
        self._numbers.nothing.connect(self.results.clear)
        self.folded.connect(lambda _: self._follow())

    def open(self, film_layer: Any, editor: Editor) -> None:
        """Show the numbers of a case."""
        self._case = (film_layer, editor)
        self._follow()

    def close_case(self) -> None:
        """Listen to the open case no longer."""
        self._case = None
        self._follow()

    def _follow(self) -> None:
        if self._case is not None and self.is_open:
            self._numbers.open(*self._case)
        else:
            self._numbers.close()
            self.results.clear(NO_CASE)

    def _on_measured(self, measurement: Any, caveats: list[str]) -> None:
        self.results.show_measurement(measurement, measurement.image, caveats)


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    area.setMinimumHeight(LOWEST)
    area.setMaximumHeight(HIGHEST)
    return area
