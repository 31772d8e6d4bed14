"""Where on the bones things are: sets of vertices, chosen once on the mean shape.

Vertices correspond across people, so that a set found on the mean is the same place on
everybody. Sets say where to look; where a landmark is, the projected outline says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from .shape_model import Vertices, shape_model

Members = NDArray[np.intp]
HEAD_MM = 23.0  # about the radius of the mean femur's head
KNEE_MM = 30.0  # the distal end of the femur
SECTOR_DEG = 6.0
NECK_RISE, NECK_OUT, NECK_REACH = 0.11, 0.16, 1.75  # of R
LESSER_RADIUS = 0.36  # of R


@dataclass(frozen=True, eq=False)
class FemurSets:
    """Vertex numbers of the left femur.

    Attributes
    ----------
    head, neck, crease
        Head within .6 mm of its sphere; the neck's surface; its last vertices beside
        the trochanter, superiorly: the line of the notch.
    greater
        The greater trochanter.
    lesser_apex, lesser
        One vertex, and those within .36 R of it.
    knee, medial_condyle, lateral_condyle
        The distal end, and the posterior condyles.
    """

    head: Members
    neck: Members
    crease: Members
    greater: Members
    lesser_apex: int
    lesser: Members
    knee: Members
    medial_condyle: Members
    lateral_condyle: Members


@dataclass(frozen=True, eq=False)
class PelvisSets:
    """Vertex numbers of the pelvis: sockets, anterior superior spines, pubis."""

    left_socket: Members
    right_socket: Members
    left_spine: Members
    right_spine: Members
    pubis: Members


def sphere(points: Vertices) -> tuple[Vertices, float]:
    """Centre ``(3,)`` and radius of the best sphere through ``(n, 3)`` points."""
    a = np.c_[2 * points, np.ones(len(points))]
    solution = np.linalg.lstsq(a, (points**2).sum(1), rcond=None)[0]
    centre = solution[:3]
    return centre, float(np.sqrt(solution[3] + centre @ centre))


def femur_frame(v: Vertices, sets: FemurSets) -> tuple[Vertices, float, Vertices]:
    """Head's centre, its radius, and the bone's axes as rows (lateral, up, anterior).

    The long axis runs from the head's centre to the middle of the knee; the posterior
    condyles lie parallel to the film.
    """
    centre, radius = sphere(v[sets.head])
    up = centre - v[sets.knee].mean(0)
    up /= np.linalg.norm(up)
    across = v[sets.lateral_condyle].mean(0) - v[sets.medial_condyle].mean(0)
    across -= (across @ up) * up
    across /= np.linalg.norm(across)
    return centre, radius, np.stack([across, up, np.cross(across, up)])


@cache
def femur_sets() -> FemurSets:
    """The femur's sets."""
    v = shape_model("femur").mean
    none = np.array([], np.intp)
    knee = np.flatnonzero(v[:, 1] < v[:, 1].min() + KNEE_MM)
    centre, radius = v[v[:, 1].argmax()] - [0, HEAD_MM, 0], HEAD_MM
    for within_mm in (3, 3, 2, 2, 1.5, 1.5, 1, 1, 1, *[0.6] * 10):
        off = np.abs(np.linalg.norm(v - centre, axis=1) - radius)
        head = np.flatnonzero(off < within_mm)
        centre, radius = sphere(v[head])
    medial, lateral = _condyles(v, knee)
    rough = FemurSets(head, none, none, none, 0, none, knee, medial, lateral)
    centre, radius, axes = femur_frame(v, rough)
    local = (v - centre) @ axes.T / radius  # from here on in units of R
    neck, crease = _neck(local)
    beyond = np.setdiff1d(np.flatnonzero(local[:, 1] > -1.6), np.r_[neck, head])
    greater = beyond[
        (local[beyond, 0] > 1.0) & (np.linalg.norm(local[beyond], axis=1) > 1.2)
    ]
    zone = np.flatnonzero((local[:, 1] < -2.05) & (local[:, 1] > -2.9))
    apex = int(zone[(local[zone] @ [-0.75, -0.1, -0.65]).argmax()])
    lesser = np.flatnonzero(np.linalg.norm(local - local[apex], axis=1) < LESSER_RADIUS)
    return FemurSets(head, neck, crease, greater, apex, lesser, knee, medial, lateral)


def _condyles(v: Vertices, knee: Members) -> tuple[Members, Members]:
    """The most posterior twenty vertices of each condyle."""
    x = v[knee, 0]
    middle = (x.min() + x.max()) / 2
    out = []
    for side in (x < middle, x >= middle):
        own = knee[side]
        out.append(own[np.argsort(v[own, 2])[:20]])
    return out[0], out[1]


