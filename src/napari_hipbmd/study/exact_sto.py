"""The exact STO of a digital hip, found from its film's file."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import Refused
from ..core.radiograph import FloatImage
from . import Study


def exact_sto_of(image: Path, shape: tuple[int, int]) -> FloatImage | None:
    """The exact STO of a film that belongs to a study of digital hips, or None.

    Parameters
    ----------
    image
        The film's file, in ``images/`` of its study.
    shape
        ``(rows, columns)`` of the film.
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
    if truth is None or truth.sto is None or truth.sto.shape != shape:
        return None
    return truth.sto
