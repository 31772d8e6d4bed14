"""Which case of a study a film in the viewer is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ...core.errors import Refused
from ...core.resources import sample_data_dir
from .identity import facts_of
from .origins import origin_of


class FilmCase(NamedTuple):
    """A case, and the folder of its study."""

    study: Path
    case_id: str


def case_of_film(film_layer: Any) -> FilmCase | None:
    """The case of the film that a layer shows; None for a film in no study.

    The samples are in none: they stay as they come, whoever moves a landmark.
    Of a film with two hips it is the case that the layer is named after, else the one
    of its side, else the first.
    """
    from ...study import Study
    from ...study.boxes import boxes_folder
    from ...study.cases.table import read_cases

    origin = origin_of(film_layer)
    if origin is None:
        return None
    origin = origin.absolute()
    folder = boxes_folder(origin)
    if not Study.is_study(folder) or folder == sample_data_dir():
        return None
    try:
        hips = [case for case in read_cases(folder) if case.image == origin]
    except Refused:
        return None
    facts = facts_of(film_layer)
    hips.sort(
        key=lambda case: (
            case.case_id != facts.get("case_id"),
            case.side != facts.get("side"),
        )
    )
    return FilmCase(folder, hips[0].case_id) if hips else None
