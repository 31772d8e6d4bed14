"""The calibration of the grey scale: rulers fitted on films of known gain, combined."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from ..core.arrays import Values
from ..core.bounded_json import LARGEST_BYTES, parse_json
from ..core.errors import Refused
from ..core.grey_scale import GreyScale, Ruler
from ..core.reading import file_sha256, read_regular
from ..core.resources import weights_dir
from .boosted import BoostedTrees
from .reading import FILM, NETWORK, SHAFT, RulerReading
from .signs import Signs, as_row, signs_key

NAME = "grey_scale"
RULERS, USUAL = (SHAFT, FILM, NETWORK), "usual"
VERSION = 2
DAMAGED = (
    "The calibration of the grey scale (grey_scale.json) is damaged: copy or fit it"
    " anew."
)
ANOTHER_VERSION = (
    "The calibration of the grey scale (grey_scale.json) was fitted by an earlier or"
    " later version: fit it anew with 'hipbmd train grey-scale'."
)


@dataclass(frozen=True, eq=False)
class Calibration:
    """Rulers fitted on films whose gain is known.

    Each ruler's answer is a regression from its signs to the logarithm of the gain,
    pulled towards the usual gain; its reading is the answer freed of that pull. The
    combined gain is the mean of the readings, the usual gain among them, whose expected
    error is smallest: what two rulers share counts once.

    Attributes
    ----------
    usual
        Median of the logarithm of the gain over all films.
    rulers
        Trees by name.
    kept
        By ruler: the part of a film's distance from the usual gain that the answer
        keeps.
    covariance
        Of the errors of the readings on films of unseen patients: rulers in their
        order, then the usual gain.
    card
        What it was fitted on, and by which command.
    unseen
        Key of the signs of a film that it was fitted to → what rulers that had not seen
        its patient said: a regression fitted to the same films is not deceived.
    """

    usual: float
    rulers: Mapping[str, BoostedTrees]
    kept: Mapping[str, float]
    covariance: Values
    card: Mapping[str, Any] = field(default_factory=dict)
    unseen: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def errors(self) -> dict[str, float]:
        """Standard error of each ruler's reading, and of the usual gain."""
        sds = np.sqrt(np.diag(self.covariance)).tolist()
        return dict(zip((*self.rulers, USUAL), sds, strict=True))

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
            name: float(trees.predict(as_row(signs[name], trees.names)[None])[0])
            for name, trees in self.rulers.items()
            if name in signs
        }
        found = self.combined(
            {n: np.array([a]) for n, a in answers.items() if n in use}
        )
        errors = self.errors
        rulers = tuple(
            Ruler(name, float(np.exp(log[0])), errors[name], weight)
            for name, (log, weight) in found.parts.items()
        )
        return GreyScale(float(np.exp(found.log_gain[0])), found.error, rulers)

    def reading(self, name: str, answer: Values) -> Values:
        """A ruler's answer ``(n,)``, freed of its pull towards the usual gain."""
        freed: Values = self.usual + (answer - self.usual) / self.kept[name]
        return freed

    def combined(self, answers: Mapping[str, Values]) -> Combined:
        """The mean of some readings and the usual gain with the smallest error."""
        order = (*self.rulers, USUAL)
        some = next(iter(answers.values()), np.zeros(1))
        logs = {name: self.reading(name, answer) for name, answer in answers.items()}
        logs[USUAL] = np.full(some.shape, self.usual)
        rows = [order.index(name) for name in logs]
        own = self.covariance[np.ix_(rows, rows)]
        weights = best_weights(own)
        total: Values = np.sum(
            [w * log for w, log in zip(weights, logs.values(), strict=True)], axis=0
        )
        error = float(np.sqrt(weights @ own @ weights))
        parts = zip(logs.items(), weights.tolist(), strict=True)
        return Combined(total, error, {n: (log, w) for (n, log), w in parts})

    def to_json(self) -> str:
        """The calibration as JSON text."""
        content = {
            "format": NAME,
            "version": VERSION,
            "card": dict(self.card),
            "usual": self.usual,
            "rulers": {name: trees.to_json() for name, trees in self.rulers.items()},
            "kept": {name: round(part, 5) for name, part in self.kept.items()},
            "covariance": self.covariance.round(8).tolist(),
            "unseen": {key: dict(said) for key, said in self.unseen.items()},
        }
        return json.dumps(content, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Calibration:
        """Read a calibration back.

        Raises
        ------
        Refused
            If the text is no such calibration, or one of another version.
        """
        try:
            data = parse_json(text)
            found = _of_json(data) if data["version"] == VERSION else None
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            raise Refused(DAMAGED) from None
        if found is None:
            raise Refused(ANOTHER_VERSION)
        return found


def _of_json(data: Any) -> Calibration:
    rulers = {n: BoostedTrees.from_json(one) for n, one in data["rulers"].items()}
    covariance = np.array(data["covariance"], np.float64)
    size = len(rulers) + 1
    kept = {name: float(data["kept"][name]) for name in rulers}
    if not all(0 < part <= 1 for part in kept.values()):
        raise ValueError
    if covariance.shape != (size, size) or not rulers.keys() <= set(RULERS):
        raise ValueError
    if not np.linalg.eigvalsh(covariance).min() > 0:
        raise ValueError
    return Calibration(
        float(data["usual"]),
        rulers,
        kept,
        covariance,
        data["card"],
        {
            key: {name: float(log) for name, log in said.items()}
            for key, said in data.get("unseen", {}).items()
        },
    )


@dataclass(frozen=True, eq=False)
class Combined:
    """``log_gain`` ``(n,)``, its error, and name → (its reading ``(n,)``, weight)."""

    log_gain: Values
    error: float
    parts: Mapping[str, tuple[Values, float]]


def best_weights(covariance: Values) -> Values:
    """Weights, none negative, that add up to 1, of the mean with the smallest variance.

    There are few rulers, so every set of them is tried: within a set the weights are
    ``C⁻¹ 1 / (1ᵀ C⁻¹ 1)`` (generalised least squares).
    """
    count = len(covariance)
    best, least = np.full(count, 1 / count), np.inf
    for size in range(1, count + 1):
        for chosen in combinations(range(count), size):
            rows = list(chosen)
            pull = np.linalg.solve(covariance[np.ix_(rows, rows)], np.ones(size))
            variance = 1 / float(pull.sum())
            if pull.min() >= 0 and variance < least:
                least, best = variance, np.zeros(count)
                best[rows] = pull * variance
    return best


@cache
def _load(path: Path, _sha256: str) -> Calibration:
    try:
        data = read_regular(path, LARGEST_BYTES)
    except Refused as refusal:
        raise Refused(f"{path.name} cannot be used: {refusal}.") from None
    return Calibration.from_json(data)


def load_calibration(folder: Path | None = None) -> Calibration | None:
    """The calibration of a folder of models, the bundled one by default.

    Returns
    -------
    Calibration or None
        None where there is none.

    Raises
    ------
    Refused
        If it is damaged.
    """
    path = (folder or weights_dir()) / f"{NAME}.json"
    if not path.is_file():
        return None
    return _load(path.resolve(), file_sha256(path))
