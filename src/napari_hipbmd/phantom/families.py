"""The families of digital hips: those learned from, and those of another world."""

from typing import Literal

Family = Literal["train", "shifted"]
FAMILIES: tuple[Family, ...] = ("train", "shifted")
