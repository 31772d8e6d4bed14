"""What patients are for: some train, some validate, some test."""

from __future__ import annotations

from typing import Literal, get_args

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = get_args(Part)
