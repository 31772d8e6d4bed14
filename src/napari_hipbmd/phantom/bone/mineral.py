"""Where a femur's mineral lies: cortex over the surface, trabeculae inside.

Thicknesses follow Poole et al. 2010 (J Bone Miner Res 25:482) for the neck and the
radiographic canal for the shaft; the trabecular groups are Singh's, which vanish with
age in his order: first the secondary and trochanteric groups, then the tensile, last
the compressive.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from ..cohort import Person
from .femur import Femur
from .random_field import smooth_step
from .shape_model import Vertices, shape_model

MAP_STEP_R = 0.08
MAP_X_R, MAP_Y_R = (-1.6, 4.4), (1.6, -5.2)  # left to right, top to bottom
BEZIER_STEPS = 40
SMOOTHINGS = 8
LEAST_MM = 0.25


@dataclass(frozen=True)
class MineralState:
    """How a patient's bone is; factors about 1.

    Attributes
    ----------
    cortex, superior, inferior
        Thickness of the whole cortex, and of the neck's upper and lower part besides.
    tissue
        Mineral density of the cortical tissue itself; 4–5 % between people.
    loss
        0 young … 1: how far the trabecular groups have thinned, in Singh's order.
    bands
        Strength of the groups against the even filling.
    """

    cortex: float
    superior: float
    inferior: float
    tissue: float
    loss: float
    bands: float


def draw_state(rng: np.random.Generator, person: Person) -> MineralState:
    """One patient's bone. Thickness follows aBMD loosely: it must not give it away."""
    superior, inferior = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]])
    poor = (0.78 - person.neck_bmd_g_cm2) / 0.35 + (person.age_years - 65) / 60
    return MineralState(
        cortex=float(
            (person.neck_bmd_g_cm2 / 0.72) ** 0.6 * np.exp(rng.normal(0, 0.17))
        ),
        superior=float(np.exp(0.22 * superior)),
        inferior=float(np.exp(0.14 * inferior)),
        tissue=float(np.clip(rng.normal(1, 0.045), 0.86, 1.14)),
        loss=float(np.clip(rng.normal(0.35 + 0.4 * poor, 0.2), 0, 1)),
        bands=float(rng.uniform(0.7, 1.4)),
    )


@dataclass(frozen=True)
class NeckFrame:
    """The femur seen along its own neck's normal; lengths in head radii.

    ``turn`` takes local points there; ``axis`` is the neck's direction in that plane,
    ``offset`` the shaft's x and ``knee_y`` where the neck's axis meets the shaft's.
    """

    turn: NDArray[np.float64]
    axis: NDArray[np.float64]
    offset: float
    knee_y: float
    shaft_half: float

    def on_axis(self, s: float, h: float = 0.0) -> NDArray[np.float64]:
        """The point ``s`` along the neck's axis and ``h`` to its superior side."""
        up = np.array([-self.axis[1], self.axis[0]])
        return s * self.axis + h * up


def neck_frame(bone: Femur) -> NeckFrame:
    """Measured on the bone itself."""
    p = bone.local_r
    neck = p[bone.sets.neck].mean(0)
    angle = np.arctan2(-neck[2], neck[0])  # how far the neck points back
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    q = p @ turn.T
    axis = neck @ turn.T
    axis = axis[:2] / np.linalg.norm(axis[:2])
    shaft = q[(q[:, 1] < -3.1) & (q[:, 1] > -4.4)]
    offset = float((shaft[:, 0].min() + shaft[:, 0].max()) / 2)
    half = float((shaft[:, 0].max() - shaft[:, 0].min()) / 2)
    return NeckFrame(turn, axis, offset, float(offset * axis[1] / axis[0]), half)


@cache
def _mean_of_neighbours() -> sparse.csr_array:
    model = shape_model("femur")
    a, b, c = model.triangles.T
    count = len(model.mean)
    rows, columns = np.concatenate([[a, b], [b, c], [c, a]], 1)
    links = sparse.coo_array((np.ones(len(rows)), (rows, columns)), (count, count))
    links = ((links + links.T) > 0).astype(float).tocsr()
    return sparse.diags_array(1 / links.sum(1)) @ links


def cortex_mm(
    bone: Femur, state: MineralState, age_years: float
) -> NDArray[np.float64]:
    """Thickness of the cortex at each vertex, ``(n,)``."""
    frame = neck_frame(bone)
    q = bone.local_r @ frame.turn.T
    x, y, z = q.T
    along = q[:, :2] @ frame.axis
    up = q[:, :2] @ np.array([-frame.axis[1], frame.axis[0]])
    angle = np.arctan2(z, up)  # 0 superior, positive anterior
    age = np.clip((age_years - 25) / 60, 0, 1)
    inferior = (3.9 - 0.6 * age) * state.inferior
    superior = np.clip(1.6 - 1.3 * age, 0.3, None) * state.superior
    below = np.clip(np.cos(angle - np.radians(160)), 0, None) ** 2
    above = np.clip(np.cos(angle + np.radians(25)), 0, None) ** 2
    neck = 1.3 + (inferior - 1.3) * below + (superior - 1.3) * above
    medial = np.clip((frame.offset - x) / frame.shaft_half, -1, 1)
    shaft = np.interp(-y, [1.0, 1.7, 3.4, 5.2], [0.9, 1.3, 5.5, 8.0])
    shaft = shaft * (1 + 0.15 * medial)
    # the calcar: the neck's lower cortex runs on into the medial shaft
    arch = np.exp(-0.5 * ((-y - 1.9) / 0.75) ** 2) * np.clip(medial, 0, 1) ** 2
    shaft = np.maximum(shaft, inferior * arch)
    of_neck = smooth_step((along - 0.75) / 0.3) * smooth_step((1.75 - along) / 0.45)
    of_head = 1 - smooth_step((along - 0.55) / 0.35)
    of_greater = smooth_step((y + 1.7) / 0.5) * smooth_step((along - 1.45) / 0.35)
    t = shaft * (1 - of_neck) + neck * of_neck
    t = t * (1 - of_head) + 0.8 * of_head
    t = t * (1 - of_greater) + 0.9 * of_greater
    near = np.zeros(len(q))
    near[bone.lesser] = 1
    t = t * (1 - 0.5 * near) + 1.1 * 0.5 * near
    for _ in range(SMOOTHINGS):
        t = 0.5 * t + 0.5 * (_mean_of_neighbours() @ t)
    out: NDArray[np.float64] = np.maximum(t * state.cortex, LEAST_MM)
    return out


