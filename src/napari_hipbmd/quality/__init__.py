"""Reasons not to trust a film, seen in its picture rather than in its tags."""

from __future__ import annotations

from .burnt_in import burnt_in
from .collimation import borders, collimation, covered_share
from .landmarks import against_found, agreement
from .metal import metal
from .placement import field, position
from .policy import (
    DEFAULT,
    FLAG_CODES,
    NONE,
    Policy,
    policy_named,
    policy_of_study,
    read_policy,
    withhold,
)
from .rotation import rotation
from .saturation import burnt_share, saturation
from .size import size

__all__ = [
    "DEFAULT",
    "FLAG_CODES",
    "NONE",
    "Policy",
    "against_found",
    "agreement",
    "borders",
    "burnt_share",
    "collimation",
    "covered_share",
    "field",
    "burnt_in",
    "metal",
    "policy_named",
    "policy_of_study",
    "position",
    "read_policy",
    "rotation",
    "saturation",
    "size",
    "withhold",
]
