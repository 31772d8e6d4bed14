"""The line of a film that is a case of a study: where its landmarks are kept."""

from __future__ import annotations

from typing import Any

from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from ..viewer.case_of_film import FilmCase, case_of_film

TEXT = (
    "Case <b>{case}</b> of the study <b>{study}</b>. Landmarks that are moved here are"
    " not kept; those of people are moved in the workbench, with these numbers."
)
WORKBENCH = ("napari-hipbmd", "Landmark workbench")


class CaseLine(QWidget):
    """Names the case, and opens it in the workbench; hidden for a film in no study."""

    def __init__(self, viewer: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._case: FilmCase | None = None
        self.text = QLabel()
        self.text.setObjectName("case")
        self.text.setWordWrap(True)
        self.button = QPushButton("Open in workbench")
        self.button.setObjectName("open_in_workbench")
        self.button.setToolTip(
            "The landmarks of the case, with undo, and the numbers beside them."
        )
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.text, 1)
        line.addWidget(self.button)
        self.button.clicked.connect(lambda _: self._on_clicked())
        self.show_film(None)

    def show_film(self, film_layer: Any) -> None:
        """Show the case of another film."""
        found = None if film_layer is None else case_of_film(film_layer)
        self._case = found
        self.setVisible(found is not None)
        if found is not None:
            self.text.setText(
                TEXT.format(case=found.case_id, study=_escaped(found.study.name))
            )

    def _on_clicked(self) -> None:
        if self._case is not None:
            _, workbench = self._viewer.window.add_plugin_dock_widget(*WORKBENCH)
            workbench.show_case(*self._case)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
