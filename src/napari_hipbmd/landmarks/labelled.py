"""Hips with landmarks, as the networks learn from them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..core.anatomy import Points
from ..core.canvas import CANVAS_PX
from ..core.errors import Refused
from ..learning.hips import Hips


class Labelled(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Levels ``(1, 448, 448)``, landmarks ``(16, 2)`` in −1 … 1, which are known.

    Parameters
    ----------
    hips
        Its landmarks may be NaN where somebody left one out.
    guess
        ``(n, 16, 2)`` canvas pixels: where those may lie. Crops are laid by it, and
        nothing is learned from it.
    """

    def __init__(self, hips: Hips, guess: Points | None = None) -> None:
        if hips.landmarks_xy is None:
            raise Refused(
                "This study has no landmarks to learn from: label films first, or"
                " make a study with 'hipbmd phantom'."
            )
        self.film = hips.film
        self.known = np.asarray(np.isfinite(hips.landmarks_xy).all(axis=-1))
        xy = hips.landmarks_xy
        if guess is not None:
            xy = np.where(self.known[..., None], xy, guess)
        self.xy = (xy + 0.5) * 2 / CANVAS_PX - 1

    def __len__(self) -> int:
        return len(self.film)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        film = torch.from_numpy(self.film[index])[None]
        xy = torch.from_numpy(self.xy[index].astype("float32"))
        return film, xy, torch.from_numpy(self.known[index])
