"""From posed meshes to path lengths: envelope, cortex and trabecular mineral."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from ..geometry import Beam, Field
from .raster import Hits, crossings, thickness
from .shape_model import Triangles, Vertices
from .vertex_sets import vertex_normals

COARSE_PX, COARSE_MM = 8, 4.0
Density = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Thickness:
    """Path lengths in mm and trabecular mineral in g/cm², ``(rows, columns)``."""

    envelope_mm: Field
    cortex_mm: Field
    trabecular_g_cm2: Field


def project(
    beam: Beam, vertices: Vertices, triangles: Triangles,
    cortex_mm: NDArray[np.float64], density_g_cm3: Density,
) -> Thickness:  # fmt: skip
    """Project a closed bone with a cortical shell and a filled inside.

    Parameters
    ----------
    cortex_mm
        ``(n,)`` thickness of the shell at each vertex.
    density_g_cm3
        Mineral density of the inside at world points ``(n, 3)``, smooth over some mm.
    """
    envelope = np.maximum(thickness(beam, crossings(beam, vertices, triangles)), 0)
    normals = vertex_normals(vertices, triangles)
    inner = crossings(beam, vertices - normals * cortex_mm[:, None], triangles)
    hollow = np.clip(thickness(beam, inner), 0, envelope)
    mineral = _integral(beam, inner, density_g_cm3)
    return Thickness(envelope, envelope - hollow, np.maximum(mineral, 0))


def _integral(beam: Beam, hits: Hits, density: Density) -> Field:
    """∫ density along each ray between its entries and exits, g/cm².

    The density is summed up along depth once on a coarse grid of rays; each crossing
    then adds or takes the sum up to its own depth.
    """
    rows, columns = beam.shape
    if not len(hits.pixel):
        return np.zeros(beam.shape, np.float32)
    row, column = np.divmod(hits.pixel, columns)
    low, high = hits.depth_mm.min() - COARSE_MM, hits.depth_mm.max() + COARSE_MM
    z = np.arange(low, high + COARSE_MM, COARSE_MM)
    coarse_row = np.arange(row.min(), row.max() + 2 * COARSE_PX, COARSE_PX)
    coarse_col = np.arange(column.min(), column.max() + 2 * COARSE_PX, COARSE_PX)
    sx, sy = beam.source_xy_mm
    u = beam.u_mm[0] + coarse_col * beam.pixel_mm
    v = beam.v_mm[0] - coarse_row * beam.pixel_mm
    m = ((beam.source_z_mm - z) / beam.sid_mm)[:, None, None]
    x = np.broadcast_to(sx + (u[None, None, :] - sx) * m, (len(z), len(v), len(u)))
    y = np.broadcast_to(sy + (v[None, :, None] - sy) * m, (len(z), len(v), len(u)))
    depth = np.broadcast_to(z[:, None, None], x.shape)
    points = np.stack([x.ravel(), y.ravel(), depth.ravel()], -1)
    rho = density(points).reshape(x.shape)
    middle = (rho[1:] + rho[:-1]) * (COARSE_MM / 2)
    summed = np.concatenate([np.zeros((1, *rho.shape[1:])), np.cumsum(middle, 0)])
    at = map_coordinates(
        summed,
        [
            (hits.depth_mm - low) / COARSE_MM,
            (row - coarse_row[0]) / COARSE_PX,
            (column - coarse_col[0]) / COARSE_PX,
        ],
        order=1,
        mode="nearest",
    )
    total = np.bincount(hits.pixel, hits.entering * at, minlength=rows * columns)
    out: Field = (total.reshape(rows, columns) * beam.obliquity() / 10).astype(
        np.float32
    )
    return out
