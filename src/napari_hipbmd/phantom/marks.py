"""The sixteen landmarks of a digital hip, from its own silhouettes.

Everything here is in detector mm, ``(u, v)`` with v running *upwards* (as the world's
y), on the canonical left hip. The definitions are those of ``docs/landmarks.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from skimage.measure import find_contours

from ..core.anatomy import INDEX, LANDMARK_IDS
from .implicit import Field

Line = NDArray[np.float64]
LEAVES_HEAD = 0.03  # of R, and staying so for
STAYS = 0.15  # of R along the contour
PROMINENCE_MM = 1.0
FOSSA_MM = 4.0  # nearer than this, the neck meets the trochanter


class NoLandmarks(ValueError):
    """The silhouette does not show what a definition needs."""


@dataclass(frozen=True)
class Shadow:
    """A silhouette: sampled signed distance, ``[row, column]`` from ``v0``, ``u0``."""

    field: Field
    u0: float
    v0: float
    step_mm: float

    def __call__(self, uv: Line) -> NDArray[np.float64]:
        """Signed distance at ``(..., 2)`` points."""
        rows = (self.v0 - uv[..., 1]) / self.step_mm
        columns = (uv[..., 0] - self.u0) / self.step_mm
        out: NDArray[np.float64] = map_coordinates(
            self.field, np.stack([rows, columns]), order=1, mode="nearest"
        )
        return out.astype(np.float64)

    def contour(self, shaft: Line) -> Line:
        """The longest zero line, ``(n, 2)``, lateral shaft → head → medial shaft.

        ``shaft`` is the rough proximal → distal direction.
        """
        lines = find_contours(self.field, 0.0)
        if not lines:
            raise NoLandmarks("there is no bone in the field")
        line = max(lines, key=len)
        uv = np.stack(
            [self.u0 + line[:, 1] * self.step_mm, self.v0 - line[:, 0] * self.step_mm],
            -1,
        )
        if np.allclose(uv[0], uv[-1]):  # closed: open it at the most distal point
            uv = np.roll(uv[:-1], -int((uv[:-1] @ shaft).argmax()), axis=0)
        lateral = uv @ np.array([-shaft[1], shaft[0]])
        quarter = len(uv) // 4
        return uv if lateral[:quarter].mean() > lateral[-quarter:].mean() else uv[::-1]

    def crossing(
        self, start: Line, direction: Line, reach_mm: float, last: bool = False
    ) -> Line:
        """Where the ray from ``start`` (inside) leaves the silhouette."""
        t = np.arange(0, reach_mm, 0.25)
        values = self(start + t[:, None] * direction)
        out = np.flatnonzero((values[:-1] < 0) & (values[1:] >= 0))
        if not len(out):
            raise NoLandmarks("a contour lies outside the field")
        i = out[-1] if last else out[0]
        part = values[i] / (values[i] - values[i + 1])
        return start + (t[i] + 0.25 * part) * direction


@dataclass(frozen=True)
class Silhouettes:
    """Shadows of the femur and of the parts that landmarks follow."""

    whole: Shadow
    head: Shadow
    core: Shadow
    fossa: Shadow  # distance to the greater trochanter in space, on core's surface
    greater: Shadow
    lesser: Shadow


@dataclass(frozen=True)
class Marks:
    """``uv`` is ``(16, 2)`` in detector mm (v upwards); ``occluded`` names points."""

    uv: Line
    occluded: tuple[str, ...]


def _unit(v: Line) -> Line:
    return v / np.linalg.norm(v)


def _narrowest(
    core: Shadow, centre: Line, direction: Line, radius: float
) -> tuple[Line, Line, Line]:
    """Superior and inferior end of the neck's shortest width, and the axis."""
    for _ in range(4):
        normal = np.array([-direction[1], direction[0]])
        ends: list[tuple[float, Line, Line]] = []
        for s in np.arange(0.6, 1.9, 0.03) * radius:
            at = centre + s * direction
            if core(at[None])[0] >= 0:
                break
            up = core.crossing(at, normal, 3 * radius)
            down = core.crossing(at, -normal, 3 * radius)
            width = float(np.linalg.norm(up - down))
            ends.append((width, up, down))
        if not ends:
            raise NoLandmarks("the neck lies outside the field")
        _width, upper, lower = min(ends, key=lambda end: end[0])
        direction = _unit((upper + lower) / 2 - centre)
    return upper, lower, direction


def _leaves_head(path: Line, centre: Line, radius: float) -> Line:
    """First point of ``path`` that leaves the head circle and stays away."""
    away = np.linalg.norm(path - centre, axis=1) - radius > LEAVES_HEAD * radius
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
    for i in np.flatnonzero(away):
        stays = (length >= length[i]) & (length <= length[i] + STAYS * radius)
        if away[stays].all():
            return path[i]
    raise NoLandmarks("the contour never leaves the head")


def _nearest(path: Line, point: Line) -> int:
    return int(((path - point) ** 2).sum(1).argmin())


def _head_circle(head: Shadow) -> tuple[Line, float]:
    """Least-squares circle through the head's contour (Kåsa)."""
    line = head.contour(np.array([0.0, -1.0]))
    a = np.c_[2 * line, np.ones(len(line))]
    solution = np.linalg.lstsq(a, (line**2).sum(1), rcond=None)[0]
    centre = solution[:2]
    return centre, float(np.sqrt(solution[2] + centre @ centre))


