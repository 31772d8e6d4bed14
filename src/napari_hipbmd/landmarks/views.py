"""What each of the four networks is shown of a hip while it learns."""

from __future__ import annotations

import torch
from torch import Tensor

from ..core.anatomy import REGIONS
from ..learning import augmentation
from ..learning.augmentation import Wobble
from .disturbance import disturb
from .frames import CROP_SIDE, MEMBERS, centres_of, ruler
from .networks import FIRST_PX, SECOND_PX, as_input

WHOLE = Wobble(20, 60, 0.12, (0.62, 1.3), 0.12)
CROP = Wobble(20.0, 60.0, 0.12, (0.78, 1.28), 0.08)
GAMMA = 0.7  # of the display curves, as a logarithm
LOCAL = 0.5


def views_of(
    film: Tensor, xy: Tensor, random: bool
) -> dict[str, tuple[Tensor, Tensor]]:
    """Input and target points of each network.

    Parameters
    ----------
    film
        Canvases ``(n, 1, 448, 448)``.
    xy
        ``(n, 16, 2)`` in −1 … 1 of the canvas.
    random
        Turned, shifted, scaled and disturbed, as to learn from; otherwise as they are,
        with crops around the true centres.

    Returns
    -------
    dict
        By network: its input, and ``(n, k, 2)`` in −1 … 1 of that.
    """
    n, device = len(film), film.device
    zero = torch.zeros(n, device=device)
    if random:
        film = augmentation.random_curve(film, GAMMA)
        film = disturb(augmentation.random_local(film, LOCAL), xy)
        whole = augmentation.random_frames(n, WHOLE, device)
    else:
        whole = augmentation.frames(zero, zero + 1, zero, zero)
    centres = centres_of(xy)
    out = {
        "first": (
            as_input(augmentation.view(film, whole, FIRST_PX)),
            augmentation.to_view(centres, whole),
        )
    }
    unit = ruler(centres)
    for i, region in enumerate(REGIONS):
        size = CROP_SIDE[region] * unit / 2
        at = centres[:, i]
        if random:
            matrix = augmentation.random_frames(n, CROP, device)
            matrix = matrix * size[:, None, None]
            matrix[:, :, 2] += at
        else:
            matrix = augmentation.frames(zero, size, at[:, 0], at[:, 1])
        out[region] = (
            as_input(augmentation.view(film, matrix, SECOND_PX)),
            augmentation.to_view(xy[:, MEMBERS[region]], matrix),
        )
    return out
