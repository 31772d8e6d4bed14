"""The beam: a source before, a flat detector behind; and rotations.

World frame in mm: x to the patient's left, y superior, z anterior, origin half-way
between the centres of the two femoral heads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Beam:
    """Source, detector and the detector's pixel centres.

    ``u_mm`` (columns) and ``v_mm`` (rows) are pixel centres in the detector plane, in
    the world's x and y (v runs downwards, so ``v_mm`` decreases). The source stands
    ``sid_mm`` before the detector at ``source_xy_mm``.
    """

    u_mm: NDArray[np.float64]
    v_mm: NDArray[np.float64]
    sid_mm: float
    detector_z_mm: float
    source_xy_mm: tuple[float, float]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.v_mm), len(self.u_mm)

    @property
    def pixel_mm(self) -> float:
        """Pixel spacing in the detector plane."""
        return float(self.u_mm[1] - self.u_mm[0])

    @property
    def source_z_mm(self) -> float:
        """World z of the source."""
        return self.detector_z_mm + self.sid_mm

    def part(self, rows: slice, columns: slice) -> Beam:
        """The same beam on a part of its detector."""
        return replace(self, u_mm=self.u_mm[columns], v_mm=self.v_mm[rows])

    def minify(self, z_mm: float) -> float:
        """Size at depth ``z`` relative to its shadow on the detector."""
        return (self.source_z_mm - z_mm) / self.sid_mm

    def at_depth(self, z_mm: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """World x of the columns and y of the rows where rays cross depth ``z``."""
        m = self.minify(z_mm)
        sx, sy = self.source_xy_mm
        x = sx + (self.u_mm - sx) * m
        y = sy + (self.v_mm - sy) * m
        return x.astype(np.float32), y.astype(np.float32)

    def project(
        self, world: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Detector ``(n, 2)`` mm of points ``(n, 3)``, and 1 / (source z − z)."""
        inverse = 1 / (self.source_z_mm - world[:, 2])
        source = np.array(self.source_xy_mm)
        away = (world[:, :2] - source) * (inverse * self.sid_mm)[:, None]
        return source + away, inverse

    def to_pixels(self, world: NDArray[np.float64]) -> NDArray[np.float64]:
        """Film pixels ``(n, 2)`` as x, y of world points ``(n, 3)``."""
        uv, _ = self.project(world)
        x = (uv[:, 0] - self.u_mm[0]) / self.pixel_mm
        return np.stack([x, (self.v_mm[0] - uv[:, 1]) / self.pixel_mm], -1)

    def obliquity(self) -> NDArray[np.float32]:
        """Path length per unit depth for each pixel, ``(rows, columns)``."""
        du = (self.u_mm - self.source_xy_mm[0]) / self.sid_mm
        dv = (self.v_mm - self.source_xy_mm[1]) / self.sid_mm
        out: NDArray[np.float32] = np.sqrt(
            1 + du[None, :] ** 2 + dv[:, None] ** 2
        ).astype(np.float32)
        return out


def rotation(axis: int, degrees: float) -> NDArray[np.float64]:
    """Right-handed rotation ``(3, 3)`` about x (0), y (1) or z (2)."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    out = np.eye(3)
    out[i, i] = out[j, j] = c
    out[i, j], out[j, i] = -s, s
    return out
