"""Pictures whose values left their range at one end and came in again at the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_JUMP, _FEWEST = 0.75, 1e-3
"""Of the range, from one pixel to the next; and the share of pixels that jump so.

At wrapped hips .2–4 % do, on real films .05 % at most.
"""

_MOST_ACROSS, _MOST_ACROSS_SHARE = 4.0, 0.2
"""Times as far as beside it does a wrapped picture go across a jump, and of the range:
1–3 and .01–.19 were seen. At letters it goes 5 and more times as far, at a grey border,
where both sides may be rough, by a quarter of the range.
"""

_STRAIGHT = 0.2
"""Of the lines: where so many jump at one place, there is the edge of a frame."""

_LINES = 250
"""Lines of a large film that are looked at: more tell nothing new."""


def wraps(values: NDArray[np.integer], bits: int) -> bool:
    """Whether a picture without its highest bits, or of another sign, looks like this.

    Where a value passes the range's end it comes in again at the other, from one pixel
    to the next, and would go on smoothly if the ends met.

    Parameters
    ----------
    values
        ``(rows, columns)``.
    bits
        Of their range.
    """
    span = 1 << bits
    low, high = int(values.min()), int(values.max())
    if high - low <= _JUMP * span:
        return False
    across, beside, looked_at = [], [], 0
    for turned in (values, values.T):
        lines = lines_of(turned)
        steps = np.abs(np.diff(lines, axis=1))
        looked_at += steps.size
        far = steps > _JUMP * span
        far[:, far.mean(axis=0) > _STRAIGHT] = False
        if not far.any():
            continue
        # A mask or letters end at one and the same value.
        ends = np.sort([lines[:, :-1][far], lines[:, 1:][far]], axis=0)
        across.append(span - steps[far][(ends[0] > low) & (ends[1] < high)])
        beside.append(steps[:, 1:][far[:, :-1] & ~far[:, 1:]])
        beside.append(steps[:, :-1][far[:, 1:] & ~far[:, :-1]])
    jumps = np.concatenate(across) if across else np.empty(0)
    if jumps.size <= _FEWEST * looked_at:
        return False
    near = max(1.0, float(np.median(np.concatenate([*beside, [0]]))))
    most = min(_MOST_ACROSS * near, _MOST_ACROSS_SHARE * span)
    return float(np.median(jumps)) <= most


def jump_share(values: NDArray[np.integer], bits: int) -> float:
    """The share of steps between neighbours that go through most of the range."""
    steps = [np.abs(np.diff(lines_of(turned), axis=1)) for turned in (values, values.T)]
    far = sum(np.count_nonzero(one > _JUMP * (1 << bits)) for one in steps)
    return far / sum(one.size for one in steps)


def of_other_sign(
    values: NDArray[np.integer], bits: int, signed: bool
) -> NDArray[np.integer]:
    """The same bits read without their sign, or with one.

    Parameters
    ----------
    values
        ``(rows, columns)``, within ``bits``.
    signed
        Whether they have a sign as they are.
    """
    half = 1 << (bits - 1)
    pattern = values.astype(np.int32) & (2 * half - 1)
    if signed:
        return pattern.astype(f"u{values.dtype.itemsize}")
    return ((pattern ^ half) - half).astype(f"i{values.dtype.itemsize}")


def lines_of(values: NDArray[np.integer]) -> NDArray[np.int32]:
    """Some rows, evenly over the film, with room for their differences."""
    return values[:: max(1, len(values) // _LINES)].astype(np.int32)
