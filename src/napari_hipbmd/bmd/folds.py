"""Folds by patient: both hips of a person always fall into the same fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.errors import Refused

Indices = NDArray[np.intp]
Groups = Sequence[str] | NDArray[np.int64]
"""The patient of each case: names, or numbers."""


def grouped_folds(
    groups: Groups, folds: int = 10, seed: int = 0
) -> Iterator[tuple[Indices, Indices]]:
    """Training and test indices of each fold.

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
    from sklearn.model_selection import GroupKFold

    patients = len(set(groups))
    if folds < 2 or patients < folds:
        raise Refused(
            f"{folds} folds by patient need at least {max(folds, 2)} patients, and the"
            f" study has {patients} (column 'group' of cases.csv)."
        )
    splitter = GroupKFold(folds, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(groups)), groups=np.asarray(groups))
