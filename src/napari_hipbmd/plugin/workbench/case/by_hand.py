"""What a person did to a case's layers with napari's own tools, taken into the labels.

Where nothing comes of it, ``editor.changed`` has the layers drawn again as they were.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ....core.anatomy import INDEX
from ....core.errors import Refused
from ....core.hip_box import on_film
from ...ui.sentences import said
from ...viewer.identity import facts_of
from ...viewer.layers import box_of_rectangle, points_row_col
from .editor import Editor
from .layers import ALL_REGIONS, changed_outlines


def take_points(editor: Editor, layer: Any) -> None:
    """Landmarks that were taken away, added or moved."""
    ids = list(layer.features["id"])
    before, _ = points_row_col(editor.labels.xy)
    gone = [name for name in before if name not in ids]
    if gone:
        editor.unplace(gone)
        return
    if len(layer.data) > len(before):
        row, column = layer.data[-1]
        editor.click((float(column), float(row)))
        return
    xy = editor.labels.xy
    for name, (row, column) in zip(ids, layer.data, strict=True):
        if not np.allclose(xy[INDEX[name]], (column, row)):
            editor.place((float(column), float(row)), name)


def take_outlines(editor: Editor, layer: Any) -> None:
    """Regions whose corners were moved."""
    moved = changed_outlines(editor.labels, layer.data)
    for region in ALL_REGIONS:
        if region in moved:
            editor.outline(region, moved[region])
    if not moved:
        editor.changed.emit()


def take_box(editor: Editor, film_layer: Any, layer: Any) -> bool:
    """The rectangle that was drawn last; whether it is the hip box from now on."""
    if layer is None or not layer.data:
        editor.changed.emit()
        return False
    try:
        shape = film_layer.data.shape[-2:]
        box = on_film(box_of_rectangle(layer.data[-1]), shape)
        editor.keep_box(box)
    except Refused as refusal:
        editor.said.emit(said(refusal))
        editor.changed.emit()
        return False
    facts_of(film_layer)["box"] = box
    editor.set_box(box)
    return True
