"""Bones of real people: the shape model LLP26 as closed triangle meshes.

Pelvis and left femur of 26 people as a mean and 25 modes. A mesh is a fixed weighted
sum of the model's nodes (Lagrange elements), so that mean and modes are made dense
once and a new person is one matrix product. Coordinates here are the *world's*: x to
the patient's left, y superior, z anterior, in mm.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Vertices = NDArray[np.float64]
Triangles = NDArray[np.intp]
Weights = NDArray[np.float64]

SAMPLES = {"femur": 14, "pelvis": 8}  # along each side of an element
SAME_MM = 0.05
QUADS = {"quad55": (5, 5), "quad54": (5, 4), "quad44": (4, 4)}
SIMPLICES = {"tri15": 4, "tri10": 3}


@dataclass(frozen=True, eq=False)
class BoneShapes:
    """One bone (or three pelvic bones) of all people.

    Attributes
    ----------
    mean
        ``(n, 3)`` mm about the bone's middle.
    modes
        ``(25, n, 3)`` mm for one standard deviation.
    triangles
        ``(m, 3)`` vertex numbers, seen anticlockwise from outside.
    body
        ``(n,)`` which closed body a vertex belongs to, the largest first.
    """

    mean: Vertices
    modes: NDArray[np.float32]
    triangles: Triangles
    body: NDArray[np.intp]

    def shape(self, scores: NDArray[np.float64]) -> Vertices:
        """Vertices ``(n, 3)`` of the person with these 25 scores (in SD)."""
        flat = self.modes.reshape(len(self.modes), -1)
        moved = np.asarray(scores, np.float32) @ flat
        return self.mean + moved.reshape(self.mean.shape)


@cache
def _stored() -> tuple[dict[str, NDArray[Any]], dict[str, list[str]]]:
    folder = files("napari_hipbmd.phantom").joinpath("llp26")
    with as_file(folder.joinpath("bones.safetensors")) as path:
        tensors = load_file(path)
    facts = json.loads(folder.joinpath("bones.json").read_text())
    return tensors, facts["element_kinds"]


def people() -> NDArray[np.float64]:
    """Scores ``(26, 25)`` of the people that the model was made of."""
    return _stored()[0]["scores"].astype(np.float64)


@cache
def shape_model(bone: str) -> BoneShapes:
    """The model of ``femur`` (left) or ``pelvis``, dense."""
    tensors, kinds = _stored()
    elements = tensors[f"{bone}.elements"]
    weights, corners = _dense(elements, kinds[bone], SAMPLES[bone])
    nodes = np.concatenate([tensors[f"{bone}.mean"][None], tensors[f"{bone}.modes"]])
    nodes = nodes.astype(np.float64)
    points = np.stack([weights @ node for node in nodes])
    # model: x left, y posterior, z superior
    points = np.stack([points[..., 0], points[..., 2], -points[..., 1]], -1)
    kept, triangles = _merged(points, corners)
    mean = points[0, kept]
    body = _bodies(triangles, len(mean))
    return BoneShapes(mean, points[1:, kept].astype(np.float32), triangles, body)


def _lagrange(order: int, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values ``(len(at), order + 1)`` of the Lagrange polynomials on equal steps."""
    knots = np.linspace(0, 1, order + 1)
    out = np.ones((len(at), order + 1))
    for i, knot in enumerate(knots):
        for other in np.delete(knots, i):
            out[:, i] *= (at - other) / (knot - other)
    return out


def _on_simplex(order: int, u: NDArray[np.float64], v: NDArray[np.float64]) -> Weights:
    """Lagrange polynomials of a triangle, nodes row by row from v = 0."""

    def rising(k: int, t: NDArray[np.float64]) -> NDArray[np.float64]:
        out = np.ones_like(t)
        for i in range(k):
            out = out * (order * t - i) / (i + 1)
        return out

    rows = [
        rising(i, u) * rising(j, v) * rising(order - i - j, 1 - u - v)
        for j in range(order + 1)
        for i in range(order + 1 - j)
    ]
    return np.stack(rows, -1)


@cache
def _element(kind: str, n: int) -> tuple[NDArray[np.float64], Triangles]:
    """Weights ``(samples, nodes)`` of one element, and its triangles."""
    steps = np.linspace(0, 1, n)
    if kind in QUADS:
        a, b = QUADS[kind]
        across, along = _lagrange(b - 1, steps), _lagrange(a - 1, steps)
        weights = np.einsum("vj,ui->vuji", across, along).reshape(n * n, a * b)
        index = np.arange(n * n).reshape(n, n)
        p, q, r, s = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
        faces = np.stack([np.stack([p, q, r], -1), np.stack([p, r, s], -1)], 2)
        return weights, faces.reshape(-1, 3)
    j, i = np.nonzero(np.tri(n)[::-1])
    weights = _on_simplex(SIMPLICES[kind], steps[i], steps[j])
    number = np.full((n, n), -1)
    number[j, i] = np.arange(len(i))
    low = np.stack([number[:-1, :-1], number[:-1, 1:], number[1:, :-1]], -1)
    high = np.stack([number[:-1, 1:], number[1:, 1:], number[1:, :-1]], -1)
    faces = np.concatenate([low.reshape(-1, 3), high.reshape(-1, 3)])
    return weights, faces[(faces >= 0).all(1)]


def _dense(
    elements: NDArray[np.int16], kinds: list[str], n: int
) -> tuple[sparse.csr_array, Triangles]:
    """All elements' samples as weights of nodes, and their triangles, unmerged."""
    rows, columns, values, faces = [], [], [], []
    start = 0
    for nodes, kind in zip(elements.astype(np.intp), kinds, strict=True):
        weights, triangles = _element(kind, n)
        own = nodes[nodes >= 0]
        rows.append(np.repeat(np.arange(len(weights)) + start, len(own)))
        columns.append(np.tile(own, len(weights)))
        values.append(weights.ravel())
        faces.append(triangles + start)
        start += len(weights)
    shape = (start, int(elements.max()) + 1)
    at = (np.concatenate(rows), np.concatenate(columns))
    weights = sparse.csr_array((np.concatenate(values), at), shape=shape)
    return weights, np.concatenate(faces)


def _merged(points: Vertices, faces: Triangles) -> tuple[NDArray[np.intp], Triangles]:
    """Vertices that coincide in the mean and in four modes become one.

    Returns the kept vertices' numbers and the triangles between them.
    """
    count = points.shape[1]
    places = np.moveaxis(points[:5], 0, 1).reshape(count, -1)
    pairs = cKDTree(places).query_pairs(SAME_MM, output_type="ndarray")
    links = sparse.coo_array((np.ones(len(pairs)), pairs.T), shape=(count, count))
    _, group = connected_components(links, directed=False)
    _, kept = np.unique(group, return_index=True)
    triangles = group[faces]
    a, b, c = triangles.T
    return kept, triangles[(a != b) & (b != c) & (c != a)]


def _bodies(triangles: Triangles, count: int) -> NDArray[np.intp]:
    a, b, c = triangles.T
    pairs = np.concatenate([[a, b], [b, c]], 1)
    links = sparse.coo_array((np.ones(pairs.shape[1]), pairs), shape=(count, count))
    _, group = connected_components(links, directed=False)
    order = np.argsort(-np.bincount(group))
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order))
    return rank[group]
