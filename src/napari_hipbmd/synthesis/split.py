"""Patients to training, validation and test, before anything is augmented."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from ..core.errors import Refused
from ..core.parts import PARTS, Part

GOLDEN = (math.sqrt(5) - 1) / 2


def checked_shares(shares: Sequence[float]) -> tuple[float, float, float]:
    """Shares of training, validation and test as parts of one.

    Raises
    ------
    Refused
        If they are not three numbers of zero or more with one above it.
    """
    numbers = [float(share) for share in shares]
    usable = all(math.isfinite(n) and n >= 0 for n in numbers)
    if len(numbers) != len(PARTS) or not usable or sum(numbers) <= 0:
        raise Refused(
            "The split is three shares for training, validation and test, such as"
            " 0.8 0.1 0.1."
        )
    train, validation, test = (n / sum(numbers) for n in numbers)
    return train, validation, test


def split_patients(
    donors: Iterable[str],
    tissue: Iterable[str],
    shares: tuple[float, float, float],
    seed: int,
) -> dict[str, Part]:
    """The part of each patient; every part gets patients of both kinds.

    Parameters
    ----------
    donors, tissue
        Patients who give hips, and patients who give soft tissue; may overlap.

    Raises
    ------
    Refused
        If there are too few patients for the parts that are asked for.
    """
    rng = np.random.default_rng([seed, 1])
    gives_hip, gives_tissue = set(donors), set(tissue)
    wanted = [part for part, share in zip(PARTS, shares, strict=True) if share > 0]
    for group, what in ((gives_hip, "hip of type 2"), (gives_tissue, "STO box")):
        if len(group) < len(wanted):
            raise Refused(
                f"{len(group)} patients have a {what}, and a split by patient into"
                f" {', '.join(wanted)} needs {len(wanted)}: mark more films, or take"
                " --split 1 0 0."
            )
    both = gives_hip & gives_tissue
    found: dict[str, Part] = {}
    for group in (both, gives_hip - both, gives_tissue - both):
        names = sorted(group)
        order = [names[i] for i in rng.permutation(len(names))]
        counts = dict.fromkeys(wanted, 0)
        if group is not both:  # first what the patients of both kinds left empty
            kind = gives_hip if group <= gives_hip else gives_tissue
            for name in kind & found.keys():
                counts[found[name]] += 1
        total = len(order) + sum(counts.values())
        for name in order:
            part = _neediest(counts, shares, total)
            counts[part] += 1
            found[name] = part
    _check(found, gives_hip, gives_tissue, wanted)
    return found


def part_of(index: int, shares: tuple[float, float, float]) -> Part:
    """The part of pair ``index``: evenly spread, whatever the number of pairs."""
    at = (0.5 + index * GOLDEN) % 1
    for part, end in zip(PARTS, np.cumsum(shares), strict=True):
        if at < end:
            return part
    return next(p for p, s in zip(PARTS, shares, strict=True) if s > 0)


def _neediest(
    counts: dict[Part, int], shares: tuple[float, float, float], total: int
) -> Part:
    """The part that lacks most; one that has nothing comes first."""
    share = dict(zip(PARTS, shares, strict=True))
    empty = [part for part in counts if not counts[part]]
    if empty:
        return empty[0]
    return max(counts, key=lambda part: share[part] * total - counts[part])


def _check(
    found: dict[str, Part],
    gives_hip: set[str],
    gives_tissue: set[str],
    wanted: list[Part],
) -> None:
    for group, what in ((gives_hip, "hip of type 2"), (gives_tissue, "STO box")):
        missing = [p for p in wanted if p not in {found[name] for name in group}]
        if missing:
            raise Refused(
                f"No patient with a {what} is left for {missing[0]} after the split by"
                " patient: mark more films, or take --split 1 0 0."
            )
