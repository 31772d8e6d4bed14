"""The calibration of the grey scale: rulers fitted on films of known gain, combined."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..core.anatomy import INDEX, LANDMARK_IDS, Points
from ..core.arrays import Values
from ..core.bounded_json import LARGEST_BYTES, parse_json
from ..core.files import file_sha256, read_regular
from ..core.grey_scale import GreyScale, Ruler
from ..core.hip_images import HipImages
from ..core.radiograph import FilmRefused, Patient
from ..core.resources import weights_dir
from .boosted import BoostedTrees
from .shaft import OF_SHAFT, NoShaft, Shaft, read_shaft
from .signs import Signs, as_row, film_signs, shaft_signs, signs_key

NAME = "grey_scale"
SHAFT, FILM, USUAL = "shaft", "film", "usual"
RULERS = (SHAFT, FILM)


@dataclass(frozen=True, eq=False)
class RulerReading:
    """What of a film goes into its rulers; ``shaft`` None where it cannot be read.

    ``landmarks_xy``, ``patient`` and ``levels_mm`` are those that it was read with.
    """

    signs: Mapping[str, Signs]
    shaft: Shaft | None
    shaft_reason: str | None
    landmarks_xy: Points
    patient: Patient
    levels_mm: tuple[float, ...] | None = None


def read_signs(
    images: HipImages,
    landmarks_xy: Points,
    spacing_mm: tuple[float, float] | None,
    patient: Patient,
    kvp: float | None,
    levels_mm: tuple[float, ...] | None = None,
    before: RulerReading | None = None,
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

    Raises
    ------
    FilmRefused
        If the film tells no pixel size: nothing of it has a size in mm then.
    """
    if spacing_mm is None:
        raise FilmRefused("The film tells no pixel size, so no ruler can be read.")
    if before is not None and before.levels_mm != levels_mm:
        before = None
    if before is not None and _same(before, landmarks_xy) and before.patient == patient:
        return before
    signs = {FILM: film_signs(images, landmarks_xy, spacing_mm, patient, kvp)}
    reason: str | None = None
    shaft: Shaft | None = None
    if before is not None and _same(before, landmarks_xy, OF_SHAFT):
        shaft, reason = before.shaft, before.shaft_reason
    else:
        try:
            shaft = read_shaft(images, landmarks_xy, spacing_mm, levels_mm)
        except NoShaft as error:
            reason = f"The shaft cannot be read: {error}."
    if shaft is not None:
        signs = {SHAFT: shaft_signs(shaft), **signs}
    return RulerReading(signs, shaft, reason, landmarks_xy.copy(), patient, levels_mm)


def _same(
    before: RulerReading, landmarks_xy: Points, names: Sequence[str] = LANDMARK_IDS
) -> bool:
    rows = [INDEX[name] for name in names]
    return np.array_equal(before.landmarks_xy[rows], landmarks_xy[rows])


@dataclass(frozen=True, eq=False)
class FittedRuler:
    """Trees from signs to log gain, and the error that they make on unseen films."""

    trees: BoostedTrees
    error: float

    @property
    def names(self) -> tuple[str, ...]:
        """The signs that it asks for."""
        return self.trees.names


