"""Going on with trained networks on films that somebody labelled.

A new hospital's films look unlike those that the networks learned from. Some thirty of
them, labelled, are enough to get used to the look: the networks start from what they
know, at a low learning rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..core.anatomy import LANDMARK_IDS, Points
from ..core.canvas import CANVAS_PX
from ..core.errors import Refused
from ..learning.hips import Hips, from_levels
from ..learning.training import Fit, fit
from .correction import Correction
from .errors import Errors, correction_from, expected_errors, measure_errors
from .labelled import Labelled
from .networks import Decentralised
from .predict import LandmarkFinder, find_on_batch
from .training import VALIDATION_SHARE, LandmarkTraining, write_landmarks

EPOCHS = 40
BATCH = 8
LEARNING_RATE = 2e-3
HELD_SHARE = 0.2  # of the first MANY films, and less of more
MANY = 250
LEAST_FILMS = 4
LEAST_LANDMARKS = 8
MOST_CHANGE = 4.0  # of the expected error, from a handful of held-out films


@dataclass(frozen=True)
class Retrained:
    """What came of a retraining, on films that it did not learn from.

    Errors are mean radial errors of the whole chain: in mm, or without a pixel spacing
    in shares of the distance between the regions' centres (``unit``).
    """

    out: Path
    films: int
    held_films: int
    before: float
    after: float
    unit: str

    @property
    def better(self) -> bool:
        """Whether the new model is nearer on the held-out films."""
        return self.after < self.before

    def figures(self) -> dict[str, float | str]:
        """For the model card."""
        return {
            "mean_radial_error_before": round(self.before, 4),
            "mean_radial_error": round(self.after, 4),
            "unit": self.unit,
        }

    def sentence(self) -> str:
        """For a person who has to decide."""
        verdict = (
            "The new model is the better one there."
            if self.better
            else "The new model is not better there: stay with the one you have."
        )
        films = "film" if self.held_films == 1 else "films"
        return (
            f"On {self.held_films} held-out {films} the mean radial error was"
            f" {self.before:.3g} {self.unit} before and is {self.after:.3g} {self.unit}"
            f" after learning from {self.films}. {verdict}"
        )


def retrain(hips: Hips, start: Path, plan: Fit) -> Retrained:
    """Train on from the model in ``start`` and write the new one to ``plan.out``.

    Raises
    ------
    Refused
        If the films are too few, or of one patient.
    Cancelled
        If asked to stop.
    """
    if len(hips) < LEAST_FILMS or len(set(hips.group)) < 2:
        raise Refused(
            f"Retraining needs at least {LEAST_FILMS} labelled films of two patients,"
            f" with {LEAST_LANDMARKS} landmarks or more on each; there are {len(hips)}:"
            " label some more."
        )
    old = LandmarkFinder.load(start)
    share = HELD_SHARE if len(hips) < MANY else VALIDATION_SHARE
    fitted, held = hips.split(share, plan.seed)
    before = measure_errors(old.network, held)
    torch.manual_seed(plan.seed)
    module = LandmarkTraining(old.network.preset, plan.epochs, LEARNING_RATE)
    module.network.load_state_dict(old.network.state_dict())
    fit(
        module,
        Labelled(fitted, _guess(old, fitted)),
        Labelled(held, _guess(old, held)),
        plan,
    )
    network = module.network.float().eval()
    after = _with_the_best_correction(network, fitted, held)
    found = _compared(plan.out, fitted, held, before, after)
    write_landmarks(
        network,
        plan,
        {
            "name": f"landmarks ({network.preset}), retrained",
            "started_from": {
                key: old.card[key]
                for key in ("name", "made", "command")
                if key in old.card
            },
            "uncertainty": _rescaled(old, after)
            if len(hips) < MANY
            else expected_errors(after),
            "hips": {"train": len(fitted), "validation": len(held)},
            "figures": found.figures(),
        },
    )
    return found


def _with_the_best_correction(
    network: Decentralised, fitted: Hips, held: Hips
) -> Errors:
    """Errors on held-out films with the correction that leaves the least.

    Either the one that the networks came with, or none, or, from as many complete
    films as it takes, one fitted anew. A few labelled films cannot tell the map, and
    those that the networks learned from by heart are no measure of their errors.
    """
    choices = [network.correction]
    if network.correction.used:
        choices.append(Correction())
    if network.preset == "default" and len(fitted) >= MANY:
        choices.append(correction_from(network, [fitted]))
    found = []
    for choice in choices:
        network.correction = choice
        found.append(measure_errors(network, held))
    best = int(np.argmin([np.nanmean(errors.rulers) for errors in found]))
    network.correction = choices[best]
    return found[best]


def _guess(finder: LandmarkFinder, hips: Hips) -> Points:
    """Where the old model sees all landmarks, ``(n, 16, 2)`` canvas pixels."""
    assert hips.landmarks_xy is not None
    if np.isfinite(hips.landmarks_xy).all():
        return hips.landmarks_xy
    parts = []
    for start in range(0, len(hips), 16):
        film = from_levels(hips.film[start : start + 16])
        points: Tensor = find_on_batch(
            finder.network, torch.from_numpy(film)[:, None]
        ).points
        parts.append((points.double().numpy() + 1) * CANVAS_PX / 2 - 0.5)
    return np.concatenate(parts)


def _rescaled(old: LandmarkFinder, after: Errors) -> dict[str, list[float]]:
    """The old lines of the expected error, times one factor.

    A handful of held-out films cannot tell sixteen lines, but how they do as a whole.
    """
    expected = old.uncertainty[:, 0] + old.uncertainty[:, 1] * after.spread
    known = np.isfinite(after.rulers)
    ratio = after.rulers[known].mean() / max(expected[known].mean(), 1e-6)
    factor = float(np.clip(ratio, 1 / MOST_CHANGE, MOST_CHANGE))
    return {
        name: [float(v) * factor for v in line]
        for name, line in zip(LANDMARK_IDS, old.uncertainty, strict=True)
    }


def _compared(
    out: Path, fitted: Hips, held: Hips, before: Errors, after: Errors
) -> Retrained:
    in_mm = np.isfinite(before.mm).any()
    unit = "mm" if in_mm else "of the distance between the regions"

    def mean(errors: Errors) -> float:
        return float(np.nanmean(errors.mm if in_mm else errors.rulers))

    return Retrained(out, len(fitted), len(held), mean(before), mean(after), unit)
