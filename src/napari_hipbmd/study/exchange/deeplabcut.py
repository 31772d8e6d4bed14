"""DeepLabCut's table of labelled frames (``CollectedData_NAME.csv`` and ``.h5``).

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
from collections.abc import Mapping, Sequence

from ...core.anatomy import LANDMARK_IDS
from ...core.cells import bare, guarded
from ...core.errors import Refused
from ..cases.sheet import NotATable, rows_of, text_of
from ..labelling.label import XY, Label
from ..labelling.labels import Labels
from .content import refusing
from .hdf import cells_of_frame, frame_bytes
from .parcel import Intake, Parcel

_LEVELS = ("scorer", "individuals", "bodyparts", "coords")
_FOLDER = ("labeled-data", "hips")
_KEY = "df_with_missing"
Row = Sequence[str]


def write_deeplabcut(labels: Sequence[Labels]) -> bytes:
    """Labels of one annotator as a table of labelled frames."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    blank = [""] * len(_FOLDER)
    heads = zip(*_columns(labels), strict=True)
    for level, names in zip(("scorer", "bodyparts", "coords"), heads, strict=True):
        writer.writerow([level, *blank, *map(guarded, names)])
    for one in labels:
        cells = ["" if math.isnan(x) else x for x in _positions(one)]
        writer.writerow([*map(guarded, _path(one)), *cells])
    return file.getvalue().encode()


def write_deeplabcut_h5(labels: Sequence[Labels]) -> bytes:
    """The same table as pandas stores it.

    Raises
    ------
    Refused
        If pandas or PyTables is not installed.
    """
    return frame_bytes(
        _KEY,
        [_path(one) for one in labels],
        _columns(labels),
        ("scorer", "bodyparts", "coords"),
        [_positions(one) for one in labels],
    )


def _columns(labels: Sequence[Labels]) -> list[tuple[str, str, str]]:
    """The heads of the columns."""
    scorer = labels[0].annotator if labels else ""
    return [(scorer, name, coord) for name in LANDMARK_IDS for coord in "xy"]


def _path(one: Labels) -> tuple[str, ...]:
    """A frame, as a project calls it."""
    return (*_FOLDER, f"{one.case_id}.png")


def _positions(one: Labels) -> list[float]:
    """The x and y of each landmark in turn; NaN where it was not placed."""
    found: list[float] = []
    for name in LANDMARK_IDS:
        mark = one.landmarks.get(name)
        found += (math.nan, math.nan) if mark is None or mark.xy is None else mark.xy
    return found


def read_deeplabcut(data: bytes, name: str, intake: Intake) -> list[Parcel]:
    """The cases of a table of labelled frames.

    Raises
    ------
    Refused
        If it is not such a table, or has several animals a frame, or several scorers
        of whom none is the annotator.
    """
    with refusing(f"{name} is not DeepLabCut's table of labelled frames"):
        try:
            first, rest = rows_of(text_of(data), ())
        except NotATable as error:
            raise Refused(str(error)) from None
        return _parcels([(1, first), *rest], intake)


def read_deeplabcut_h5(data: bytes, name: str, intake: Intake) -> list[Parcel]:
    """The cases of the same table as pandas stores it; nothing in it is run.

    Raises
    ------
    Refused
        If it is not such a table, holds Python objects, or h5py is not installed.
    """
    with refusing(f"{name} is not DeepLabCut's table of labelled frames"):
        rows = cells_of_frame(data, _KEY)
        return _parcels(list(enumerate(rows, 1)), intake)


def _parcels(rows: list[tuple[int, list[str]]], intake: Intake) -> list[Parcel]:
    """The cases of the lines of a table, each with its number."""
    head: dict[str, Row] = {}
    while rows and rows[0][1] and rows[0][1][0].strip() in _LEVELS:
        cells = rows.pop(0)[1]
        head[cells[0].strip()] = cells
    for level in ("scorer", "bodyparts", "coords"):
        if level not in head:
            raise Refused(f"it has no line that begins with {level!r}.")
    coords = _of_one_animal(head, _of_one_scorer(head, intake), rows)
    places = _places(head["bodyparts"], coords, intake)
    names = next(i for i, c in enumerate(head["coords"]) if i and c.strip())
    found = []
    for line, cells in rows:
        if len(cells) < names:
            raise Refused(f"line {line} has too few columns.")
        width = len(head["coords"])
        if any(map(str.strip, cells[width:])):
            raise Refused(f"line {line} has too many columns.")
        if len(cells) < width:
            intake.doubts.append(_doubt_of_cut(line, len(cells), width))
        marks = {}
        for mark, (x, y) in places.items():
            xy = _position(cells, x, y, f"{mark} in line {line}")
            if xy is not None:
                marks[mark] = Label(xy, source=intake.source)
        found.append(Parcel(bare(cells[names - 1].strip()), marks))
    return found


def _doubt_of_cut(line: int, cells: int, width: int) -> str:
    return (
        f"line {line}: it has {cells} of {width} cells, and the landmarks of the others"
        " were taken as not placed: the file may be cut off."
    )


def _of_one_scorer(head: Mapping[str, Row], intake: Intake) -> Row:
    """What x and y are in each column; of several scorers, those of the annotator."""
    scorers = [cell.strip() for cell in head["scorer"]]
    names = [name for name in dict.fromkeys(scorers[1:]) if name]
    if len(names) < 2:
        return head["coords"]
    listed = ", ".join(name[:40] for name in names)
    if intake.annotator not in names:
        raise Refused(
            f"it has the labels of several scorers ({listed}): leave the columns of"
            " one, or name one of them as the annotator."
        )
    intake.tell(f"Of the scorers {listed}, those of {intake.annotator} were taken.")
    return [
        coord if i == 0 or i < len(scorers) and scorers[i] == intake.annotator else ""
        for i, coord in enumerate(head["coords"])
    ]


def _of_one_animal(
    head: Mapping[str, Row], coords: Row, rows: list[tuple[int, list[str]]]
) -> Row:
    """What x and y are in the columns of the one animal that has any labels."""
    animals = dict(enumerate(map(str.strip, head.get("individuals", ()))))
    animals[0] = ""  # the line's own name
    filled = {i for _, cells in rows for i, cell in enumerate(cells) if cell.strip()}
    of = {i: animals.get(i, "") for i, coord in enumerate(coords) if coord.strip()}
    labelled = {animal for i, animal in of.items() if i in filled} or set(of.values())
    if len(labelled - {""}) > 1:
        raise Refused("it has several animals, and a film has one hip a case.")
    return [
        coord if of.get(i, "") in {"", *labelled} else ""
        for i, coord in enumerate(coords)
    ]


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
        numbers = [float(t.replace(",", ".")) if t else math.nan for t in texts]
    except ValueError:
        raise Refused(f"{what} has a position that is no number.") from None
    if all(map(math.isnan, numbers)):
        return None
    if any(map(math.isnan, numbers)):
        raise Refused(f"{what} has half a position.")
    return numbers[0], numbers[1]
