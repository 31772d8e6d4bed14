"""Synthetic pairs from soft-tissue-only tiles and hip masks (paper 3.1)."""

from ..core.parts import PARTS, Part
from .boxes import (
    check_sto_box,
    covered,
    hip_from_box,
    overlap_share,
    sto_box,
    tile_from_box,
)
from .evenness import evenness
from .folder import (
    Made,
    Source,
    Sources,
    check_pairs,
    write_again,
    write_pairs,
)
from .making import max_error
from .manifest import MANIFEST, Manifest, read_manifest
from .options import PairDraw, PairOptions, draw_pair
from .pairs import Operator, additive, donor_soft_tissue, feather, replace
from .pairs_folder import PairsFolder
from .proposal import propose_mask, snap_to_edges
from .soft_tissue import soft_tissue_boxes
from .sources import HipSource, Pair, Placement, SoftTissueTile, fit_to, make_pair
from .split import checked_shares, split_patients

__all__ = [
    "MANIFEST",
    "PARTS",
    "HipSource",
    "Made",
    "Manifest",
    "Operator",
    "Pair",
    "PairDraw",
    "PairOptions",
    "PairsFolder",
    "Part",
    "Placement",
    "SoftTissueTile",
    "Source",
    "Sources",
    "additive",
    "check_pairs",
    "check_sto_box",
    "checked_shares",
    "covered",
    "donor_soft_tissue",
    "draw_pair",
    "evenness",
    "feather",
    "fit_to",
    "hip_from_box",
    "make_pair",
    "max_error",
    "overlap_share",
    "propose_mask",
    "read_manifest",
    "replace",
    "snap_to_edges",
    "soft_tissue_boxes",
    "split_patients",
    "sto_box",
    "tile_from_box",
    "write_again",
    "write_pairs",
]