def find(shapes: Silhouettes, neck_hint: Line, shaft_hint: Line) -> Marks:
    """Apply the definitions.

    Parameters
    ----------
    neck_hint, shaft_hint
        Rough directions: head → trochanter, and proximal → distal.

    Raises
    ------
    NoLandmarks
        If a contour that a definition needs lies outside the field.
    """
    core, whole = shapes.core, shapes.whole
    centre, radius = _head_circle(shapes.head)
    n2, n5, axis = _narrowest(core, centre, _unit(neck_hint), radius)

    shaft = _unit(shaft_hint)
    core_line = core.contour(shaft)
    top = _nearest(core_line, n2)
    bottom = _nearest(core_line, n5)
    # going along the line: lateral shaft … N3 … N2 … N1 … head … N6 … N5 … medial
    towards_neck = (core_line - centre) @ axis > -0.2 * radius
    head_top = top + int(((core_line[top:bottom] - centre) @ axis).argmin())
    upper = core_line[top : head_top + 1][::-1]
    lower = core_line[head_top : bottom + 1]
    n1 = _leaves_head(upper[towards_neck[top : head_top + 1][::-1]], centre, radius)
    n6 = _leaves_head(lower[towards_neck[head_top : bottom + 1]], centre, radius)
    distal = core_line[: top + 1][::-1]
    arc = np.r_[0, np.cumsum(np.linalg.norm(np.diff(distal, axis=0), axis=1))]
    meets = (shapes.fossa(distal) < FOSSA_MM) & (arc > 0.15 * radius)
    if not meets.any():
        raise NoLandmarks("the trochanter does not meet the neck")
    n3 = distal[int(np.flatnonzero(meets)[0])]

    line = whole.contour(shaft)
    start = _nearest(line, n5)
    medial = line[start:]
    near_lesser = shapes.lesser(medial) < 2.0
    lesser_v = (
        medial[near_lesser].mean(0)
        if near_lesser.any()
        else medial[_nearest(medial, n5 + 1.4 * radius * shaft)]
    )
    for _ in range(3):
        across = np.array([-shaft[1], shaft[0]])
        if across[0] < 0:
            across = -across
        base = lesser_v + 0.35 * radius * across
        middles = []
        for d in np.linspace(0.5, 1.4, 7) * radius:
            inside = base + d * shaft
            a = whole.crossing(inside, across, 3 * radius)
            b = whole.crossing(inside, -across, 3 * radius)
            middles.append((a + b) / 2)
        points = np.array(middles)
        shaft = _unit(points[-1] - points[0])
        if shaft[1] > 0:
            shaft = -shaft
    across = np.array([-shaft[1], shaft[0]])
    if across[0] < 0:
        across = -across
    on_shaft = points.mean(0)

    occluded: list[str] = []
    medially = -((medial - on_shaft) @ across)
    i4 = medial[_nearest(medial, n5 + 1.4 * radius * shaft)]
    if near_lesser.any():
        index = np.flatnonzero(near_lesser)
        apex = medial[index[medially[index].argmax()]]
        inside = apex + 1.0 * radius * across
        prominence = float(
            np.linalg.norm(apex - core.crossing(inside, -across, 3 * radius))
        )
        if core((apex + 0.1 * across)[None])[0] < 0:
            prominence = 0.0
        if prominence >= PROMINENCE_MM:
            i4 = apex
        else:
            occluded.append("I4")
    else:
        occluded.append("I4")

    between = medial[: _nearest(medial, i4) + 1]
    chord = _unit(i4 - n5)
    offset = (between - n5) @ np.array([-chord[1], chord[0]])
    n4 = between[int(np.abs(offset).argmax())]

    lateral = line[: _nearest(line, n2) + 1]
    t4 = whole.crossing(n4 + 0.8 * across, across, 6 * radius, last=True)
    of_greater = shapes.greater(lateral) < 3.0
    beyond = (lateral - n3) @ across > 0
    candidates = lateral[of_greater & beyond]
    if not len(candidates):
        raise NoLandmarks("the greater trochanter lies outside the field")
    t2 = candidates[int((candidates @ shaft).argmin())]
    level = (t2 @ shaft + t4 @ shaft) / 2
    on_level = t4 + ((level - t4 @ shaft) * shaft) - 0.5 * radius * across
    t3 = whole.crossing(on_level, across, 4 * radius, last=True)

    cut = i4 + radius * shaft
    middle = on_shaft + ((cut - on_shaft) @ shaft) * shaft
    i2 = whole.crossing(middle, across, 3 * radius)
    i3 = whole.crossing(middle, -across, 3 * radius)

    placed = {
        "N1": n1, "N2": n2, "N3": n3, "N4": n4, "N5": n5, "N6": n6,
        "T1": n3, "T2": t2, "T3": t3, "T4": t4, "T5": (n3 + n4) / 2,
        "I1": t4, "I2": i2, "I3": i3, "I4": i4, "I5": n4,
    }  # fmt: skip
    uv = np.empty((len(LANDMARK_IDS), 2))
    for name, point in placed.items():
        uv[INDEX[name]] = point
    return Marks(uv, tuple(occluded))
