"""What the autoencoder learns from: hips of studies in memory, stored pairs on disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import ConcatDataset, Dataset

from ..core.errors import Refused
from ..learning.hips import Hips, to_levels
from ..synthesis import PairsFolder, Part
from ..synthesis.storage import to_grey

Item = tuple[Tensor, Tensor, bool]
"""Film and STO, ``(1, 448, 448)`` levels each (:func:`as_grey` makes them grey), and
whether film − STO is bone: only then may the hip be put on another film's soft
tissue."""

KEPT = 1500
"""Pairs in memory, 0.8 MB each: to unpack one takes a third of a step's time for it."""


class Pairs(Dataset[Item]):
    """The hips of a study."""

    def __init__(self, hips: Hips) -> None:
        if hips.sto is None:
            raise Refused(
                "Enhancement learns from pairs of film and STO, and this study has no"
                " truth/ folder: make pairs first, or a study with 'hipbmd phantom'."
            )
        self.film, self.sto = hips.film, hips.sto

    def __len__(self) -> int:
        return len(self.film)

    def __getitem__(self, index: int) -> Item:
        film, sto = (torch.from_numpy(a[index])[None] for a in (self.film, self.sto))
        return film, sto, True


class StoredPairs(Dataset[Item]):
    """One part of a folder of pairs, read from the disk one by one.

    The first :data:`KEPT` that are asked for stay in memory. What leaves the film's
    range is cut off, as a detector does.
    """

    def __init__(self, folder: PairsFolder, part: Part, mixed: bool) -> None:
        self.folder = folder
        self.indices = np.array(folder.indices(part), np.int32)
        self._levels: dict[int, NDArray[np.uint16]] = {}
        self.mixed = mixed and folder.manifest.options.operator == "additive"

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Item:
        pair = self._pair(int(self.indices[index]))
        film, sto = torch.from_numpy(pair)[:, None]
        return film, sto, self.mixed

    def _pair(self, number: int) -> NDArray[np.uint16]:
        levels = self._levels.get(number)
        if levels is None:
            levels = to_levels(to_grey(self.folder.pair(number)))
            if len(self._levels) < KEPT:
                self._levels[number] = levels
        return levels


def mixture(
    studies: Iterable[Hips],
    folders: Sequence[PairsFolder],
    *,
    held_share: float,
    seed: int,
    mixed: bool,
) -> tuple[Dataset[Item], Dataset[Item]]:
    """What to learn from, and what is held out.

    Parameters
    ----------
    studies
        Each is split when its turn comes, and need not stay in memory beside its parts.
    held_share
        Of each study's patients. Of pairs the validation part is held out; their test
        part is never seen.
    mixed
        Whether the recipe puts hips of stored pairs on other soft tissue, too.

    Raises
    ------
    Refused
        If a study has no STO, or one of the two is empty.
    """
    fitted: list[Dataset[Item]] = []
    held: list[Dataset[Item]] = []
    parts = {  # a folder that is given twice is in memory once
        one.folder: [StoredPairs(one, part, mixed) for part in ("train", "validation")]
        for one in folders
    }
    for folder in folders:
        learn_pairs, check_pairs = parts[folder.folder]
        fitted.append(learn_pairs)
        held.append(check_pairs)
    for hips in studies:
        learn, check = hips.split(held_share, seed)
        fitted.append(Pairs(learn))
        held.append(Pairs(check))
    learned: ConcatDataset[Item] = ConcatDataset(fitted)
    checked: ConcatDataset[Item] = ConcatDataset(held)
    if not len(learned) or not len(checked):
        raise Refused(
            "The pairs have no part for training or none for validation: make them"
            " with --split 0.8 0.1 0.1, or add a study."
        )
    return learned, checked
