"""What the autoencoder learns from: hips of studies in memory, stored pairs on disk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import ConcatDataset, Dataset

from ..core.errors import Refused
from ..learning.hips import LEVELS, Hips
from ..synthesis import PairsFolder, Part
from ..synthesis.storage import to_grey

Item = tuple[Tensor, Tensor, bool]
"""Film and STO, ``(1, 448, 448)`` each, 0 … 1, and whether film − STO is bone: only
then may the hip be put on another film's soft tissue."""


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
        film, sto = (
            torch.from_numpy(a[index].astype("float32") / LEVELS)[None]
            for a in (self.film, self.sto)
        )
        return film, sto, True


class StoredPairs(Dataset[Item]):
    """One part of a folder of pairs, read from the disk one by one.

    What leaves the film's range is cut off, as a detector does.
    """

    def __init__(self, folder: PairsFolder, part: Part, mixed: bool) -> None:
        self.folder = folder
        self.indices = np.array(folder.indices(part), np.int32)
        self.mixed = mixed and folder.manifest.options.operator == "additive"

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Item:
        film, sto = (
            torch.from_numpy(to_grey(page).clip(0, 1))[None]
            for page in self.folder.pair(int(self.indices[index]))
        )
        return film, sto, self.mixed


def mixture(
    studies: Sequence[Hips],
    folders: Sequence[PairsFolder],
    *,
    held_share: float,
    seed: int,
    mixed: bool,
) -> tuple[Dataset[Item], Dataset[Item]]:
    """What to learn from, and what is held out.

    Parameters
    ----------
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
    for folder in folders:
        fitted.append(StoredPairs(folder, "train", mixed))
        held.append(StoredPairs(folder, "validation", mixed))
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
