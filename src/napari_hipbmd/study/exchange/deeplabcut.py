"""DeepLabCut's table of labelled frames (``CollectedData_NAME.csv``).

::

    scorer,,,anna,anna,…
    bodyparts,,,N1,N1,…
    coords,,,x,y,…
    labeled-data,hips,case-7.png,124.25,57.5,…

``x, y`` in pixels, the centre of the first pixel at (0, 0), as napari-deeplabcut shows
them; an empty cell is a point that was not placed. Older versions have the path of a
frame in one column, and projects of several animals a line ``individuals``.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from ...core.anatomy import LANDMARK_IDS
from ...core.cells import bare, guarded
from ...core.errors import Refused
from ..label import XY, Label
from ..labels import Labels
from ..sheet import NotATable, rows_of, text_of
from .content import refusing
from .parcel import Intake, Parcel

_LEVELS = ("scorer", "individuals", "bodyparts", "coords")
_FOLDER = ("labeled-data", "hips")
Row = Sequence[str]


def write_deeplabcut(labels: Sequence[Labels]) -> bytes:
    """Labels of one annotator as a table of labelled frames."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    scorer = guarded(labels[0].annotator) if labels else ""
    blank = [""] * len(_FOLDER)
    writer.writerow(["scorer", *blank, *[scorer] * 2 * len(LANDMARK_IDS)])
    parts = [name for name in LANDMARK_IDS for _ in "xy"]
    writer.writerow(["bodyparts", *blank, *parts])
    writer.writerow(["coords", *blank, *"xy" * len(LANDMARK_IDS)])
    for one in labels:
        cells: list[float | str] = []
        for name in LANDMARK_IDS:
            mark = one.landmarks.get(name)
            cells += ("", "") if mark is None or mark.xy is None else mark.xy
        writer.writerow([*_FOLDER, guarded(f"{one.case_id}.png"), *cells])
    return file.getvalue().encode()


def read_deeplabcut(data: bytes, name: str, intake: Intake) -> list[Parcel]:
    """The cases of a table of labelled frames.

    Raises
    ------
    Refused
        If it is not such a table, or has several animals a frame.
    """
    with refusing(f"{name} is not DeepLabCut's table of labelled frames"):
        try:
            first, rest = rows_of(text_of(data), ())
        except NotATable as error:
            raise Refused(str(error)) from None
        rows = [(1, first), *rest]
        head: dict[str, Row] = {}
        while rows and rows[0][1] and rows[0][1][0].strip() in _LEVELS:
            cells = rows.pop(0)[1]
            head[cells[0].strip()] = cells
        for level in ("scorer", "bodyparts", "coords"):
            if level not in head:
                raise Refused(f"it has no line that begins with {level!r}.")
        if len({cell for cell in head.get("individuals", ())[1:] if cell}) > 1:
            raise Refused("it has several animals, and a film has one hip a case.")
        coords = head["coords"]
        places = _places(head["bodyparts"], coords, intake)
        names = next(i for i, cell in enumerate(coords) if i and cell.strip())
        found = []
        for line, cells in rows:
            if len(cells) < names:
                raise Refused(f"line {line} has too few columns.")
            marks = {}
            for mark, (x, y) in places.items():
                xy = _position(cells, x, y, f"{mark} in line {line}")
                if xy is not None:
                    marks[mark] = Label(xy, source=intake.source)
            found.append(Parcel(bare(cells[names - 1].strip()), marks))
        return found


def _places(parts: Row, coords: Row, intake: Intake) -> dict[str, tuple[int, int]]:
    """Our landmark → the columns of its x and y."""
    columns: dict[str, dict[str, int]] = {}
    for column, coord in enumerate(coords[1:], 1):
        part = parts[column].strip() if column < len(parts) else ""
        if coord.strip() == "likelihood":
            intake.tell("What a network thought likely was left out.")
        elif coord.strip() in columns.setdefault(part, {}):
            raise Refused(f"{part[:40]} occurs twice.")
        elif coord.strip():
            columns[part][coord.strip()] = column
    found: dict[str, tuple[int, int]] = {}
    for part, known in columns.items():
        if not known:  # the columns with the frame's path
            continue
        ours = intake.names.landmark(part)
        if ours is None:
            intake.tell(f"The point {part[:40]!r} was left out.")
        elif ours in found:
            raise Refused(f"{ours} occurs twice.")
        else:
            found[ours] = known["x"], known["y"]
    if not found:
        raise Refused("it has no landmarks.")
    return found


def _position(cells: Row, x: int, y: int, what: str) -> XY | None:
    """Where a point lies; None where it was not placed."""
    texts = [cells[i].strip() if i < len(cells) else "" for i in (x, y)]
    try:
        numbers = [float(text) if text else math.nan for text in texts]
    except ValueError:
        raise Refused(f"{what} has a position that is no number.") from None
    if all(map(math.isnan, numbers)):
        return None
    if any(map(math.isnan, numbers)):
        raise Refused(f"{what} has half a position.")
    return numbers[0], numbers[1]
