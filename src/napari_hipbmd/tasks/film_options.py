"""What may be said about a film, in the words of every task that reads films."""

from __future__ import annotations

from typing import Any

from ..core.options import option
from ..core.radiograph import HipBox

SPACING_MM = (0.01, 2)
Corners = tuple[float, float, float, float]


def side_option() -> Any:
    """Which hip it is."""
    return option(None, "which hip it is (default: what the table or the film says)")


def box_option() -> Any:
    """The hip box, as :data:`Corners`."""
    return option(
        None, "the hip box, in pixels of the film", metavar=("X0", "Y0", "X1", "Y1")
    )


def spacing_option() -> Any:
    """The pixel spacing that somebody types."""
    return option(
        None,
        "pixel spacing of a film that has none it can be sure of",
        low=SPACING_MM[0], high=SPACING_MM[1], unit="mm", metavar="S",
    )  # fmt: skip


def force_spacing_option() -> Any:
    """Whether the typed spacing goes before a film's own."""
    return option(False, "take --spacing-mm even where a film knows its own spacing")


def hip_box(corners: Corners | None) -> HipBox | None:
    """The box with these corners."""
    return None if corners is None else HipBox(*corners)
