"""Path lengths through closed meshes: a signed-depth rasteriser for a cone beam.

The length of a ray inside a closed surface is the sum of the depths at which it enters
minus the sum of those at which it leaves. So every triangle adds ± its depth to the
pixels whose centres it covers, in any order. Each edge is evaluated with its vertices
in the order of their numbers: the two triangles beside it see the same number with
opposite sign, and no pixel is missed or counted twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..geometry import Beam, Field
from .shape_model import Triangles, Vertices

Reals = NDArray[np.float64]
CHUNK = 400_000  # candidates at a time


@dataclass(frozen=True, eq=False)
class Hits:
    """Where rays cross a surface.

    Attributes
    ----------
    pixel
        Flat pixel number, row by row.
    depth_mm
        World z of the crossing.
    entering
        1 where the ray enters, −1 where it leaves.
    """

    pixel: NDArray[np.intp]
    depth_mm: NDArray[np.float64]
    entering: NDArray[np.float64]


def crossings(beam: Beam, vertices: Vertices, triangles: Triangles) -> Hits:
    """All crossings of the pixels' rays with a closed mesh in front of the source.

    Parameters
    ----------
    vertices, triangles
        World mm ``(n, 3)``; numbers ``(m, 3)``, anticlockwise from outside.
    """
    uv, inverse = beam.project(vertices)
    rows, columns = beam.shape
    step = beam.pixel_mm
    col = (uv[:, 0] - beam.u_mm[0]) / step
    row = (beam.v_mm[0] - uv[:, 1]) / step
    corner_col, corner_row = col[triangles], row[triangles]
    box = _boxes(corner_col, corner_row, rows, columns)
    area = _cross(
        corner_col[:, 1] - corner_col[:, 0], corner_row[:, 1] - corner_row[:, 0],
        corner_col[:, 2] - corner_col[:, 0], corner_row[:, 2] - corner_row[:, 0],
    )  # fmt: skip
    seen = np.flatnonzero((box.count > 0) & (area != 0))
    parts = [
        _covered(
            triangles[some], col, row, inverse, area[some], box.only(some), columns
        )
        for some in _chunks(seen, box.count[seen])
    ]
    if not parts:
        empty = np.empty(0)
        return Hits(empty.astype(np.intp), empty, empty)
    pixel, inverse_depth, sign = (np.concatenate(p) for p in zip(*parts, strict=True))
    return Hits(pixel, beam.source_z_mm - 1 / inverse_depth, sign)


def thickness(beam: Beam, hits: Hits) -> Field:
    """Path length in mm inside the surface for each pixel, ``(rows, columns)``."""
    rows, columns = beam.shape
    summed = np.bincount(
        hits.pixel, hits.entering * hits.depth_mm, minlength=rows * columns
    )
    out: Field = (summed.reshape(rows, columns) * beam.obliquity()).astype(np.float32)
    return out


def balance(beam: Beam, hits: Hits) -> NDArray[np.float64]:
    """Entries minus exits of each pixel: 0 everywhere for a closed surface."""
    rows, columns = beam.shape
    summed = np.bincount(hits.pixel, hits.entering, minlength=rows * columns)
    return summed.reshape(rows, columns).astype(np.float64)


@dataclass(frozen=True)
class _Boxes:
    """First column and row, width, and number of pixels of each triangle's box."""

    column: NDArray[np.intp]
    row: NDArray[np.intp]
    width: NDArray[np.intp]
    count: NDArray[np.intp]

    def only(self, some: NDArray[np.intp]) -> _Boxes:
        return _Boxes(
            self.column[some], self.row[some], self.width[some], self.count[some]
        )


def _boxes(
    col: NDArray[np.float64], row: NDArray[np.float64], rows: int, columns: int
) -> _Boxes:
    first_col = np.maximum(np.ceil(col.min(1)), 0).astype(np.intp)
    last_col = np.minimum(np.floor(col.max(1)), columns - 1).astype(np.intp)
    first_row = np.maximum(np.ceil(row.min(1)), 0).astype(np.intp)
    last_row = np.minimum(np.floor(row.max(1)), rows - 1).astype(np.intp)
    width = np.maximum(last_col - first_col + 1, 0)
    height = np.maximum(last_row - first_row + 1, 0)
    return _Boxes(first_col, first_row, width, width * height)


def _cross(ax: Reals, ay: Reals, bx: Reals, by: Reals) -> Reals:
    out: Reals = ax * by - ay * bx
    return out


def _chunks(
    seen: NDArray[np.intp], count: NDArray[np.intp]
) -> Iterator[NDArray[np.intp]]:
    """Triangles in parts of about :data:`CHUNK` candidate pixels."""
    if not len(seen):
        return
    part = np.cumsum(count) // CHUNK
    yield from np.split(seen, np.flatnonzero(np.diff(part)) + 1)


def _covered(
    triangles: Triangles, col: NDArray[np.float64], row: NDArray[np.float64],
    inverse: NDArray[np.float64], area: NDArray[np.float64], box: _Boxes, columns: int,
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Pixels inside each triangle: number, 1 / distance from the source, sign."""
    which = np.repeat(np.arange(len(triangles)), box.count)
    first = np.repeat(np.cumsum(box.count) - box.count, box.count)
    down, right = np.divmod(np.arange(len(which)) - first, box.width[which])
    x, y = box.column[which] + right, box.row[which] + down
    turn = np.sign(area)
    edges: list[NDArray[np.float64]] = []
    for i in range(3):
        start, end = triangles[:, (i + 1) % 3], triangles[:, (i + 2) % 3]
        low = np.minimum(start, end)
        side = np.where(start < end, 1.0, -1.0) * turn
        dx = col[np.maximum(start, end)] - col[low]
        dy = row[np.maximum(start, end)] - row[low]
        value = dx[which] * (y - row[low][which])
        value -= dy[which] * (x - col[low][which])
        own = side[which]
        kept = np.flatnonzero((value * own > 0) | ((value == 0) & (own > 0)))
        which, x, y = which[kept], x[kept], y[kept]
        edges = [*(edge[kept] for edge in edges), (value * own)[kept]]
    share = np.stack(edges) / np.abs(area)[which]
    depth = (share * inverse[triangles[which]].T).sum(0)
    # rows run downwards: a face that looks at the source has negative area
    return y * columns + x, depth, -turn[which]
