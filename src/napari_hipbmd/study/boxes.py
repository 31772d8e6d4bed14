"""The hip boxes of films: ``boxes.json`` in a study, or beside a film that is in none.

One film may show two hips; each box has the side of its hip, who placed it and when.
A film is named by its path in the folder, or by a number made of that path where it
names the patient.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, replace
from pathlib import Path

from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.hip_box import OTHER
from ..core.locks import locked
from ..core.radiograph import HipBox, Side
from .boxes_file import (
    BOXES,
    Boxes,
    FilmBoxes,
    PlacedBox,
    boxes_text,
    number_of,
    read_boxes,
)
from .cases.case import Case, checked_name
from .cases.film_hips import refuse_labelled, with_hips, with_other_side, without_hips
from .cases.table import TABLE, read_cases, write_cases
from .labelling.labels import labelled_cases, read_labels, utc_now

_LOCK = ".boxes.lock"


class BoxesChanged(Refused):
    """Somebody else has placed other boxes on this film meanwhile: ``theirs``."""

    def __init__(self, theirs: FilmBoxes) -> None:
        last = max(theirs.values(), key=lambda box: box.at, default=None)
        who = "" if last is None else f" by {last.by}"
        super().__init__(
            f"The hip boxes of this film were changed{who} in another window or by"
            " another program, and yours were not written over them: look at those,"
            " then place yours again."
        )
        self.theirs = theirs


def boxes_folder(film: Path) -> Path:
    """Where a film's boxes are kept: the study that it lies in, or its own folder."""
    film = film.absolute()
    return next((up for up in film.parents if (up / TABLE).is_file()), film.parent)


def with_boxes(folder: Path, cases: Iterable[Case], boxes: Boxes) -> tuple[Case, ...]:
    """A study's cases, each with its hip box.

    A row that names no side takes the box of the film's only hip, and its side.
    """
    cases = tuple(cases)
    if not boxes.films:
        return cases
    rows = Counter(case.image for case in cases)

    def one(case: Case) -> Case:
        placed = boxes.of(_relative(case.image, folder))
        side = case.side
        if side is None and len(placed) == 1 and rows[case.image] == 1:
            (side,) = placed
        if side not in placed:
            return case
        one = placed[side]
        return replace(case, side=side, box=one.box, box_source=one.source)

    return tuple(map(one, cases))


def film_boxes(film: Path) -> dict[Side, PlacedBox]:
    """The hip boxes of one film by side.

    Raises
    ------
    Refused
        If ``boxes.json`` cannot be used.
    """
    folder = boxes_folder(film)
    return read_boxes(folder).of(_relative(film, folder))


def remember_boxes(
    film: Path,
    boxes: Mapping[Side, HipBox],
    by: str,
    known: FilmBoxes,
) -> dict[Side, PlacedBox]:
    """Keep the hip boxes of a film in place of those that were known.

    In a study every hip gets its row in ``cases.csv``; a row that was made for a box is
    taken away with it, as long as nothing else is known of that hip.

    Parameters
    ----------
    boxes
        All boxes of the film. One that has not changed keeps who placed it and when.
    by
        Who places them.
    known
        The boxes as this window last saw them.

    Returns
    -------
    dict
        What is remembered now.

    Raises
    ------
    BoxesChanged
        If the disk holds others than ``known``; nothing is written.
    Refused
        If the folder cannot be written, its boxes or its table cannot be read, or a
        row of the table does not say which hip its DXA reading is of.
    """
    from ..dicom import public_path  # loads pydicom

    checked_name(by, "Your name")
    folder = boxes_folder(film)
    relative = _relative(film, folder)
    now = utc_now()
    wanted: dict[Side, PlacedBox] = {
        side: known[side]
        if side in known and known[side].box == box
        else PlacedBox(_rounded(box), by, now)
        for side, box in boxes.items()
    }
    with _writing(folder):
        there = read_boxes(folder)
        theirs = there.of(relative)
        if theirs != dict(known):
            raise BoxesChanged(theirs)
        key = relative if public_path(film, folder) == relative else number_of(relative)
        kept = {k: v for k, v in there.films.items() if k not in (relative, key)}
        kept |= {key: wanted} if wanted else {}
        # Rows first: a hip that has a row and no box yet is still searched for.
        _update_table(folder, relative, known, wanted, Path(key).stem)
        write_text_atomic(folder / BOXES, boxes_text(kept))
    return wanted