def _neck(local: Vertices) -> tuple[Members, Members]:
    """The neck's surface and its crease beside the greater trochanter, from R units."""
    axis = np.array([0.75, -0.55, -0.3])
    for _ in range(8):  # towards the middle of the narrowest section
        axis /= np.linalg.norm(axis)
        along = local @ axis
        out = np.linalg.norm(local - along[:, None] * axis, axis=1)
        sections = []
        for s in np.arange(0.55, 1.25, 0.05):
            near = (np.abs(along - s) < 0.06) & (out < 1.15)
            sections.append((out[near].mean(), local[near].mean(0)))
        axis = min(sections, key=lambda one: one[0])[1]
    axis /= np.linalg.norm(axis)
    along = local @ axis
    across = local - along[:, None] * axis
    out = np.linalg.norm(across, axis=1)
    superior = np.array([0.0, 1.0, 0.0]) - axis[1] * axis
    superior /= np.linalg.norm(superior)
    anterior = np.cross(axis, superior)
    angle = np.degrees(np.arctan2(across @ anterior, across @ superior))
    neck: list[Members] = []
    crease: list[Members] = []
    near = (along > 0.35) & (along < NECK_REACH) & (out < 1.6)
    for low in np.arange(-180, 180, SECTOR_DEG):
        own = np.flatnonzero(near & (np.abs((angle - low - 3 + 180) % 360 - 180) < 5))
        own = own[np.argsort(along[own])]
        inner = own[(along[own] > 0.5) & (along[own] < 1.2)]
        if not len(inner):
            continue
        narrow = inner[out[inner].argmin()]
        past = own[along[own] > along[narrow]]
        rises = past[out[past] > out[narrow] + NECK_RISE]
        end = along[rises].min() if len(rises) else NECK_REACH
        mine = own[(along[own] < end) & (out[own] < out[narrow] + NECK_OUT)]
        neck.append(mine)
        if abs((low + 3 + 180) % 360 - 180) <= 75 and len(mine):
            crease.append(mine[-2:])
    return np.unique(np.concatenate(neck)), np.unique(np.concatenate(crease))


@cache
def pelvis_sets() -> PelvisSets:
    """The pelvis' sets."""
    model = shape_model("pelvis")
    v, body = model.mean, model.body
    sockets, spines, pubis = [], [], []
    for sign in (1, -1):  # left, right
        own = np.flatnonzero((body > 0) & (np.sign(v[:, 0]) == sign))
        socket = _socket(v, own, model.triangles, sign)
        sockets.append(socket)
        centre, _ = sphere(v[socket])
        front = own[v[own, 1] > centre[1] + 40]
        spines.append(front[np.argsort(-v[front, 2])[:12]])
        low = own[np.abs(v[own, 0]) < 30]
        low = low[v[low, 1] < centre[1] + 5]
        pubis.append(low[np.argsort(-v[low, 2])[:12]])
    left, right = zip(sockets, spines, strict=True)
    return PelvisSets(left[0], right[0], left[1], right[1], np.concatenate(pubis))


def _socket(
    v: Vertices, own: Members, triangles: NDArray[np.intp], sign: int
) -> Members:
    """The hollow of one hemipelvis: vertices that face a common centre."""
    normals = vertex_normals(v, triangles)
    # the hollow looks laterally, forwards and down, at mid height of the bone
    look = np.array([0.8 * sign, -0.45, 0.4])
    middle = v[own].mean(0)
    guess = middle + np.array([22.0 * sign, -22.0, 6.0])
    socket = own
    for reach in (34, 31, 29, 27, 26, 25, 25, 25, 25, 25):
        away = v[own] - guess
        distance = np.linalg.norm(away, axis=1)
        facing = -(normals[own] * away).sum(1) / np.maximum(distance, 1)
        inside = (distance < reach + 2) & (facing > 0.75) & (away @ look < 2)
        socket = own[inside]
        guess, _ = sphere(v[socket])
    return socket


def vertex_normals(v: Vertices, triangles: NDArray[np.intp]) -> Vertices:
    """Outward unit normals ``(n, 3)``, each triangle weighing by its area."""
    a, b, c = v[triangles[:, 0]], v[triangles[:, 1]], v[triangles[:, 2]]
    face = np.cross(b - a, c - a)
    flat = triangles.ravel()
    out = np.stack(
        [np.bincount(flat, np.repeat(face[:, i], 3), len(v)) for i in range(3)], -1
    )
    return out / np.maximum(np.linalg.norm(out, axis=1), 1e-12)[:, None]