@dataclass(frozen=True, eq=False)
class Trabeculae:
    """Density in g/cm³ and direction of the trabeculae over the neck's frontal plane.

    ``cos2``, ``sin2`` are double-angle moments of the direction, y up.
    """

    frame: NeckFrame
    density: NDArray[np.float32]
    cos2: NDArray[np.float32]
    sin2: NDArray[np.float32]

    def sample(
        self, field: NDArray[np.float32], local_r: Vertices
    ) -> NDArray[np.float64]:
        """A field at local points ``(n, 3)`` in head radii."""
        q = local_r @ self.frame.turn[:2].T
        rows = (MAP_Y_R[0] - q[:, 1]) / MAP_STEP_R
        columns = (q[:, 0] - MAP_X_R[0]) / MAP_STEP_R
        return map_coordinates(field, [rows, columns], order=1, mode="nearest")


def _bezier(*nodes: NDArray[np.float64] | tuple[float, float]) -> NDArray[np.float64]:
    t = np.linspace(0, 1, BEZIER_STEPS)[:, None]
    a, b, c = (np.asarray(node, float) for node in nodes)
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c


def _band(
    xy: NDArray[np.float64], curve: NDArray[np.float64], sigma: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gaussian of the distance to a curve, and the curve's direction there."""
    away, nearest = cKDTree(curve).query(xy)
    tangent = np.gradient(curve, axis=0)
    angle = np.arctan2(tangent[:, 1], tangent[:, 0])[nearest]
    return np.exp(-0.5 * (away / sigma) ** 2), angle


def trabeculae(bone: Femur, state: MineralState) -> Trabeculae:
    """The trabecular groups of one femur, thinned by its state."""
    frame = neck_frame(bone)
    off, py, half = frame.offset, frame.knee_y, frame.shaft_half
    length = off / frame.axis[0]
    x = np.arange(MAP_X_R[0], MAP_X_R[1], MAP_STEP_R)
    y = np.arange(MAP_Y_R[0], MAP_Y_R[1], -MAP_STEP_R)
    xy = np.stack(np.meshgrid(x, y), -1)
    groups = {  # curve, width, density, and how much of it the loss takes
        "compressive": (
            _bezier((off - 0.9 * half, py - 0.9), frame.on_axis(0.45 * length, -0.22),
                    (-0.12, 0.9)), 0.34, 0.17, 0.35),
        "tensile": (
            _bezier((off + 0.95 * half, py - 1.1), (off - 0.45, py + 1.6),
                    (-0.5, -0.4)), 0.28, 0.13, 0.8),
        "secondary": (
            _bezier((off - 0.9 * half, py - 1.6), (off - 0.1, py - 0.7),
                    (off + 0.4, py + 0.4)), 0.32, 0.06, 1.0),
        "trochanteric": (
            _bezier((off + 0.9 * half, py - 1.0), (off + 0.7, py + 0.3),
                    (off + 0.2, py + 1.0)), 0.3, 0.06, 1.0),
    }  # fmt: skip
    density = np.full(xy.shape[:2], 0.05 * (1 - 0.4 * state.loss))
    r2 = (xy**2).sum(-1)
    density += 0.05 * np.exp(-0.5 * r2 / 0.75**2)
    order = {"secondary": 0.0, "trochanteric": 0.1, "tensile": 0.35, "compressive": 0.7}
    cos2 = sin2 = total = 1e-3
    for name, (curve, width, strength, taken) in groups.items():
        shape, angle = _band(xy, curve, width)
        gone = taken * np.clip((state.loss - order[name]) / 0.5, 0, 1)
        part = state.bands * strength * (1 - gone) * shape
        density += part
        cos2 = cos2 + part * np.cos(2 * angle)
        sin2 = sin2 + part * np.sin(2 * angle)
        total = total + part
    ward = ((xy - frame.on_axis(0.7 * length, -0.05)) ** 2).sum(-1)
    density *= 1 - (0.55 + 0.35 * state.loss) * np.exp(-0.5 * ward / 0.38**2)
    canal = (frame.knee_y - xy[..., 1] - 0.9) / 1.8
    density *= np.clip(1 - canal, 0.02, 1)
    maps = (density, cos2 / total, sin2 / total)
    return Trabeculae(frame, *(np.asarray(m, np.float32) for m in maps))