def place_boxes(folder: Path, films: Mapping[str, FilmBoxes]) -> None:
    """Keep the boxes of many films of a study at once, by their path in the folder.

    Boxes that these films had before are replaced; the table stays as it is.

    Raises
    ------
    Refused
        If the folder cannot be written or its boxes cannot be read.
    """
    with _writing(folder):
        rounded = {
            film: {
                side: replace(placed, box=_rounded(placed.box))
                for side, placed in boxes.items()
            }
            for film, boxes in films.items()
        }
        kept = {**read_boxes(folder).films, **rounded}
        write_text_atomic(folder / BOXES, boxes_text(kept))


def remember_case_box(
    folder: Path, case_id: str, side: Side | None, box: HipBox, by: str
) -> None:
    """Keep the hip box of a case of a study; other boxes of its film stay.

    Parameters
    ----------
    side
        Of the hip, where the table does not say; without any, nothing is kept.

    Raises
    ------
    Refused
        As :func:`remember_boxes`.
    """
    case = next(case for case in read_cases(folder) if case.case_id == case_id)
    side = case.side or side
    if side is not None:
        known = film_boxes(case.image)
        others = {hip: placed.box for hip, placed in known.items()}
        remember_boxes(case.image, {**others, side: box}, by, known)


def _update_table(
    folder: Path, relative: str, known: FilmBoxes, wanted: FilmBoxes, name: str
) -> None:
    """Give every box its row, and take away the rows of boxes that are gone."""
    if not (folder / TABLE).is_file():
        return
    cases = read_cases(folder)
    used = labelled_cases(folder)
    image, gone = folder / relative, set(known) - set(wanted)
    after = cases
    if any(_is_same(one, known.get(OTHER[side])) for side, one in wanted.items()):
        refuse_labelled(cases, image, used)
        if len(known) == len(wanted) == 1:
            after = with_other_side(cases, image, *wanted)
    unsaid = [one for one in cases if one.image == image and one.side is None]
    labelled = _labelled_hip(folder, unsaid[0], wanted) if unsaid else None
    after = with_hips(after, image, set(wanted), name, labelled)
    after = without_hips(after, image, gone, used)
    if after != cases:
        write_cases(folder, after)


def _labelled_hip(folder: Path, case: Case, boxes: FilmBoxes) -> Side | None:
    """The hip in whose box most landmarks of a case lie; None without any there."""
    found: Counter[Side] = Counter()
    for path in (folder / "labels").glob(f"*/{case.case_id}.json"):
        try:
            labels = read_labels(folder, path.parent.name, case.case_id)
        except Refused:
            continue  # whoever opens them is told
        for x, y in () if labels is None else labels.xy:
            for side, placed in boxes.items():
                x0, y0, x1, y1 = astuple(placed.box)
                found[side] += int(x0 <= x <= x1 and y0 <= y <= y1)
    return found.most_common(1)[0][0] if found.total() else None


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Keep other windows out; a folder that cannot be written is told in a sentence."""
    try:
        with (folder / _LOCK).open("ab") as file, locked(file):
            yield
    except OSError as error:
        raise Refused(
            f"The hip boxes cannot be written into {folder.name}"
            f" ({error.strerror or error}): they are used while the window is open;"
            " copy the films to where you may write to keep them."
        ) from None


def _relative(film: Path, folder: Path) -> str:
    return film.absolute().relative_to(folder).as_posix()


def _is_same(one: PlacedBox, other: PlacedBox | None) -> bool:
    """Whether two boxes lie in the same place."""
    return other is not None and one.box == other.box


def _rounded(box: HipBox) -> HipBox:
    return HipBox(*(round(float(edge), 3) for edge in astuple(box)))
