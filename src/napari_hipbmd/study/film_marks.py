"""What somebody marked on a film to make pairs of it: STO boxes, hip mask, film type.

They lie beside the films, ``marks/<case_id>.json`` and its ``_mask.png``, in a study or
in any folder of films. Hip boxes are kept where all docks keep them: ``boxes.py``.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..core.bounded_json import as_type, read_json
from ..core.errors import Refused
from ..core.files import write_bytes_atomic, write_text_atomic
from ..core.radiograph import HipBox, Side
from ..core.reading import open_regular
from ..synthesis import sto_box
from .cases.case import checked_name, inside
from .labelling.persons_name import persons_name

FOLDER = "marks"
FilmType = Literal[1, 2]


@dataclass(frozen=True)
class TypeChoice:
    """Type 1 (uneven soft tissue) or 2 (even): who said so, and when (ISO, UTC)."""

    film_type: FilmType
    by: str
    at: str

    def __post_init__(self) -> None:
        if self.film_type not in (1, 2):
            raise Refused("The type of a film is 1 or 2.")
        checked_name(self.by, "The person who confirmed the type,")

    @classmethod
    def now(cls, film_type: FilmType, by: str) -> TypeChoice:
        """A choice that is made at this moment.

        Raises
        ------
        Refused
            If ``by`` is no person's name.
        """
        persons_name(by, "The person who confirmed the type,")
        return cls(film_type, by, datetime.now(UTC).isoformat(timespec="seconds"))

    def to_json(self) -> dict[str, Any]:
        """For the file, and for the manifest of pairs."""
        return {"type": self.film_type, "by": self.by, "at": self.at}


@dataclass(frozen=True, eq=False)
class FilmMarks:
    """The marks of one film.

    Attributes
    ----------
    image
        The film, relative to the folder that holds ``marks/``.
    patient
        Films of one patient stay together when pairs are split; the case id when
        nothing is known.
    shape
        ``(rows, columns)`` of the film.
    side
        Of the hip of a film that has no hip box.
    sto_boxes
        In film pixels.
    mask
        ``(rows, columns)`` bool, or None; of all hips of the film.
    choice
        The film's type, or None when nobody has confirmed one.
    """

    case_id: str
    image: str
    shape: tuple[int, int]
    patient: str = ""
    side: Side | None = None
    sto_boxes: tuple[HipBox, ...] = ()
    mask: NDArray[np.bool_] | None = None
    choice: TypeChoice | None = None

    def __post_init__(self) -> None:
        checked_name(self.case_id, "The case_id")
        if self.mask is not None and self.mask.shape != self.shape:
            raise Refused(
                f"The hip mask of {self.case_id} is not of its film's size: draw it"
                " on this film."
            )

    @property
    def has_bone(self) -> bool:
        """Whether any bone is painted."""
        return self.mask is not None and bool(self.mask.any())


def marks_path(folder: Path, case_id: str) -> Path:
    """Where the marks of a film lie."""
    return folder / FOLDER / f"{checked_name(case_id, 'The case_id')}.json"


def write_marks(folder: Path, marks: FilmMarks) -> Path:
    """Write the marks of one film; the mask first, the file that names it last.

    Returns
    -------
    Path
        The JSON file.
    """
    path = marks_path(folder, marks.case_id)
    inside(folder, marks.image)
    picture = path.with_name(f"{marks.case_id}_mask.png")
    if marks.has_bone and marks.mask is not None:
        buffer = io.BytesIO()
        Image.fromarray(marks.mask).save(buffer, "PNG", optimize=True)
        write_bytes_atomic(picture, buffer.getvalue())
    content = {
        "case_id": marks.case_id,
        "image": marks.image,
        "patient": marks.patient,
        "side": marks.side,
        "rows": marks.shape[0],
        "columns": marks.shape[1],
        "sto_boxes": [box_as_list(box) for box in marks.sto_boxes],
        "mask": picture.name if marks.has_bone else None,
        "film_type": None if marks.choice is None else marks.choice.to_json(),
    }
    write_text_atomic(path, json.dumps(content, indent=1, allow_nan=False) + "\n")
    if not marks.has_bone:
        picture.unlink(missing_ok=True)
    return path


def read_marks(folder: Path, case_id: str) -> FilmMarks | None:
    """The marks of one film, or None when there are none.

    Raises
    ------
    Refused
        If the files cannot be read as the marks of that film.
    """
    path = marks_path(folder, case_id)
    try:
        return _parsed(path, as_type(_Stored, read_json(path)), case_id)
    except FileNotFoundError as error:
        if error.filename == str(path):
            return None
        raise Refused(f"The hip mask of {case_id} is missing: draw it.") from None
    except Refused as refusal:
        raise Refused(f"The marks of {case_id} cannot be used: {refusal}") from None
    except (OSError, ValueError, Image.DecompressionBombError):
        raise Refused(
            f"The marks of {case_id} cannot be read: delete {path.name} and its mask,"
            " and mark the film again."
        ) from None


def list_marked(folder: Path) -> list[str]:
    """The case ids that have marks, in order."""
    return sorted(path.stem for path in (folder / FOLDER).glob("*.json"))


def box_as_list(box: HipBox) -> list[float]:
    """Edges ``x0, y0, x1, y1`` for JSON."""
    return [float(v) for v in (box.x0, box.y0, box.x1, box.y1)]


@dataclass(frozen=True)
class _StoredChoice:
    type: FilmType
    by: str
    at: str


@dataclass(frozen=True)
class _Stored:
    """The marks as they lie in their file, which names the mask beside it."""

    case_id: str
    image: str
    patient: str
    side: Side | None
    rows: int
    columns: int
    sto_boxes: tuple[tuple[float, float, float, float], ...]
    mask: str | None
    film_type: _StoredChoice | None


def _parsed(path: Path, stored: _Stored, case_id: str) -> FilmMarks:
    if stored.case_id != case_id:
        raise Refused("they are of another film")
    inside(path.parent.parent, stored.image)
    shape, choice = (stored.rows, stored.columns), stored.film_type
    return FilmMarks(
        case_id,
        stored.image,
        shape,
        stored.patient,
        stored.side,
        tuple(sto_box(*box) for box in stored.sto_boxes),
        None
        if stored.mask is None
        else _mask(path.with_name(f"{case_id}_mask.png"), shape),
        None if choice is None else TypeChoice(choice.type, choice.by, choice.at),
    )


def _mask(path: Path, shape: tuple[int, int]) -> NDArray[np.bool_]:
    with open_regular(path) as file, Image.open(file, formats=["PNG"]) as picture:
        if picture.size[::-1] != shape:  # before a bomb is unpacked
            raise Refused("its hip mask is not of its film's size: draw it again")
        mask: NDArray[np.bool_] = np.asarray(picture.convert("1"), np.bool_)
    if not mask.any():
        raise Refused("its hip mask holds no bone; paint the hip, or delete it.")
    return mask
