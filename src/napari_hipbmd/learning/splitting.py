"""Holding patients out of a training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray


class ByPatient(ABC):
    """Films in memory; ``group`` names the patient of each."""

    group: tuple[str, ...]

    @abstractmethod
    def take(self, index: NDArray[np.intp]) -> Self:
        """The films at ``index``; a film may come more than once."""

    def split(self, share: float, seed: int) -> tuple[Self, Self]:
        """Training and validation films, by patient."""
        fitted, held = held_out_patients(self.group, share, seed)
        return self.take(fitted), self.take(held)


def held_out_patients(
    groups: Sequence[str], share: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of what is learned from, and of the share that is held out, by patient.

    Parameters
    ----------
    groups
        The patient of each. Of a single one the first film is learned from.
    """
    patients = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(patients))
    held = {patients[i] for i in order[: max(1, round(share * len(patients)))]}
    inside = np.array([group in held for group in groups])
    if inside.all():
        inside[0] = False
    return np.flatnonzero(~inside), np.flatnonzero(inside)
