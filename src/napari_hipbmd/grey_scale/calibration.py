"""The calibration of the grey scale: rulers fitted on films of known gain, combined."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import Points
from ..core.grey_scale import GreyScale, Ruler
from ..core.measurement import HipImages
from ..core.radiograph import FilmRefused, Patient
from ..core.resources import weights_dir
from .boosted import BoostedTrees, fit_trees
from .shaft import NoShaft, Shaft, read_shaft
from .signs import Signs, as_row, film_signs, shaft_signs

Values = NDArray[np.float64]

NAME = "grey_scale"
SHAFT, FILM, USUAL = "shaft", "film", "usual"
RULERS = (SHAFT, FILM)
TREES = 250
_FOLDS = 10
_FAR = 3.0
_FEWEST = 60


@dataclass(frozen=True, eq=False)
class Reading:
    """What of a film goes into its rulers; ``shaft`` None where it cannot be read."""

    signs: Mapping[str, Signs]
    shaft: Shaft | None
    shaft_reason: str | None


def read_signs(
    images: HipImages,
    landmarks_xy: Points,
    spacing_mm: tuple[float, float] | None,
    patient: Patient,
    kvp: float | None,
) -> Reading:
    """Look for every ruler of a film.

    Raises
    ------
    FilmRefused
        If the film tells no pixel size: nothing of it has a size in mm then.
    """
    if spacing_mm is None:
        raise FilmRefused("The film tells no pixel size, so no ruler can be read.")
    signs = {FILM: film_signs(images, landmarks_xy, spacing_mm, patient, kvp)}
    try:
        shaft = read_shaft(images, landmarks_xy, spacing_mm)
    except NoShaft as error:
        return Reading(signs, None, f"The shaft cannot be read: {error}.")
    return Reading({SHAFT: shaft_signs(shaft), **signs}, shaft, None)


@dataclass(frozen=True, eq=False)
class FittedRuler:
    """Trees from signs to log gain, and the error that they make on unseen films."""

    trees: BoostedTrees
    error: float


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
    """

    usual: float
    spread: float
    rulers: Mapping[str, FittedRuler]
    together: float = 1.0
    card: Mapping[str, Any] = field(default_factory=dict)

    def read(self, reading: Reading, use: Collection[str] = RULERS) -> GreyScale:
        """The film's gain from the rulers that could be read and are wanted."""
        answers = {}
        for name, ruler in self.rulers.items():
            if name in use and name in reading.signs:
                row = as_row(reading.signs[name], ruler.trees.names)
                answers[name] = ruler.trees.predict(row[None])
        found = self.combined(answers)
        shaft = reading.shaft
        rulers = tuple(
            Ruler(name, float(np.exp(log[0])), error, weight)
            for name, (log, error, weight) in found.parts.items()
        )
        return GreyScale(
            float(np.exp(found.log_gain[0])),
            found.error,
            rulers,
            None if shaft is None else shaft.cortex,
            reading.shaft_reason,
        )

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
        }
        return json.dumps(content, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """Read a calibration back.

        Raises
        ------
        FilmRefused
            If the text is no such calibration.
        """
        try:
            data = json.loads(text)
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
def _load(path: Path, _stamp: float) -> Calibration:
    return Calibration.from_json(path.read_text("utf-8"))


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
    return _load(path.resolve(), path.stat().st_mtime)


def fit_calibration(
    readings: Sequence[Reading],
    gains: Values,
    groups: Sequence[str],
    card: Mapping[str, Any],
    seed: int = 0,
) -> Calibration:
    """Fit the rulers to films whose gain is known.

    Errors are those on films of patients that the trees have not seen, in ten folds.

    Parameters
    ----------
    readings
        ``n`` films.
    gains
        ``(n,)`` grey per g/cm².
    groups
        Whose film each is.

    Raises
    ------
    FilmRefused
        If a ruler could be read on fewer than 60 films.
    """
    log = np.log(gains)
    spread = _robust_sd(log - np.median(log))
    fitted, unseen = {}, {}
    for name in RULERS:
        use = np.array([name in reading.signs for reading in readings])
        if use.sum() < _FEWEST:
            raise FilmRefused(
                f"Only {int(use.sum())} films show the ruler '{name}'; a calibration"
                f" needs {_FEWEST}."
            )
        signs = [reading.signs[name] for reading in readings if name in reading.signs]
        names = tuple(dict.fromkeys(key for one in signs for key in one))
        x = np.stack([as_row(one, names) for one in signs])
        y = log[use]
        answer = np.full(len(log), np.nan)
        answer[use] = _unseen(x, y, [g for g, u in zip(groups, use, strict=True) if u],
                              names, seed)  # fmt: skip
        unseen[name] = answer
        error = min(_robust_sd(answer[use] - y), 0.98 * spread)
        fitted[name] = FittedRuler(fit_trees(x, y, names, TREES, seed), error)
    plain = Calibration(float(np.median(log)), spread, fitted)
    both = np.isfinite(np.stack(list(unseen.values()))).all(0)
    together = plain.combined({name: a[both] for name, a in unseen.items()})
    apart = together.log_gain - log[both]
    figures = {
        "films": len(log),
        "films with a shaft": int(both.sum()),
        "median error, usual": _median(log - np.median(log)),
        **{
            f"median error, {name}": _median((a - log)[np.isfinite(a)])
            for name, a in unseen.items()
        },
        "median error, together": _median(apart),
    }
    return Calibration(
        plain.usual,
        spread,
        fitted,
        _robust_sd(apart) / together.error,
        {**card, "figures": figures},
    )


def _unseen(
    x: Values, y: Values, groups: Sequence[str], names: tuple[str, ...], seed: int
) -> Values:
    from ..bmd import grouped_folds

    who = np.unique(np.asarray(groups), return_inverse=True)[1]
    out = np.full(len(y), np.nan)
    for train, test in grouped_folds(who, _FOLDS, seed):
        out[test] = fit_trees(x[train], y[train], names, TREES, seed).predict(x[test])
    return out


def _robust_sd(values: Values) -> float:
    """Standard deviation with what lies beyond three of the median's drawn in."""
    middle = 1.4826 * float(np.median(np.abs(values))) + 1e-9
    drawn: Values = np.clip(values, -_FAR * middle, _FAR * middle)
    return float(np.sqrt(np.mean(drawn**2)))


def _median(values: Values) -> float:
    return round(float(np.median(np.abs(values))), 4)
