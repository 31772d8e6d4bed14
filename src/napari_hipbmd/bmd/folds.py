"""Folds by patient: both hips of a person always fall into the same fold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..core.errors import Refused

Indices = NDArray[np.intp]
Groups = Sequence[str] | NDArray[np.int64]
"""The patient of each case: names, or numbers."""

_REMEMBERED = 512
"""Divisions that are kept: a validation asks for the same ones for every row and site,
and making them takes longer than a fit."""


def grouped_folds(
    groups: Groups, folds: int = 10, seed: int = 0
) -> tuple[tuple[Indices, Indices], ...]:
    """Training and test indices of each fold, to be read only.

    Parameters
    ----------
    groups
        The patient of each case, ``(n,)``.
    folds
        How many folds.
    seed
        The same seed gives the same folds.

    Raises
    ------
    Refused
        If there are fewer patients than folds.
    """
    whose = groups.tolist() if isinstance(groups, np.ndarray) else groups
    return _divided(tuple(whose), folds, seed)


@lru_cache(maxsize=_REMEMBERED)
def _divided(
    groups: tuple[str | int, ...], folds: int, seed: int
) -> tuple[tuple[Indices, Indices], ...]:
    from sklearn.model_selection import GroupKFold

    patients = len(set(groups))
    if folds < 2 or patients < folds:
        raise Refused(
            f"{folds} folds by patient need at least {max(folds, 2)} patients, and the"
            f" study has {patients} (column 'group' of cases.csv)."
        )
    splitter = GroupKFold(folds, shuffle=True, random_state=seed)
    found = list(splitter.split(np.zeros(len(groups)), groups=np.asarray(groups)))
    for index in (one for fold in found for one in fold):
        index.setflags(write=False)
    return tuple(found)
