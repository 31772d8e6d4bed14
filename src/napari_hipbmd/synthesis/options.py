"""How pairs are drawn: the ranges a person sets, and what pair ``index`` gets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..core.errors import Refused
from ..core.options import check, option
from ..core.parts import Part
from .pairs import Operator
from .sources import Placement
from .split import checked_shares, part_of

DEFAULT_SPLIT = (0.8, 0.1, 0.1)
FLIPPED_SHARE = 0.5


@dataclass(frozen=True)
class PairOptions:
    """Ranges that every pair is drawn from.

    Attributes
    ----------
    rotation_deg
        The hip is turned by up to this, to either side.
    flip
        Whether half of the hips are mirrored.
    scale
        Least and greatest magnification of the hip.
    exposure
        Film and STO get up to this much more or less grey, in shares of the range.
    split
        Shares of training, validation and test; patients are divided before.
    """

    operator: Operator = option(
        "additive",
        "bone is added to soft tissue, or the whole hip replaces it within its mask",
        words={
            "additive": "additive: film = STO + bone",
            "replace": "replace: paste the donor, as in the paper",
        },
    )
    rotation_deg: float = option(
        15.0,
        "turn the hip by up to R to either side",
        low=0, high=180, unit="degrees", metavar="R", label="rotation up to",
    )  # fmt: skip
    flip: bool = option(
        True,
        "mirror no hip",
        flag="--no-flip",
        label="mirror half of them",
        tip="Half of the hips are mirrored",
    )
    scale: tuple[float, float] = option(
        (0.9, 1.1),
        "magnification of the hip (0.9 1.1)",
        low=0.25, high=4, unit="times", metavar=("LOW", "HIGH"), step=0.05,
    )  # fmt: skip
    exposure: float = option(
        0.1,
        "up to E more or less grey in film and STO (0.1)",
        low=0, high=0.4, unit="of the grey range", metavar="E", step=0.02,
        label="exposure ±",
    )  # fmt: skip
    seed: int = option(0, "other pairs for another number", low=0, metavar="S")
    split: tuple[float, float, float] = option(
        DEFAULT_SPLIT,
        "shares, by patient, before anything is augmented (0.8 0.1 0.1)",
        low=0, high=1e6, unit="shares", metavar=("TRAIN", "VALIDATION", "TEST"),
        step=0.1, label="split by patient",
        tip="Shares of training, validation and test. Patients are divided first, then"
        " pairs are made: no patient is in two of them",
    )  # fmt: skip

    def __post_init__(self) -> None:
        check(self)
        if self.scale[0] > self.scale[1]:
            raise Refused("Scale: two numbers, the smaller one first.")
        object.__setattr__(self, "split", checked_shares(self.split))

    def to_json(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


@dataclass(frozen=True)
class PairDraw:
    """What one pair is made of: numbers of its hip and its tile, and how."""

    part: Part
    hip: int
    tile: int
    placement: Placement
    exposure: float

    def text(self) -> str:
        """For people who look into a file."""
        p = self.placement
        return (
            f"{self.part} hip {self.hip} tile {self.tile} turned {p.rotation_deg:.3f}"
            f" deg flipped {p.flip} scaled {p.scale:.4f} exposure {self.exposure:+.4f}"
        )


def draw_pair(
    options: PairOptions, hips: Sequence[Part], tiles: Sequence[Part], index: int
) -> PairDraw:
    """Pair ``index``: depends on the seed, the index and the parts alone.

    Parameters
    ----------
    hips, tiles
        The part that each hip and each tile was divided into.
    """
    rng = np.random.default_rng([options.seed, 2, index])
    part = part_of(index, options.split)
    donors = [i for i, p in enumerate(hips) if p == part]
    tissue = [i for i, p in enumerate(tiles) if p == part]
    hip = donors[int(rng.random() * len(donors))]
    tile = tissue[int(rng.random() * len(tissue))]
    turn, mirror, size, dose = rng.random(4)
    low, high = options.scale
    return PairDraw(
        part,
        hip,
        tile,
        Placement(
            options.rotation_deg * float(2 * turn - 1),
            options.flip and bool(mirror < FLIPPED_SHARE),
            math.exp(math.log(low) + float(size) * math.log(high / low)),
        ),
        options.exposure * float(2 * dose - 1),
    )