@dataclass(frozen=True, eq=False)
class Calibration:
    """Rulers fitted on films whose gain is known.

    Each ruler's answer is a regression, pulled towards the usual gain. Its own reading
    is what turns the usual gain into that answer, so that the usual gain counts once;
    readings are then weighed by their inverse variance.

    Attributes
    ----------
    usual, spread
        Mean and standard deviation of the logarithm of the gain over all films.
    rulers
        By name.
    together
        What the error of several rulers together is multiplied by: they are not quite
        independent. Fitted on unseen films, as the errors are.
    card
        What it was fitted on, and by which command.
    unseen
        Key of the signs of a film that it was fitted to → what rulers that had not seen
        its patient said: a regression fitted to the same films is not deceived.
    """

    usual: float
    spread: float
    rulers: Mapping[str, FittedRuler]
    together: float = 1.0
    card: Mapping[str, Any] = field(default_factory=dict)
    unseen: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def read(self, reading: RulerReading, use: Collection[str] = RULERS) -> GreyScale:
        """The film's gain from the rulers that could be read and are wanted."""
        cortex = None if reading.shaft is None else reading.shaft.cortex
        found = self.gain(reading.signs, use)
        return replace(found, cortex=cortex, shaft_reason=reading.shaft_reason)

    def gain(
        self, signs: Mapping[str, Signs], use: Collection[str] = RULERS
    ) -> GreyScale:
        """The gain from signs alone."""
        answers = self.unseen.get(signs_key(signs)) or {
            name: float(ruler.trees.predict(as_row(signs[name], ruler.names)[None])[0])
            for name, ruler in self.rulers.items()
            if name in signs
        }
        found = self.combined(
            {n: np.array([a]) for n, a in answers.items() if n in use}
        )
        rulers = tuple(
            Ruler(name, float(np.exp(log[0])), error, weight)
            for name, (log, error, weight) in found.parts.items()
        )
        return GreyScale(float(np.exp(found.log_gain[0])), found.error, rulers)

    def combined(self, answers: Mapping[str, Values]) -> Combined:
        """Inverse-variance mean of the usual gain and every ruler's own reading."""
        prior = 1 / self.spread**2
        some = next(iter(answers.values()), np.zeros(1))
        total, precision = np.full(some.shape, self.usual * prior), prior
        parts = {USUAL: (np.full(some.shape, self.usual), self.spread, prior)}
        for name, answer in answers.items():
            own = max(1 / self.rulers[name].error ** 2 - prior, 1e-6)
            reading = (answer * (own + prior) - self.usual * prior) / own
            parts[name] = reading, float(own**-0.5), own
            total, precision = total + reading * own, precision + own
        error = float(precision**-0.5) * (self.together if len(answers) > 1 else 1.0)
        return Combined(
            total / precision,
            error,
            {n: (log, e, own / precision) for n, (log, e, own) in parts.items()},
        )

    def to_json(self) -> str:
        """The calibration as JSON text."""
        content = {
            "format": NAME,
            "version": 1,
            "card": dict(self.card),
            "usual": self.usual,
            "spread": self.spread,
            "together": self.together,
            "rulers": {
                name: {"error": ruler.error, "trees": ruler.trees.to_json()}
                for name, ruler in self.rulers.items()
            },
            "unseen": {key: dict(said) for key, said in self.unseen.items()},
        }
        return json.dumps(content, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Calibration:
        """Read a calibration back.

        Raises
        ------
        FilmRefused
            If the text is no such calibration.
        """
        try:
            data = parse_json(text)
            return cls(
                float(data["usual"]),
                float(data["spread"]),
                {
                    name: FittedRuler(
                        BoostedTrees.from_json(one["trees"]), float(one["error"])
                    )
                    for name, one in data["rulers"].items()
                },
                float(data["together"]),
                data["card"],
                {
                    key: {name: float(log) for name, log in said.items()}
                    for key, said in data.get("unseen", {}).items()
                },
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise FilmRefused(
                "The calibration of the grey scale (grey_scale.json) is damaged: copy"
                " or fit it anew."
            ) from None


@dataclass(frozen=True, eq=False)
class Combined:
    """``log_gain`` ``(n,)``, its error, and name → (own log gain, error, weight)."""

    log_gain: Values
    error: float
    parts: Mapping[str, tuple[Values, float, float]]


@cache
def _load(path: Path, _sha256: str) -> Calibration:
    try:
        data = read_regular(path, LARGEST_BYTES)
    except FilmRefused as refusal:
        raise FilmRefused(f"{path.name} cannot be used: {refusal}.") from None
    return Calibration.from_json(data)


def load_calibration(folder: Path | None = None) -> Calibration | None:
    """The calibration of a folder of models, the bundled one by default.

    Returns
    -------
    Calibration or None
        None where there is none.

    Raises
    ------
    FilmRefused
        If it is damaged.
    """
    path = (folder or weights_dir()) / f"{NAME}.json"
    if not path.is_file():
        return None
    return _load(path.resolve(), file_sha256(path))
