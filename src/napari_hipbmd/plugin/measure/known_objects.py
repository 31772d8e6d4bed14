"""Objects of known material and thickness: drawn on the film, rulers from then on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer
from numpy.typing import NDArray
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QVBoxLayout, QWidget

from ...core.anatomy import Points
from ...core.errors import Refused
from ...core.ruler_choice import LEAST_MM, MATERIALS, MOST_MM, KnownObject
from ..ui.controls import button, enable, note, press, row
from ..ui.decimals import number_box
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.drawn import drawn_on
from ..viewer.edits import is_over
from ..viewer.identity import belongs_to, kind_of

if TYPE_CHECKING:
    from ..viewer.session import Session

COLOUR = "#56e0ff"
FIRST_MM = 10.0
ELLIPSE_CORNERS = 48
HINT = tr(
    "Draw round an object of known material and thickness (a step of an aluminium"
    " wedge, a plate) that lies on or under the patient: its step in grey is a ruler of"
    " its own. napari's shape tools move it and take it away."
)
NOT_MEASURED = tr("Measure the film first: an object is a ruler for what was measured.")
NO_SPACING = tr("An object is a ruler only where the film's pixel size is known.")


class KnownObjects(QWidget):
    """Draws them on one film and hands them on.

    Attributes
    ----------
    said
        Emitted with a sentence when a shape is no object.
    """

    said = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._film: Any = None
        self.material = QComboBox()
        self.material.setObjectName("object_material")
        for material in MATERIALS:
            self.material.addItem(tr(material), material)
        self.material.setToolTip(tr("What the next object is made of, taken as pure."))
        self.thickness = number_box()
        self.thickness.setObjectName("object_mm")
        self.thickness.setRange(LEAST_MM, MOST_MM)
        self.thickness.setDecimals(2)
        self.thickness.setSuffix(" mm")
        self.thickness.setValue(FIRST_MM)
        self.thickness.setToolTip(tr("Thickness of the next object along the beam."))
        self.draw_button = button("draw_object", tr("Draw object"), HINT)
        self.told = note("objects")
        self.told.setVisible(False)
        press(self.draw_button, self._on_draw_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row(self.material, self.thickness))
        column.addWidget(self.draw_button)
        column.addWidget(self.told)

    def show_film(self, film_layer: Any) -> None:
        """Draw on this film; locked where it is not measured, or tells no length."""
        self._film = film_layer
        measurement = self._session.measurement(film_layer)
        why_not = ""
        if measurement is None:
            why_not = NOT_MEASURED
        elif measurement.spacing_mm is None:
            why_not = NO_SPACING
        enable(self.draw_button, not why_not, why_not, HINT)
        known = () if measurement is None else measurement.rulers.objects
        names = [
            tr("{thickness_mm:g} mm {material}").format(
                thickness_mm=one.thickness_mm, material=tr(one.material)
            )
            for one in known
        ]
        self.told.setText(
            tr("On this film: {names}.").format(names=", ".join(names)) if names else ""
        )
        self.told.setVisible(bool(names))

    def _layer(self, film_layer: Any) -> Any:
        for layer in self._session.layers:
            if kind_of(layer) == "known_objects" and belongs_to(layer, film_layer):
                return layer
        return None

    def _on_draw_clicked(self) -> None:
        layer = self._layer(self._film) or self._made(self._film)
        layer.feature_defaults = {
            "material": self.material.currentData(),
            "mm": self.thickness.value(),
        }
        self._session.layers.selection.active = layer
        layer.mode = "add_rectangle"

    def _made(self, film_layer: Layer) -> Any:
        layer = drawn_on(
            film_layer,
            "known_objects",
            tr("known objects"),
            COLOUR,
            {"string": "{material} {mm:g} mm", "size": 11},
            {"material": np.array([], str), "mm": np.array([], float)},
            self._on_data,
        )
        self._session.layers.append(layer)
        return layer

    def _on_data(self, film_layer: Any, event: Any) -> None:
        if film_layer is not None and is_over(event):
            self.hand_on(film_layer)

    def hand_on(self, film_layer: Any) -> None:
        """Have a film measured again with the objects that lie on it, if any do."""
        layer = self._layer(film_layer)
        measurement = self._session.measurement(film_layer)
        if layer is None or measurement is None:
            return
        found = []
        for outline, kind, material, mm in zip(
            layer.data,
            layer.shape_type,
            layer.features["material"],
            layer.features["mm"],
            strict=True,
        ):
            try:
                xy = outline_xy(np.asarray(outline, float), kind)
                found.append(KnownObject(xy, material, float(mm)))
            except Refused as refusal:
                self.said.emit(said(refusal))
        chosen = replace(measurement.rulers, objects=tuple(found))
        self._session.remeasure(film_layer, rulers=chosen)


def outline_xy(corners_row_col: NDArray[np.float64], kind: str) -> Points:
    """A shape's outline ``(n, 2)`` as ``(x, y)``; an ellipse lies in four corners.

    Raises
    ------
    Refused
        If the shape has no inside.
    """
    if kind in ("line", "path"):
        raise Refused(tr("A line is no object: draw a rectangle, ellipse or polygon."))
    corners = corners_row_col[:, ::-1]
    if kind != "ellipse":
        return corners
    middle = corners.mean(axis=0)
    along, across = (corners[1] - corners[0]) / 2, (corners[3] - corners[0]) / 2
    turn = np.linspace(0, 2 * np.pi, ELLIPSE_CORNERS, endpoint=False)[:, None]
    xy: Points = middle + np.cos(turn) * along + np.sin(turn) * across
    return xy
