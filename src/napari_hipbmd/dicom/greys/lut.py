"""Look-up tables of DICOM (PS3.3 C.11.1.1.1 and C.11.2.1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ..tags import items, text, values

_MOST_BACK = 0.1
"""Of the way that outputs go: what a table of a machine may waver."""

_EVERY, _ENOUGH = 7, 200_000
"""One pixel of so many tells what a film holds; of a large film, so many pixels do."""


@dataclass(frozen=True, eq=False)
class Lut:
    """A table from input values to output values.

    Attributes
    ----------
    entries
        ``(n,)`` uint16 outputs of the inputs ``first, first + 1, …``; inputs beyond
        the ends get the end's output.
    first
        The input of the first entry.
    top
        The greatest output of as many bits as the outputs need.
    explanation
        What the film calls it.
    misnamed
        Whether the film names other bits than its outputs need.
    """

    entries: NDArray[np.uint16]
    first: int
    top: int
    explanation: str | None
    misnamed: bool = False

    def rises(self, inputs: NDArray[Any]) -> bool:
        """Whether outputs rise with these inputs; the table may hold many others."""
        outputs = self(inputs).astype(float)
        centred = np.asarray(inputs, float) - float(np.mean(inputs))
        return float(centred @ (outputs - outputs.mean())) >= 0

    def turns(self, inputs: NDArray[Any]) -> bool:
        """Whether outputs go up and down by much over these sorted inputs."""
        steps = np.diff(self(inputs).astype(float))
        up, down = steps[steps > 0].sum(), -steps[steps < 0].sum()
        return bool(min(up, down) > _MOST_BACK * max(up, down))

    def __call__(self, inputs: NDArray[Any]) -> NDArray[np.uint16]:
        """Outputs for an array of inputs, same shape."""
        index = np.rint(inputs).astype(np.int64) - self.first
        np.clip(index, 0, len(self.entries) - 1, out=index)
        outputs: NDArray[np.uint16] = self.entries[index]
        return outputs

    def covers(self, inputs: NDArray[Any]) -> float:
        """The share of these inputs that have an entry of their own."""
        last = self.first + len(self.entries) - 1
        return float(np.mean((inputs >= self.first) & (inputs <= last)))

    def reach(self, inputs: tuple[int, int]) -> int:
        """The greatest value of the bits that the outputs of these inputs need."""
        low, high = (
            int(np.clip(v - self.first, 0, len(self.entries) - 1)) for v in inputs
        )
        return _top(self.entries[low : high + 1])

    def changing(self) -> tuple[float, float]:
        """The inputs between which the output changes."""
        steps = np.flatnonzero(np.diff(self.entries.astype(np.int64)))
        if not len(steps):
            return float(self.first), float(self.first + max(len(self.entries) - 1, 1))
        return float(self.first + steps[0]), float(self.first + steps[-1] + 1)


def luts(film: Dataset, keyword: str, signed: bool) -> list[Lut]:
    """Every table of a sequence that makes sense.

    Parameters
    ----------
    film
        The data set.
    keyword
        ``"ModalityLUTSequence"`` or ``"VOILUTSequence"``.
    signed
        Whether the table's inputs are signed, for descriptors that lost their sign.
    """
    found = (_lut(item, signed) for item in items(film, keyword))
    return [table for table in found if table is not None]


def usual_inputs(values: NDArray[Any]) -> NDArray[Any]:
    """``(99,)`` percentiles of a film's values: what it holds nearly everywhere."""
    some = values.ravel()[:: max(_EVERY, values.size // _ENOUGH)]
    # sorting whole numbers is faster than looking for 99 of them
    at = np.rint(np.linspace(0.01, 0.99, 99) * (some.size - 1)).astype(int)
    found: NDArray[Any] = np.sort(some)[at]
    return found


def _lut(item: Dataset, signed: bool) -> Lut | None:
    try:
        count, first, bits = (int(v) for v in values(item, "LUTDescriptor"))
    except (TypeError, ValueError):
        return None
    count = count & 0xFFFF or 65536
    if signed and first > 32767:
        first -= 65536
    if not 1 <= bits <= 16:
        return None
    entries = _entries(item, count)
    if entries is None or len(entries) < 2:
        return None
    # Some machines write 12-bit outputs and call them 8 or 16: trust the outputs.
    top = _top(entries)
    return Lut(
        entries, first, top, text(item, "LUTExplanation"), top != (1 << bits) - 1
    )


def _top(outputs: NDArray[np.uint16]) -> int:
    return int((1 << max(1, int(outputs.max()).bit_length())) - 1)


def _entries(item: Dataset, count: int) -> NDArray[np.uint16] | None:
    data = values(item, "LUTData")
    if len(data) == 1 and isinstance(data[0], bytes):
        # Written as OW: one byte an entry where there are too few for two.
        packed = len(data[0]) < 2 * count
        order = ">" if item.original_encoding[1] is False else "<"
        array = np.frombuffer(data[0], "u1" if packed else f"{order}u2")
    else:
        try:
            array = np.array([int(v) & 0xFFFF for v in data], np.uint16)
        except (TypeError, ValueError):
            return None
    return array[:count].astype(np.uint16) if len(array) >= count else None
