"""What of a film goes into its rulers: read once, and kept while landmarks rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import INDEX, LANDMARK_IDS, Points
from ..core.errors import Refused
from ..core.hip_images import HipImages
from ..core.mineral_map import MineralMap
from ..core.radiograph import FloatImage, Patient
from .coarse import coarser
from .picture import (
    GainReading,
    Picture,
    gain_facts,
    gain_picture,
    mineral_map,
)
from .shaft import OF_SHAFT, NoShaft, Shaft, read_shaft
from .signs import Signs, film_signs, shaft_signs

SHAFT, FILM, NETWORK = "shaft", "film", "network"


class SeesGain(Protocol):
    """A network that looks at a film and tells its gain and the femur's mineral."""

    def read(self, picture: Picture, facts: NDArray[np.float32]) -> GainReading:
        """Look at one film."""
        ...


@dataclass(frozen=True, eq=False)
class RulerReading:
    """What of a film goes into its rulers; ``shaft`` None where it cannot be read.

    ``landmarks_xy``, ``patient`` and ``levels_mm`` are those that it was read with;
    ``mineral`` is what the network drew, None without one.
    """

    signs: Mapping[str, Signs]
    shaft: Shaft | None
    shaft_reason: str | None
    landmarks_xy: Points
    patient: Patient
    levels_mm: tuple[float, ...] | None = None
    mineral: MineralMap | None = None


def read_signs(
    images: HipImages,
    landmarks_xy: Points,
    spacing_mm: tuple[float, float] | None,
    patient: Patient,
    kvp: float | None,
    levels_mm: tuple[float, ...] | None = None,
    before: RulerReading | None = None,
    *,
    network: SeesGain | None = None,
    mirrored: bool = False,
    whole_film: Callable[[], FloatImage] | None = None,
) -> RulerReading:
    """Look for every ruler of a film.

    Parameters
    ----------
    levels_mm
        Where the shaft's profiles are read, mm below the distal cut; by default from
        there to where the film ends.
    before
        An earlier reading of the same images: what rests on landmarks that have not
        moved is taken from it.
    network
        Looks at the film as one more ruler.
    mirrored
        Whether it is a right hip.
    whole_film
        Gives the whole film, for the shape of the canal, which no ruler needs.

    Raises
    ------
    Refused
        If the film tells no pixel size: nothing of it has a size in mm then.
    """
    if spacing_mm is None:
        raise Refused("The film tells no pixel size, so no ruler can be read.")
    if before is not None and before.levels_mm != levels_mm:
        before = None
    if before is not None and _same(before, landmarks_xy) and before.patient == patient:
        return before
    coarse = coarser(images, landmarks_xy, spacing_mm)
    signs = {FILM: film_signs(*coarse, patient, kvp)}
    reason: str | None = None
    shaft: Shaft | None = None
    if before is not None and _same(before, landmarks_xy, OF_SHAFT):
        shaft, reason = before.shaft, before.shaft_reason
    else:
        try:
            shaft = read_shaft(images, landmarks_xy, spacing_mm, levels_mm, whole_film)
        except NoShaft as error:
            reason = f"The shaft cannot be read: {error}."
    if shaft is not None:
        signs = {SHAFT: shaft_signs(shaft), **signs}
    mineral = None
    if network is not None:
        picture = gain_picture(*coarse, mirrored)
        seen = network.read(picture, gain_facts(patient, kvp, coarse[2]))
        signs[NETWORK] = {
            "log_gain": seen.log_gain,
            "log_error": float(np.log(seen.error)),
        }
        mineral = mineral_map(
            picture, seen.mineral_g_cm2, landmarks_xy, spacing_mm, mirrored
        )
    return RulerReading(
        signs, shaft, reason, landmarks_xy.copy(), patient, levels_mm, mineral
    )


def _same(
    before: RulerReading, landmarks_xy: Points, names: Sequence[str] = LANDMARK_IDS
) -> bool:
    rows = [INDEX[name] for name in names]
    return np.array_equal(before.landmarks_xy[rows], landmarks_xy[rows])
