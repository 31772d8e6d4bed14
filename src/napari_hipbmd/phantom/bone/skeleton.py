"""A patient's bones in the world: pelvis, both femora, each in its pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.radiograph import Side
from ..geometry import rotation
from .femur import Femur, FemurDraw, build_femur
from .pelvis import PelvisDraw, build_pelvis
from .shape_model import Triangles, Vertices

SIDES: tuple[Side, Side] = ("L", "R")


@dataclass(frozen=True)
class LegPose:
    """Degrees: the leg turned inwards, lifted sideways, bent forwards."""

    internal_rotation: float
    abduction: float
    flexion: float


@dataclass(frozen=True)
class PelvisPose:
    """Degrees: tilted (back when negative), turned to the left, leaning."""

    tilt: float
    turn: float
    lean: float


@dataclass(frozen=True, eq=False)
class PosedFemur:
    """One femur in the world.

    Attributes
    ----------
    bone
        The bone it was made of, a *left* one also on the right.
    vertices, triangles
        World mm, and outward faces (turned where mirrored).
    centre
        The head's centre, world mm.
    to_world
        ``(3, 3)``: world = centre + to_world · local, mirror included.
    """

    side: Side
    bone: Femur
    vertices: Vertices
    triangles: Triangles
    centre: Vertices
    to_world: NDArray[np.float64]

    @property
    def neck_turn_deg(self) -> float:
        """How far the neck points out of the film's plane, seen from above.

        Positive when the leg is turned outwards and the neck runs backwards.
        """
        away = self.vertices[self.bone.sets.neck].mean(0) - self.centre
        lateral = away[0] if self.side == "L" else -away[0]
        return float(np.degrees(np.arctan2(-away[2], lateral)))

    @property
    def abduction_deg(self) -> float:
        """How far the leg is lifted sideways."""
        up = self.to_world[:, 1]
        outward = -up[0] if self.side == "L" else up[0]
        return float(np.degrees(np.arctan2(outward, up[1])))


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Everything of bone that the meshes show."""

    femora: tuple[PosedFemur, PosedFemur]
    pelvis: Vertices
    pelvis_triangles: Triangles


def build_skeleton(
    femora: tuple[FemurDraw, FemurDraw], pelvis: PelvisDraw, radius_mm: float,
    legs: tuple[LegPose, LegPose], pose: PelvisPose,
) -> Skeleton:  # fmt: skip
    """Bones of one patient, left and right in that order."""
    bones = build_pelvis(pelvis, radius_mm)
    turn = rotation(2, pose.lean) @ rotation(1, pose.turn) @ rotation(0, -pose.tilt)
    sockets = bones.sockets @ turn.T
    left, right = (
        pose_femur(side, build_femur(draw, radius_mm), leg, socket)
        for side, draw, leg, socket in zip(SIDES, femora, legs, sockets, strict=True)
    )
    return Skeleton((left, right), bones.vertices @ turn.T, bones.triangles)


def pose_femur(side: Side, bone: Femur, leg: LegPose, socket: Vertices) -> PosedFemur:
    """A femur in the world, its head in a socket's centre; mirrored on the right."""
    turn = (
        rotation(2, leg.abduction)
        @ rotation(0, -leg.flexion)
        @ rotation(1, -leg.internal_rotation)
    )
    triangles = bone.triangles
    if side == "R":
        turn = np.diag([-1.0, 1, 1]) @ turn
        triangles = triangles[:, ::-1]
    return PosedFemur(
        side, bone, bone.vertices @ turn.T + socket, triangles, socket, turn
    )
