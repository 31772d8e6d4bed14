"""Where the second-order crops lie, seen from the three region centres.

The distance between the centres is the ruler: a crop's side is a fixed multiple of it
for each region, so that no pixel spacing is needed and hips of all sizes fill their
crops alike.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..core.anatomy import INDEX, REGION_LANDMARKS, REGIONS, Region

FIRST_SIDE = 4.3  # of the ruler, when the first order looks again
CROP_SIDE: dict[Region, float] = {
    "neck": 2.3,
    "trochanter": 2.2,
    "intertrochanter": 2.4,
}
MEMBERS = {r: [INDEX[name] for name in REGION_LANDMARKS[r]] for r in REGIONS}


def centres_of(landmarks: Tensor) -> Tensor:
    """``(n, 16, 2)`` → ``(n, 3, 2)`` region centres."""
    return torch.stack([landmarks[:, MEMBERS[r]].mean(1) for r in REGIONS], 1)


def ruler(centres: Tensor) -> Tensor:
    """Mean distance between the three centres, ``(n,)``."""
    pairs = torch.stack(
        [
            centres[:, 0] - centres[:, 1],
            centres[:, 1] - centres[:, 2],
            centres[:, 2] - centres[:, 0],
        ],
        1,
    )
    return torch.linalg.norm(pairs, dim=-1).mean(1).clamp(min=0.02)
