"""How far the leg is turned, from the shape that the landmarks make.

Turned outwards, the lesser trochanter stands out, the greater one hides behind the
neck, and the neck is seen foreshortened: more bone lies behind each pixel and the
areal density comes out too high (in one virtual subject .934 g/cm² at 20° outwards,
.757 straight, .701 at 20° inwards). One linear combination of the aligned landmarks
tells the angle between neck and film; ``rotation.json`` holds its weights, which
``scripts/make_rotation.py`` derives from digital hips of known pose.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import numpy as np

from ..core.anatomy import INDEX, LANDMARK_IDS, Points
from ..core.radiograph import Flag

TURNED_OUT_DEG = 22.0
TURNED_IN_DEG = -20.0


def rotation(
    landmarks_xy: Points,
    mirrored: bool,
    spacing_mm: tuple[float, float] | None = None,
) -> tuple[Flag, ...]:
    """Flag a leg that is turned far out of the usual position.

    Parameters
    ----------
    landmarks_xy
        ``(16, 2)`` film pixels.
    mirrored
        Whether it is a right hip.
    """
    xy = landmarks_xy * (-1 if mirrored else 1, 1)
    if spacing_mm is not None:
        xy = xy * np.array(spacing_mm[::-1])
    angle = neck_angle_deg(xy)
    if TURNED_IN_DEG <= angle <= TURNED_OUT_DEG or not np.isfinite(angle):
        return ()
    way, effect = ("outwards", "high") if angle > 0 else ("inwards", "low")
    share = 100 * prominence(xy)
    return (
        Flag(
            "rotation",
            f"The leg is turned {way}: the neck lies about {abs(angle):.0f}° out of the"
            f" film's plane, and the lesser trochanter stands out by {share:.0f} % of"
            f" the shaft's width. The aBMD comes out too {effect}, most of all that of"
            " the neck.",
        ),
    )


def neck_angle_deg(xy: Points) -> float:
    """The femoral neck's angle to the film, positive when turned outwards, degrees.

    Parameters
    ----------
    xy
        ``(16, 2)`` on a canonical left hip, square pixels of any size.
    """
    mean, weights, offset = _fitted()
    return float((align(xy, mean) * weights).sum() + offset)


def prominence(xy: Points) -> float:
    """How far I4 stands out from the line N5–I3, in widths of the shaft (I2–I3).

    ``(16, 2)`` on a canonical left hip; negative when it lies inside the line.
    """
    n5, i2, i3, i4 = (xy[INDEX[name]] for name in ("N5", "I2", "I3", "I4"))
    along, out = i3 - n5, i4 - n5
    across = along[0] * out[1] - along[1] * out[0]
    width = max(float(np.hypot(*(i2 - i3))), 1e-9)
    return float(across / max(float(np.hypot(*along)), 1e-9) / width)


def align(xy: Points, mean: Points) -> Points:
    """A shape moved, scaled and turned onto the mean (Procrustes), ``(16, 2)``."""
    centred = xy - xy.mean(0)
    centred = centred / max(float(np.linalg.norm(centred)), 1e-12)
    u, _s, v = np.linalg.svd(centred.T @ mean)
    aligned: Points = centred @ (u @ v)
    return aligned


@cache
def _fitted() -> tuple[Points, Points, float]:
    text = files(__package__).joinpath("rotation.json").read_text(encoding="utf-8")
    data = json.loads(text)
    mean, weights = (
        np.array([data[key][name] for name in LANDMARK_IDS])
        for key in ("mean", "weights")
    )
    return mean, weights, float(data["offset_deg"])
