"""Synthetic pairs from soft-tissue-only tiles and hip masks (paper 3.1)."""

from .pairs import Operator, additive, donor_soft_tissue, feather, replace

__all__ = ["Operator", "additive", "donor_soft_tissue", "feather", "replace"]
