"""The landmark shapes of a study, for fitting a point-distribution model to them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.anatomy import Points, is_mirrored
from ..core.progress import Progress
from ..landmarks.shape import ShapeModel
from ..landmarks.shape_fitting import fit_shapes
from .films import film_facts
from .labelling.facts import FilmFacts
from .study import Study


def canonical_shapes_mm(
    study: Study, annotator: str | None = None, progress: Progress | None = None
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Every complete hip of a study as a left one, in mm.

    Parameters
    ----------
    study
        The study.
    annotator
        Whose landmarks; the truth of digital hips when None.
    progress
        Called with how many cases are done, of how many.

    Returns
    -------
    tuple
        ``(n, 16, 2)`` shapes, and the patient of each.
    """
    shapes, groups = [], []
    for done, case in enumerate(study.cases):
        if progress is not None:
            progress(done, len(study.cases))
        labels = None
        if annotator is not None:
            labels = study.labels(annotator, case.case_id)
            xy = None if labels is None else labels.xy
        else:
            truth = study.truth(case.case_id, with_sto=False)
            xy = None if truth is None else truth.landmarks_xy
        if xy is None or not np.isfinite(xy).all():
            continue
        shape = _canonical_mm(xy, film_facts(study, case.case_id, labels))
        if shape is not None:
            shapes.append(shape)
            groups.append(case.group or case.case_id)
    if progress is not None:
        progress(len(study.cases), len(study.cases))
    return np.array(shapes).reshape(-1, 16, 2), tuple(groups)


def shapes_of_study(
    study: Study, annotator: str | None = None, progress: Progress | None = None
) -> ShapeModel:
    """A point-distribution model of a study's own hips.

    Raises
    ------
    Refused
        If fewer than thirty hips have all landmarks, a side and a spacing.
    """
    shapes, _groups = canonical_shapes_mm(study, annotator, progress)
    who = f"labels of {annotator}" if annotator else "digital hips"
    return fit_shapes(shapes, f"{len(shapes)} hips of {study.folder.name}, {who}")


def _canonical_mm(xy: Points, film: FilmFacts) -> Points | None:
    if film.spacing_mm is None or film.side is None:
        return None
    sign = -1.0 if is_mirrored(film.side) else 1.0
    return xy * np.array(film.spacing_mm[::-1]) * [sign, 1.0]
