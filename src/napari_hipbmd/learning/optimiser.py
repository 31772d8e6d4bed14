"""How weights follow the loss, in every training but the paper's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch


def adamw_with_cosine(
    weights: Iterable[torch.nn.Parameter], rate: float, epochs: int, **how: Any
) -> tuple[list[Any], list[Any]]:
    """AdamW whose rate falls to zero with a cosine, as Lightning takes it.

    Parameters
    ----------
    rate
        The learning rate at the start.
    epochs
        When it is zero.
    how
        Other arguments of :class:`torch.optim.AdamW`.
    """
    optimiser = torch.optim.AdamW(weights, rate, **how)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    return [optimiser], [schedule]
