"""Reasons not to trust a film, seen in its picture rather than in its tags."""

from __future__ import annotations

from .landmarks import agreement
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
from .saturation import SATURATED, saturation

__all__ = [
    "DEFAULT",
    "FLAG_CODES",
    "NONE",
    "SATURATED",
    "Policy",
    "agreement",
    "field",
    "metal",
    "policy_named",
    "policy_of_study",
    "position",
    "read_policy",
    "saturation",
    "withhold",
]
