"""The hips and soft tissue of a folder, for pairs: marked films, or digital hips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from ..core.anatomy import is_mirrored
from ..core.canvas import make_canvas
from ..core.errors import Refused
from ..core.radiograph import FloatImage, HipBox, Side
from ..core.reading import file_sha256
from ..dicom import read_film
from ..synthesis import (
    HipSource,
    Operator,
    SoftTissueTile,
    Source,
    Sources,
    hip_from_box,
    overlap_share,
    tile_from_box,
)
from .boxes import film_boxes
from .cases.case import Case, inside
from .film_marks import FilmMarks, box_as_list, list_marked, read_marks
from .study import Study

EVEN = 2  # the type of the films that give hips (paper 3.1)
BY_CONSTRUCTION = {"type": EVEN, "by": "digital hip", "at": "by construction"}


def gather(folders: Sequence[Path], operator: Operator = "additive") -> Sources:
    """Everything that pairs can be made of; pixels are read when they are needed.

    A folder with marks (``marks/``) gives what is marked: STO boxes, and hips of
    films that somebody confirmed as type 2. A study of digital hips gives its exact
    STO, and its type 2 hips.

    Raises
    ------
    Refused
        If a folder gives nothing, or a mark cannot be used.
    """
    hips: list[Source] = []
    tiles: list[Source] = []
    for folder in folders:
        more = _of_folder(folder, operator)
        hips += more.hips
        tiles += more.tiles
    if not hips:
        raise Refused(
            "No hip can be projected: a film needs a hip mask, and somebody who"
            " confirms that it is of type 2."
        )
    if not tiles:
        raise Refused(
            "There is no soft tissue to project on: draw STO boxes on bone-free places."
        )
    return Sources(tuple(hips), tuple(tiles))


def of_marks(folder: Path, marks: FilmMarks) -> Sources:
    """What one marked film gives; nothing is refused for being little.

    Masks are read again when they are needed: those of many films would fill the
    memory.

    Raises
    ------
    Refused
        When something is loaded: an STO box outside the film, a mask without a rim.
    """
    patient = marks.patient or marks.case_id
    film = _film_of(folder, replace(marks, mask=None))
    tiles = tuple(
        Source(
            marks.case_id, patient, {"box": box_as_list(box)},
            partial(_tile, film, box, patient),
        )
        for box in marks.sto_boxes
    )  # fmt: skip
    if marks.choice is None or marks.choice.film_type != EVEN:
        return Sources((), tiles)
    chosen = marks.choice.to_json()
    hips = tuple(
        Source(
            marks.case_id, patient,
            {"box": box_as_list(box), "side": side, "film_type": chosen},
            partial(_hip, film, folder, marks.case_id, box, side, patient),
        )
        for box, side in masked_hips(folder, marks)
    )  # fmt: skip
    return Sources(hips, tiles)


def masked_hips(folder: Path, marks: FilmMarks) -> list[tuple[HipBox, Side | None]]:
    """The hip boxes in which bone is painted; a film without any is taken whole."""
    if marks.mask is None or not marks.has_bone:
        return []
    boxes = film_boxes(inside(folder, marks.image))
    if not boxes:
        rows, columns = marks.shape
        return [(HipBox(-0.5, -0.5, columns - 0.5, rows - 0.5), marks.side)]
    return [
        (placed.box, side)
        for side, placed in sorted(boxes.items())
        if overlap_share(placed.box, marks.mask) > 0
    ]


def _of_folder(folder: Path, operator: Operator) -> Sources:
    if not folder.is_dir():
        raise Refused(f"There is no folder {folder}.")
    marked = list_marked(folder)
    if marked:
        found = [of_marks(folder, _marks(folder, name)) for name in marked]
        return Sources(
            tuple(hip for one in found for hip in one.hips),
            tuple(tile for one in found for tile in one.tiles),
        )
    if not Study.is_study(folder):
        raise Refused(
            f"{folder.name} holds neither marked films (marks/) nor a study of"
            " digital hips: mark films in napari with Make pairs."
        )
    return _digital(Study.open(folder), operator)


def _marks(folder: Path, case_id: str) -> FilmMarks:
    marks = read_marks(folder, case_id)
    assert marks is not None
    return marks


def _digital(study: Study, operator: Operator) -> Sources:
    cases = [
        case
        for case in study.cases
        if (study.folder / "truth" / f"{case.case_id}.json").exists()
    ]
    if not cases:
        raise Refused(
            f"The study {study.folder.name} has neither marks (marks/) nor a truth/"
            " folder: mark its films in napari with Make pairs."
        )
    tiles = [
        Source(case.case_id, _patient(case), {}, partial(_exact_tile, study, case))
        for case in cases
    ]
    hips = [
        Source(
            case.case_id, _patient(case),
            {"side": case.side, "film_type": BY_CONSTRUCTION},
            partial(_exact_hip, study, case, operator),
        )
        for case in cases
        if case.extra.get("film_type") == str(EVEN)
    ]  # fmt: skip
    return Sources(tuple(hips), tuple(tiles))


def _patient(case: Case) -> str:
    return case.group or case.case_id


def _film_of(folder: Path, marks: FilmMarks) -> Callable[[], _Film]:
    """Reads the film once for its boxes that are loaded one after the other."""
    path = inside(folder, marks.image)

    def film() -> _Film:
        try:
            found = _read(path)
        except Refused as error:
            raise Refused(f"Film {marks.case_id}: {error}") from error
        rows, columns = found.grey.shape
        if (rows, columns) != marks.shape:
            raise Refused(
                f"The film {marks.case_id} has {columns} × {rows} pixels and its marks"
                " were made on another: mark it again."
            )
        return found

    return film


@dataclass(frozen=True, eq=False)
class _Film:
    grey: FloatImage
    pixel_aspect: float


def _read(path: Path) -> _Film:
    try:
        return _read_once(path, file_sha256(path))
    except OSError:
        raise Refused(f"The film {path.name} cannot be read.") from None


@lru_cache(maxsize=1)
def _read_once(path: Path, _sha256: str) -> _Film:
    film = read_film(path)
    return _Film(film.grey(), film.pixel_aspect)


def _tile(film: Callable[[], _Film], box: HipBox, patient: str) -> SoftTissueTile:
    return tile_from_box(film().grey, box, patient)


def _hip(
    film: Callable[[], _Film],
    folder: Path,
    case_id: str,
    box: HipBox,
    side: Side | None,
    patient: str,
) -> HipSource:
    mask = _marks(folder, case_id).mask
    if mask is None:
        raise Refused(f"The hip mask of {case_id} is missing: draw it.")
    mirrored = side is not None and is_mirrored(side)
    try:
        read = film()
        return hip_from_box(read.grey, mask, box, mirrored, patient, read.pixel_aspect)
    except Refused as error:
        raise Refused(f"Film {case_id}: {error}") from error


def _exact(study: Study, case: Case) -> tuple[FloatImage, FloatImage]:
    """Film and STO canvases of a digital hip."""
    film = read_film(case.image)
    truth = study.truth(case.case_id)
    sto = None if truth is None else truth.sto_as_read(film)
    if sto is None:
        raise Refused(
            f"The truth of {case.case_id} lacks its STO image in the film's size."
        )
    side = case.side or film.side
    mirrored = side is not None and is_mirrored(side)
    seen, exact = (
        make_canvas(
            grey, film.whole_box(), mirrored, pixel_aspect=film.pixel_aspect
        ).grey
        for grey in (film.grey(), sto)
    )
    return seen, exact


def _exact_tile(study: Study, case: Case) -> SoftTissueTile:
    return SoftTissueTile(_exact(study, case)[1], _patient(case))


def _exact_hip(study: Study, case: Case, operator: Operator) -> HipSource:
    film, sto = _exact(study, case)
    return HipSource.from_truth(film, sto, _patient(case), operator)


def unused(folder: Path) -> dict[str, int]:
    """Why films with marks give no hip → how many."""
    found = {"type 1": 0, "type not confirmed": 0, "no bone in a hip box": 0}
    for name in list_marked(folder):
        marks = _marks(folder, name)
        if not marks.has_bone:
            continue
        if marks.choice is None:
            found["type not confirmed"] += 1
        elif marks.choice.film_type != EVEN:
            found["type 1"] += 1
        elif not masked_hips(folder, marks):
            found["no bone in a hip box"] += 1
    return found
