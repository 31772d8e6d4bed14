"""Display processing of films: what a room's machine is set to, and wild settings.

``train`` draws from five rooms or from everything that a machine could do.
``shifted`` knows other rooms only; they are for tests, and nothing is tuned on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..families import Family

Bands = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Curve:
    """Display processing of one film; see :mod:`display`.

    Attributes
    ----------
    low_percentile, high_percentile
        Of the body's values, for the window that follows the film.
    width
        Nominal window in log attenuation.
    adapts
        0: the nominal width, 1: the film's own percentile width.
    slope
        Steepness of a sigmoid or film curve, exponent of a gamma curve.
    compression, compression_mm
        Share of the values at that scale and above which is taken away.
    sharpen, sharpen_mm
        Unsharp mask.
    bands
        Scale in mm and gain of local contrast: each adds ``gain`` times what lies
        between that scale and the double of it.
    floor
        Log attenuation below which the detector is full, as a share of the body's
        median; it keeps halos at the skin small.
    bend
        Wild curves: values of the display at thirds of the window, 0 … 1 and rising.
    top
        What the densest tissue reaches; the rest of the scale is left to markers.
    """

    kind: Literal["sigmoid", "film", "linear", "gamma", "wild"]
    low_percentile: float
    high_percentile: float
    width: float
    adapts: float
    slope: float
    compression: float
    compression_mm: float
    sharpen: float
    sharpen_mm: float
    bands: Bands = ()
    floor: float = 0.0
    bend: tuple[float, float] = (0.33, 0.67)
    top: float = 1.0


ROOMS = (  # processing set once for a room, as a vendor's hip protocol is
    Curve("sigmoid", 2, 99.3, 2.4, 0.3, 2.6, 0.0, 25, 0.0, 1),
    Curve("sigmoid", 3, 99.7, 2.6, 0.3, 3.2, 0.15, 30, 0.4, 1.5),
    Curve("sigmoid", 1, 99.0, 2.1, 0.5, 2.0, 0.30, 22, 0.7, 3.0, floor=0.35),
    Curve("linear", 1, 99.8, 2.7, 0.2, 1.0, 0.0, 25, 0.0, 1),
    Curve(
        "gamma", 1, 99.8, 2.8, 0.4, 1.8, 0.45, 35, 0.3, 1.0,
        bands=((1.0, 0.5), (2.0, 0.6), (4.0, 0.5), (8.0, 0.3)), floor=0.4, top=0.7,
    ),
    Curve(
        "sigmoid", 1, 99.8, 2.6, 0.4, 2.2, 0.60, 28, 0.0, 1.0,
        bands=((0.5, 0.5), (1.0, 0.8), (2.0, 0.8), (4.0, 0.4)), floor=0.45,
    ),
)  # fmt: skip
SHIFTED_ROOMS = (
    Curve("film", 2, 99.0, 2.5, 0.3, 2.9, 0.20, 26, 0.5, 1.5),
    Curve("film", 1, 99.5, 2.8, 0.3, 2.5, 0.25, 28, 0.7, 2.2, floor=0.3),
    Curve(
        "film", 1, 99.7, 2.7, 0.5, 2.2, 0.50, 24, 0.3, 0.7,
        bands=((1.4, 0.9), (5.6, 0.7), (11.0, 0.4)), floor=0.5,
    ),
)  # fmt: skip
SHIFTED_SHARES = (0.5, 0.2, 0.3)


def draw_curve(rng: np.random.Generator, family: Family) -> Curve:
    """One film's processing."""
    u = rng.uniform
    if family == "shifted":
        return SHIFTED_ROOMS[rng.choice(len(SHIFTED_ROOMS), p=SHIFTED_SHARES)]
    if rng.random() < 0.4:
        return ROOMS[rng.integers(len(ROOMS))]
    kind = rng.choice(
        ["sigmoid", "sigmoid", "linear", "gamma", "gamma", "gamma", "wild"]
    )
    sharpen = 0.0 if rng.random() < 0.4 else u(0.2, 1.6)
    bands: Bands = ()
    if rng.random() < 0.45:  # the more local contrast, the less sharpening on top
        count, top = rng.integers(3, 6), u(0.2, 1.2)
        bands = tuple((0.5 * 2.0**k, top * u(0.2, 1)) for k in range(count))
        sharpen *= max(0.0, 1 - top)
    compression = 0.0 if rng.random() < 0.2 else u(0.1, 0.8)
    low = u(0.08, 0.5)
    return Curve(
        kind=kind,
        low_percentile=u(0.3, 5),
        high_percentile=100 - float(np.exp(u(np.log(0.05), np.log(2.5)))),
        width=u(2.0, 4.4),
        adapts=u(0.0, 0.9),
        slope=float(np.exp(u(-0.4, 1.1))) if kind == "gamma" else u(1.6, 4.2),
        compression=compression,
        compression_mm=u(14, 50),
        sharpen=sharpen,
        sharpen_mm=float(np.exp(u(np.log(0.5), np.log(5)))),
        bands=bands,
        floor=0.0 if rng.random() < 0.25 else u(0.2, 0.6),
        bend=(low, float(np.clip(low + u(0.15, 0.6), 0, 0.95))),
        top=1.0 if rng.random() < 0.6 else u(0.55, 1.0),
    )
