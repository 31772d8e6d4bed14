"""The VOI step: how a film wants to be shown (DICOM PS3.3 C.11.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ...core.radiograph import Flag, FloatImage
from ..header import Header
from ..tags import code, numbers, values
from .lut import Lut, luts

Function = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID", "LUT"]

_MAX_WINDOWS = 32
_NAME = re.compile(r"[\w &+.,/()%-]{1,32}")


@dataclass(frozen=True, eq=False)
class Window:
    """One way to show the film, in modality values.

    ``centre`` and ``width`` of a look-up table are those of the inputs between which
    its output changes. ``falling``: higher values of the film are drawn darker, before
    any inversion.
    """

    name: str
    centre: float
    width: float
    function: Function = "LINEAR"
    lut: Lut | None = None
    falling: bool = False

    @property
    def limits(self) -> tuple[float, float]:
        """Contrast limits ``(low, high)``: what is drawn black and white.

        Exact for the linear functions. A sigmoid has no ends: its tangent at the
        centre has, and those are given (Eq. in C.11.2.1.3.1: slope 1/width).
        """
        if self.function == "LINEAR":
            half, centre = (self.width - 1) / 2, self.centre - 0.5
            if half > 0:
                return centre - half, centre + half
            return centre - 0.5, centre + 0.5
        return self.centre - self.width / 2, self.centre + self.width / 2

    def __call__(self, modality: NDArray[np.generic]) -> FloatImage:
        """Modality values as brightness 0 … 1, before any inversion, float32."""
        if self.lut is not None:
            return self.lut(modality).astype(np.float32) / np.float32(self.lut.top)
        grey = np.asarray(modality, np.float32)
        if self.function == "SIGMOID":
            # exp overflows in float32 only where the brightness is 0 anyway.
            with np.errstate(over="ignore"):
                bright = 1 / (1 + np.exp(-4 * (grey - self.centre) / self.width))
            return bright.astype(np.float32)
        low, high = self.limits
        return np.clip((grey - low) / (high - low), 0, 1).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for ``hipbmd inspect``."""
        low, high = self.limits
        return {
            "name": self.name,
            "function": self.function,
            "centre": self.centre,
            "width": self.width,
            "limits": [low, high],
        }


def windows(
    header: Header, signed: bool, modality: NDArray[np.generic]
) -> tuple[Window, ...]:
    """Every window and VOI look-up table of a film that shows it, in its order.

    Windows come before tables: their limits are exact in any viewer. One that draws
    nearly all of the film black or white is left out.

    Parameters
    ----------
    header
        The film's.
    signed
        Whether modality values can be negative.
    modality
        Those that the film holds (:func:`usual_inputs`).
    """
    film = header.dataset
    centres, widths = numbers(film, "WindowCenter"), numbers(film, "WindowWidth")
    names = values(film, "WindowCenterWidthExplanation")
    function, who = _function(film), header.who
    least = 1.0 if function == "LINEAR" else 1e-6
    found: list[Window] = []
    for i, (centre, width) in enumerate(zip(centres, widths, strict=False)):
        if not least <= width <= 1e9 or abs(centre) > 1e9:
            continue
        name = who.without(_clean(names[i])) if i < len(names) else None
        window = Window(name or f"window {i + 1}", centre, width, function)
        low, high = window.limits
        if low < modality.max() and modality.min() < high:
            found.append(window)
    for i, lut in enumerate(luts(film, "VOILUTSequence", signed)):
        low, high = lut.changing()
        name = who.without(_clean(lut.explanation)) or f"table {i + 1}"
        centre, falling = (low + high) / 2, not lut.rises(modality)
        found.append(Window(name, centre, high - low, "LUT", lut, falling))
    return tuple(found[:_MAX_WINDOWS])


def unusable(film: Dataset, offered: Sequence[Window]) -> tuple[Flag, ...]:
    """The flag of a film whose windows were all left out."""
    if offered or not (values(film, "WindowCenter") or values(film, "WindowWidth")):
        return ()
    return (
        Flag(
            "unread",
            "The film's window (WindowCenter, WindowWidth) shows nothing of it and was"
            " passed over: all of its greys are drawn.",
        ),
    )


def opposed(offered: Sequence[Window]) -> tuple[Flag, ...]:
    """The flag of a film whose windows and tables do not agree which end is bright."""
    if all(window.falling == offered[0].falling for window in offered):
        return ()
    return (
        Flag(
            "polarity",
            "The film's windows and VOI LUTs draw it in opposite ways: the first was"
            " taken, so check that bone is bright.",
        ),
    )


def _function(film: Dataset) -> Function:
    said = code(film, "VOILUTFunction")
    if said == "SIGMOID":
        return "SIGMOID"
    return "LINEAR_EXACT" if said == "LINEAR_EXACT" else "LINEAR"


def _clean(name: object) -> str | None:
    """A window's name as written, unless it is longer or odder than a name."""
    written = str(name or "").strip()
    return written if _NAME.fullmatch(written) else None
