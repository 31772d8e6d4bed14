"""The landmarks that somebody placed, or that are true, as points of a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.anatomy import Points
from .cases.case import Case

if TYPE_CHECKING:
    from .study import Study

PREDICTED = "predicted"
TRUTH = "truth"


def placed_landmarks(
    study: Study, case: Case, landmarks: str
) -> tuple[Points | None, str, str]:
    """The landmarks that somebody placed, or why they cannot be used.

    Parameters
    ----------
    landmarks
        ``"predicted"``, ``"truth"`` or the name of an annotator.

    Returns
    -------
    xy
        ``(16, 2)`` film pixels; None when the networks are to find them.
    reason
        Empty when there is none.
    film
        SHA-256 of the pixels that they were placed on; empty where it is not known.
    """
    if landmarks == PREDICTED:
        return None, "", ""
    if landmarks == TRUTH:
        truth = study.truth(case.case_id, with_sto=False)
        xy = None if truth is None else truth.landmarks_xy
        return xy, "" if xy is not None else "there is no truth about it", ""
    labels = study.labels(landmarks, case.case_id)
    if labels is None or not np.isfinite(labels.xy).all():
        return None, f"{landmarks} has not placed all sixteen landmarks", ""
    from .films import of_the_other_hip  # it knows studies

    other = of_the_other_hip(labels, case)
    if other:
        return None, other, ""
    return labels.xy, "", labels.film.pixels_sha256 or ""
