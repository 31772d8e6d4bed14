"""The half pelvis around the hip joint, in the world frame.

mm: origin at the femoral head's centre, x lateral, y superior, z anterior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .implicit import Field, Points3, capsule, chain, plate, smooth_min, smooth_union


@dataclass(frozen=True)
class PelvisShape:
    """Anatomy of one half pelvis; lengths in mm, angles in degrees."""

    head_radius_mm: float = 22.0
    joint_gap_mm: float = 4.0
    wall_mm: float = 4.5
    centre_edge_deg: float = 33.0
    anteversion_deg: float = 17.0
    scale: float = 1.0
    roof_osteophyte_mm: float = 0.0


def _acetabulum(shape: PelvisShape, p: Points3) -> tuple[Field, Field]:
    inner = np.float32(shape.head_radius_mm + shape.joint_gap_mm)
    r = np.sqrt(p.x**2 + p.y**2 + p.z**2)
    towards_medial = np.clip(-p.x / np.maximum(r, 1), 0, 1)
    wall = np.float32(shape.wall_mm) + 10 * towards_medial**2
    shell = np.maximum(inner - r, r - inner - wall)
    edge, ante = np.radians([shape.centre_edge_deg, shape.anteversion_deg])
    normal = np.array([0.72, -0.70, 0.0])
    normal = normal * np.cos(ante) + np.array([0, 0, np.sin(ante)])
    normal /= np.linalg.norm(normal)
    level = inner * float(normal @ [np.sin(edge), np.cos(edge), 0])
    across = (
        p.x * np.float32(normal[0])
        + p.y * np.float32(normal[1])
        + p.z * np.float32(normal[2])
        - np.float32(level)
    )
    notch = 9 - np.hypot(p.x + 12, p.z - 3) * 1.0
    notch = np.minimum(notch, -p.y - 8)
    return np.maximum(np.maximum(shell, across), notch), r - inner


def distance(shape: PelvisShape, p: Points3) -> Field:
    """Signed distance of the half pelvis, ``p``'s shape, in mm."""
    s = shape.scale
    ri = shape.head_radius_mm + shape.joint_gap_mm
    q = Points3(p.x / np.float32(s), p.y / np.float32(s), p.z / np.float32(s))
    cup, clear = _acetabulum(shape, p)
    ilium = smooth_union(
        (
            capsule(q, (-6, ri + 10, -2), (-18, ri + 34, -12), 14, 13),
            capsule(q, (3, ri + 12, 6), (9, ri + 40, 9), 9.5, 7.5),
            capsule(q, (9, ri + 40, 9), (44, ri + 96, 15), 7.5, 7),
            capsule(q, (2, ri + 9, 11), (6, ri + 18, 18), 7, 6),
            capsule(q, (-18, ri + 34, -12), (-46, ri + 72, -32), 13, 15),
            plate(
                q,
                (4.0, ri + 58, -4.0),
                np.array([[0.45, 0.88, 0.15], [-0.83, 0.47, -0.3], [-0.33, 0.0, 0.94]]),
                (60, 48),
                3.0,
            ),
        ),
        8,
    )
    brim = chain(
        q,
        [(-45, ri + 44, -28), (-ri - 7, ri - 2, -6), (-ri - 9, 0, 17)],
        [5.5, 4.2, 6.5],
        5,
    )
    quadrilateral = plate(
        q,
        (-ri - 8.0, -6.0, -8.0),
        np.array([[-0.1, 1.0, -0.1], [0.2, 0.1, 0.97], [0.97, 0.1, -0.2]]),
        (46, 27),
        2.8,
    )
    ischium = smooth_min(
        chain(
            q,
            [(-17, -14, -19), (-25, -42, -31), (-27, -63, -29)],
            [14.5, 11.5, 14],
            6,
        ),
        capsule(q, (-26, -14, -24), (-38, -19, -33), 8, 3),
        5,
    )
    rami = smooth_union(
        (
            chain(q, [(-30, -72, -24), (-55, -70, -2), (-80, -48, 18)], [9, 6.5, 8], 5),
            chain(q, [(-16, -9, 18), (-45, -7, 31), (-78, -21, 34)], [10.5, 7, 10], 5),
            capsule(q, (-79, -22, 33), (-80, -44, 24), 10.5, 9),
        ),
        7,
    )
    ring = smooth_min(smooth_min(ischium, rami, 8), brim, 7)
    ring = smooth_min(ring, quadrilateral, 7)
    bone = smooth_min(smooth_min(cup, ilium * np.float32(s), 9), ring, 10)
    if shape.roof_osteophyte_mm > 0:
        edge = np.radians(shape.centre_edge_deg)
        at = ((ri + 2) * np.sin(edge), (ri + 2) * np.cos(edge), 2.0)
        tip = (at[0] + 4, at[1] - 3, 2.0)
        size = shape.roof_osteophyte_mm
        bone = smooth_min(bone, capsule(p, at, tip, size, 0.6 * size), 3)
    return np.maximum(bone, -clear)


def cortex_mm(shape: PelvisShape, p: Points3, factor: float) -> Field:
    """Cortex thickness: thickest in the subchondral plate of the roof."""
    ri = shape.head_radius_mm + shape.joint_gap_mm
    roof = np.exp(
        -0.5 * (((p.x - 4) / 14) ** 2 + ((p.y - ri - 1) / 5) ** 2 + (p.z / 16) ** 2)
    )
    return (np.float32(1.0) + 2.2 * roof) * np.float32(factor)
