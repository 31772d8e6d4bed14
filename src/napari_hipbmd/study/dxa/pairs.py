"""Which reading belongs to which film: same patient, same hip, nearest day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ...core.dxa_reading import DxaReading
from ...core.radiograph import Patient, Side

NO_READING = "there is no reading of this patient"


@dataclass(frozen=True)
class FilmedHip:
    """A hip on a film.

    Attributes
    ----------
    name
        Of the case; gives no person away.
    patient
        As :attr:`DxaReading.patient`.
    """

    name: str
    patient: str
    taken: date | None = None
    side: Side | None = None
    biology: Patient = Patient()


@dataclass(frozen=True)
class DxaPair:
    """A hip, its reading or none, and why a person should look.

    ``days`` is how much later the reading is than the film.
    """

    hip: FilmedHip
    reading: DxaReading | None = None
    days: int | None = None
    doubts: tuple[str, ...] = ()


def pair(
    hips: Sequence[FilmedHip], readings: Sequence[DxaReading], window_days: int
) -> list[DxaPair]:
    """A pair for each hip, in their order.

    Parameters
    ----------
    window_days
        A reading farther away than that does not count.
    """
    of_patient: dict[str, list[DxaReading]] = {}
    for reading in readings:
        of_patient.setdefault(reading.patient, []).append(reading)
    return [_pair(hip, of_patient.get(hip.patient, []), window_days) for hip in hips]


def _pair(hip: FilmedHip, readings: list[DxaReading], window: int) -> DxaPair:
    if not hip.patient:
        return DxaPair(hip, doubts=("the film does not say whose it is",))
    if not readings:
        return DxaPair(hip, doubts=(NO_READING,))
    fits = [r for r in readings if None in (hip.side, r.side) or hip.side == r.side]
    if not fits:
        return DxaPair(hip, doubts=("there are readings of the other hip only",))
    if hip.side is None and len({r.side for r in fits} - {None}) > 1:
        why = "the film says no side, and there are readings of both"
        return DxaPair(hip, doubts=(why,))
    if hip.taken is None:
        return DxaPair(hip, doubts=("the film does not say when it was taken",))
    dated = [(r.taken - hip.taken, r) for r in fits if r.taken is not None]
    if not dated:
        return DxaPair(hip, doubts=("the readings do not say when they were taken",))

    def far(one: tuple[timedelta, DxaReading]) -> tuple[bool, int, int]:
        days = one[0].days
        of_hip = hip.side is not None and one[1].side == hip.side
        return not (of_hip and abs(days) <= window), abs(days), days

    near = sorted(dated, key=far)
    distance, reading = near[0]
    if abs(distance.days) > window:
        away = f"the nearest reading is {abs(distance.days)} days away"
        return DxaPair(hip, doubts=(away,))
    return DxaPair(
        hip, reading, distance.days, tuple(_doubts(hip, reading, near, window))
    )


def _doubts(
    hip: FilmedHip,
    reading: DxaReading,
    near: Sequence[tuple[timedelta, DxaReading]],
    window: int,
) -> list[str]:
    out = []
    if reading.side is None:
        out.append("the reading does not say which hip it is of")
    elif hip.side is None:
        out.append("the film does not say which hip it is of: the reading's was taken")
    same = [r for _, r in near[1:] if r.taken == reading.taken]
    if any(r.bmd_g_cm2 != reading.bmd_g_cm2 for r in same):
        out.append("there is another reading of the same day")
    elif len(near) > 1 and abs(near[0][0]) == abs(near[1][0]) and not same:
        out.append("a later reading is as near: the earlier one was taken")
    sexes = {hip.biology.sex, reading.biology.sex} - {None}
    if len(sexes) > 1:
        out.append("film and reading tell different sexes")
    here, there = hip.biology.age_years, reading.biology.age_years
    if here is not None and there is not None and abs(here - there) > 2 + window / 365:
        out.append("film and reading tell different ages")
    return out
