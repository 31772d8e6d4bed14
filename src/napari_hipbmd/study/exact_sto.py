"""The exact STO of a digital hip, found from its film's file."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import Refused
from ..core.radiograph import FloatImage, Radiograph
from . import Study


def exact_sto_of(image: Path, film: Radiograph) -> FloatImage | None:
    """The exact STO of a film that belongs to a study of digital hips, or None.

    Parameters
    ----------
    image
        The film's file, in ``images/`` of its study.
    film
        As it was read from there.
    """
    image = image.absolute()
    for folder in image.parents[:3]:
        if Study.is_study(folder):
            break
    else:
        return None
    try:
        study = Study.open(folder)
        case = next((c for c in study.cases if c.image == image), None)
        truth = None if case is None else study.truth(case.case_id)
    except Refused:  # the film can be used, whatever its study's table is like
        return None
    return None if truth is None else truth.sto_as_read(film)
