"""Polygons of a regions layer that follow their landmarks, one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.anatomy import Region
from ...core.measurement import RegionMeasurement
from .layers import polygons_row_col, region_table


def move_polygons(
    layer: Any, regions: Mapping[Region, RegionMeasurement], changed: Sequence[int]
) -> None:
    """Move the polygons that changed, and leave the others as they are drawn.

    Parameters
    ----------
    layer
        The regions, in the order of ``regions``.
    changed
        Their numbers in the layer.
    """
    if not changed:
        return
    corners = polygons_row_col(regions)
    # Setting ``layer.data`` makes every shape, colour and feature anew, and takes ten
    # times as long; napari has no public way to move one shape.
    for i in changed:
        layer._data_view.edit(i, corners[i])
    # In place: a new table would be announced, and its defaults with it.
    layer.features["area_cm2"] = region_table(regions)["area_cm2"]
    # The thumbnail would be drawn at every move, and shows the same hip; the landmarks
    # at the corners tell napari how far the layers reach.
    layer.refresh(thumbnail=False, highlight=False, extent=False)
