"""Synthetic pairs from soft-tissue-only tiles and hip masks (paper 3.1)."""

from .pairs import Operator, additive, donor_soft_tissue, feather, replace
from .sources import HipSource, Pair, Placement, SoftTissueTile, make_pair

__all__ = [
    "HipSource",
    "Operator",
    "Pair",
    "Placement",
    "SoftTissueTile",
    "additive",
    "donor_soft_tissue",
    "feather",
    "make_pair",
    "replace",
]
