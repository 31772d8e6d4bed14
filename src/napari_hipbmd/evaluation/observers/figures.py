r"""Figures of how far apart two people place landmarks.

With the distance :math:`d_i` between the two places of a landmark, the technical
error of measurement (Dahlberg 1940) is :math:`\sqrt{\sum d_i^2 / 2n}`: the error of
one of the two, were both equally good.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...bmd import patient_weights
from ..bootstrap import FEWEST, interval
from .compare import MISSING, FilmDifference

Unit = Literal["mm", "px"]
SAMPLES = 2000
CLOSE_MM = 2.0
NAN = float("nan")


@dataclass(frozen=True)
class ErrorFigures:
    """Figures of some differences, in ``unit``; NaN where too few are known.

    Attributes
    ----------
    unit
        ``mm``, or ``px`` for films without a spacing.
    cases, n
        Films, and distances on them.
    mean, sd, median, p95, largest
        Of the distances; ``p95`` is their 95th percentile.
    mean_interval
        95 % interval of the mean, from samples of patients drawn with replacement; NaN
        for fewer than ten.
    technical
        Technical error of measurement.
    within_2_mm
        Share of the distances up to 2 mm; NaN in pixels.
    bias
        Mean ``(lateral, inferior)`` from the first observer to the second, mm.
    bias_sd
        Standard deviation of either.
    only_one
        Landmarks to which only one of the two gave a position.
    same_prediction
        Share of the distances that are 0 because both left a prediction as it was.
    """

    unit: Unit
    cases: int
    n: int
    mean: float
    sd: float
    median: float
    p95: float
    largest: float
    mean_interval: tuple[float, float]
    technical: float
    within_2_mm: float
    bias: tuple[float, float]
    bias_sd: tuple[float, float]
    only_one: int
    same_prediction: float


def error_figures(
    differences: Iterable[FilmDifference], unit: Unit = "mm", *, seed: int = 0
) -> ErrorFigures:
    """Figures of differences.

    Parameters
    ----------
    differences
        Of one landmark or many.
    unit
        ``mm`` takes those on films with a spacing, ``px`` those on films without.
    seed
        Of the samples of patients.
    """
    every = list(differences)
    used = [each for each in every if _length(each, unit) is not None]
    lengths = np.array([_length(each, unit) for each in used], float)
    moves = np.array(
        [
            (each.lateral_mm, each.inferior_mm)
            for each in used
            if unit == "mm" and each.lateral_mm is not None
        ],
        float,
    ).reshape(-1, 2)
    n = len(lengths)
    return ErrorFigures(
        unit=unit,
        cases=len({each.case_id for each in used}),
        n=n,
        mean=float(lengths.mean()) if n else NAN,
        sd=float(lengths.std(ddof=1)) if n > 1 else NAN,
        median=float(np.median(lengths)) if n else NAN,
        p95=float(np.percentile(lengths, 95)) if n else NAN,
        largest=float(lengths.max()) if n else NAN,
        mean_interval=_mean_interval(lengths, [each.patient for each in used], seed),
        technical=float(np.sqrt((lengths**2).sum() / (2 * n))) if n else NAN,
        within_2_mm=float(np.mean(lengths <= CLOSE_MM)) if n and unit == "mm" else NAN,
        bias=_two(moves.mean(axis=0)) if len(moves) else (NAN, NAN),
        bias_sd=_two(moves.std(axis=0, ddof=1)) if len(moves) > 1 else (NAN, NAN),
        only_one=sum(_by_one_only(each) for each in every),
        same_prediction=float(np.mean([e.same_prediction for e in used])) if n else NAN,
    )


def units_of(differences: Iterable[FilmDifference]) -> tuple[Unit, ...]:
    """In which units there are distances: mm first."""
    every = list(differences)
    units: tuple[Unit, ...] = ("mm", "px")
    return tuple(u for u in units if any(_length(e, u) is not None for e in every))


def _length(each: FilmDifference, unit: Unit) -> float | None:
    if unit == "mm":
        return each.distance_mm
    return each.distance_px if each.distance_mm is None else None


def _by_one_only(each: FilmDifference) -> bool:
    nowhere = [state in (MISSING, "absent") for state in (each.a_state, each.b_state)]
    return nowhere[0] != nowhere[1]


def _mean_interval(
    lengths: NDArray[np.float64], patients: Sequence[str], seed: int
) -> tuple[float, float]:
    names, patient = np.unique(np.asarray(patients), return_inverse=True)
    if len(names) < FEWEST:
        return NAN, NAN
    sums, counts = np.bincount(patient, lengths), np.bincount(patient)
    weights = patient_weights(names.tolist(), SAMPLES, seed)
    return interval((weights @ sums) / (weights @ counts))


def _two(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values[0]), float(values[1])
