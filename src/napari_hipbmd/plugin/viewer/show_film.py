"""One film of a study, opened beside the window and shown alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.layers import Layer
from qtpy.QtCore import QObject, Signal

from ..ui.run import begin
from .contrast import widen_when_inserted
from .films import film_layer
from .identity import belongs_to
from .origins import origin_of, remember_origin
from .session import session_of

if TYPE_CHECKING:
    from ...study import Case


class CaseFilms(QObject):
    """Opens the film of a case, or shows it again where it is open already.

    ``shown`` is emitted with the case's id, ``refused`` with a sentence.
    """

    shown = Signal(str)
    refused = Signal(str)

    def __init__(self, viewer: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._wanted = ""

    def open(self, case: Case) -> None:
        """Show this film and no other; of several that are asked for, the last."""
        self._wanted = case.case_id
        for layer in session_of(self._viewer).films():
            if origin_of(layer) == case.image:
                self._show(layer, case)
                return
        begin(
            self,
            lambda _: _read(case),
            lambda film: self._on_read(film, case),
            lambda why: self.refused.emit(f"{case.case_id}: {why}"),
        )

    def _on_read(self, film: Any, case: Case) -> None:
        if case.case_id != self._wanted:
            return
        widen_when_inserted(self._viewer)
        layer = Layer.create(*film_layer(film, case.patient, case.side, case.case_id))
        remember_origin(layer, case.image)
        self._show(layer, case)

    def _show(self, layer: Layer, case: Case) -> None:
        show_alone(self._viewer, layer)
        self.shown.emit(case.case_id)


def show_alone(viewer: Any, layer: Layer) -> None:
    """Hide every other layer but this film's own, and look at the film."""
    for other in viewer.layers:
        other.visible = other is layer or belongs_to(other, layer) and other.visible
    if layer not in viewer.layers:
        viewer.layers.append(layer)
    layer.visible = True
    viewer.layers.selection.active = layer
    viewer.reset_view()


def _read(case: Case) -> Any:
    from ...dicom import open_film

    return open_film(case.image)
