"""Tables of pandas in HDF5 files: written by pandas, and read so that nothing runs.

PyTables unpickles what a file's attributes and objects hold, and that can run code.
So h5py reads, and only what the *fixed* format of a table of numbers needs::

    axis0_level0 …     the names of a level of the columns
    axis0_label0 …     which of them each column has; -1 for none
    axis1_…            the same of the rows, or axis1 with one name a row
    block0_items_…     the columns of a block of values
    block0_values      (rows, columns)
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...core.cells import guarded
from ...core.errors import Refused
from ...core.extras import from_extra
from .content import LARGEST_BYTES

_EXTRA, _WHAT = "deeplabcut", "A table of DeepLabCut's as .h5"
_DAMAGED = "it is damaged, or no HDF5 file."
_BLOCKS, _DEPTH = 100, 10
_MOST_CELLS = 2_000_000
"""A few kilobytes unfold to many more; 40 000 films of 16 landmarks have fewer."""
Names = list[tuple[str, ...]]


def frame_bytes(
    key: str,
    index: Sequence[tuple[str, ...]],
    columns: Sequence[tuple[str, ...]],
    levels: Sequence[str],
    values: Sequence[Sequence[float]],
) -> bytes:
    """A pandas table as an HDF5 file.

    Parameters
    ----------
    key
        Under which it lies.
    index, columns
        The names of each row and column, level by level.
    levels
        What the levels of the columns are called.
    values
        Row by row.

    Raises
    ------
    Refused
        If pandas or PyTables is not installed.
    """
    with from_extra(_EXTRA, _WHAT):
        import pandas
        import tables  # noqa: F401 - pandas would tell of it in words of its own
    table = pandas.DataFrame(
        values,
        dtype=float,
        index=pandas.MultiIndex.from_tuples(index),
        columns=pandas.MultiIndex.from_tuples(columns, names=levels),
    )
    with TemporaryDirectory() as folder:
        path = Path(folder, "table.h5")
        table.to_hdf(path, key=key, mode="w")
        return path.read_bytes()


def cells_of_frame(data: bytes, key: str) -> list[list[str]]:
    """A pandas table as the lines that its CSV would have.

    A line for each level of the columns, which begins with the level's name, and one
    for each row, which begins with its names; an empty cell for NaN.

    Parameters
    ----------
    data
        The file.
    key
        Of the table, where the file has several.

    Raises
    ------
    Refused
        If it holds no such table, one with Python objects, or h5py is missing.
    """
    with from_extra(_EXTRA, _WHAT):
        import h5py
    try:
        with h5py.File(io.BytesIO(data)) as file:
            return _cells(_Frame(_group(file, key)))
    except KeyError as error:
        if "nable to" not in str(error):  # h5py's own words for what it cannot open
            raise
        raise Refused(_DAMAGED) from None
    except (OSError, RuntimeError):
        raise Refused(_DAMAGED) from None


def _group(file: Any, key: str) -> Any:
    """The group of the table: the only one, or that with the key."""
    import h5py

    name = next(iter(file)) if len(file) == 1 else key
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise Refused(f"it holds no table {key}.")
    return file[name]


def _cells(frame: _Frame) -> list[list[str]]:
    rows, columns = frame.names("axis1"), frame.names("axis0")
    values = frame.values(len(rows))
    blank = [""] * (len(rows[0]) - 1 if rows else 0)
    lines = [
        [level, *blank, *(guarded(name[i]) for name in columns)]
        for i, level in enumerate(frame.levels("axis0"))
    ]
    for i, names in enumerate(rows):
        numbers = [values[name][i] for name in columns]
        cells = [
            "" if math.isnan(number) else repr(float(number)) for number in numbers
        ]
        lines.append([*map(guarded, names), *cells])
    return lines


class _Frame:
    """The arrays of a table's group; only plain numbers and texts are ever read."""

    def __init__(self, group: Any) -> None:
        self._group, self._left = group, _MOST_CELLS
        if self._attribute("pandas_type") != "frame":
            raise Refused(
                "it is no table of pandas' fixed format, which is all that can be read"
                " without running what it holds: take the CSV beside it."
            )

    def names(self, axis: str) -> Names:
        """The names of each row or column, level by level."""
        if self._attribute(f"{axis}_variety") != "multi":
            return [(name,) for name in self._texts(axis)]
        columns = []
        for level in range(self._depth(axis)):
            names = [*self._texts(f"{axis}_level{level}"), ""]  # -1 is none
            codes = self._array(f"{axis}_label{level}")
            if any(code < -1 for code in codes):
                raise ValueError("a name that there is not")
            columns.append([names[int(code)] for code in codes])
        return list(zip(*columns, strict=True))

    def levels(self, axis: str) -> list[str]:
        """What the levels are called."""
        return [
            self._text(self._dataset(f"{axis}_level{level}").attrs["name"])
            for level in range(self._depth(axis))
        ]

    def values(self, rows: int) -> dict[tuple[str, ...], Any]:
        """The names of a column → its values."""
        found: dict[tuple[str, ...], Any] = {}
        for block in range(min(int(self._group.attrs["nblocks"]), _BLOCKS)):
            array = self._array(f"block{block}_values")
            if array.dtype.kind not in "fiu" or array.ndim != 2:
                raise Refused("it holds values that are no numbers.")
            # pandas turns blocks over as it writes them, and says so.
            dataset = self._dataset(f"block{block}_values")
            array = array if dataset.attrs.get("transposed") else array.T
            names = self.names(f"block{block}_items")
            if array.shape != (rows, len(names)):
                raise ValueError("a block of another size")
            found |= zip(names, array.T, strict=True)
        return found

    def _depth(self, axis: str) -> int:
        return min(int(self._group.attrs[f"{axis}_nlevels"]), _DEPTH)

    def _attribute(self, name: str) -> str:
        return self._text(self._group.attrs.get(name, b""))

    @staticmethod
    def _text(value: Any) -> str:
        """A text, also where PyTables would unpickle it."""
        return value.decode("utf-8") if isinstance(value, bytes) else str(value)

    def _texts(self, name: str) -> list[str]:
        return [self._text(one) for one in self._array(name).tolist()]

    def _dataset(self, name: str) -> Any:
        """A dataset that lies in this file as plain numbers or texts."""
        import h5py

        link = self._group.get(name, getlink=True)
        if link is None:
            raise KeyError(name)
        found = self._group[name] if isinstance(link, h5py.HardLink) else None
        if not isinstance(found, h5py.Dataset) or found.is_virtual or found.external:
            raise Refused(f"its {name} lies elsewhere.")
        if found.dtype.kind not in "fiuS":
            raise Refused("it holds Python objects, which could run code.")
        if found.nbytes > LARGEST_BYTES:
            raise Refused(f"its {name} is too large.")
        return found

    def _array(self, name: str) -> Any:
        found = self._dataset(name)
        self._left -= found.size
        if self._left < 0:
            raise Refused("it is larger than any table of labels.")
        return found[()]
