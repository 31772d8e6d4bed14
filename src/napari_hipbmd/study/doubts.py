"""What looks wrong in labels, as sentences; most of it from the shape of a hip."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..core.anatomy import INDEX, LANDMARK_IDS, TWICE_FOUND, distances_mm
from ..core.errors import Cancelled
from .edits import tangled
from .films import film_doubts, film_facts
from .labels import Labels
from .study import Study

if TYPE_CHECKING:
    from ..landmarks.shape import ShapeModel

APART_MM = 5.0
"""Two landmarks that are one place by definition are told when they lie this apart."""
DAMAGED = (
    "Its journal is damaged: the last changes may be missing; open it in the workbench,"
    " which keeps a copy."
)
_NAMED = re.compile(rf"\b({'|'.join(LANDMARK_IDS)})\b")


@dataclass(frozen=True)
class Doubt:
    """A sentence about a case, and the landmarks that it names."""

    case_id: str
    text: str

    @property
    def landmarks(self) -> tuple[str, ...]:
        """In the order in which they are named."""
        return tuple(dict.fromkeys(_NAMED.findall(self.text)))


def doubts_about(labels: Labels, model: ShapeModel | None = None) -> list[Doubt]:
    """What looks wrong in one case.

    Parameters
    ----------
    labels
        With what is known of the film: without a side the shape is not looked at.
    model
        The hips that the landmarks are compared with; the digital ones by default.
    """
    from ..landmarks.shape_doubts import shape_doubts

    film, xy = labels.film, labels.xy
    texts = [
        f"The outline of the {region} crosses itself.".replace("intertro", "inter-tro")
        for region in tangled(labels)
    ]
    if film.side is not None:
        texts += shape_doubts(xy, film.side, film.spacing_mm, model)
    if film.spacing_mm is not None:
        for a, b in TWICE_FOUND:
            apart = float(distances_mm(xy[INDEX[a]], xy[INDEX[b]], film.spacing_mm))
            if apart > APART_MM:
                texts.append(
                    f"{a} and {b} are one place, and lie {apart:.1f} mm apart."
                )
    if film.shape is not None:
        rows, columns = film.shape
        texts += [
            f"{name} lies outside the film: is it absent?"
            for name, (x, y) in zip(LANDMARK_IDS, xy, strict=True)
            if np.isfinite(x)
            and not (-0.5 <= x <= columns - 0.5 and -0.5 <= y <= rows - 0.5)
        ]
    return [Doubt(labels.case_id, text) for text in texts]


def study_doubts(
    study: Study,
    annotator: str,
    model: ShapeModel | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Doubt]:
    """What looks wrong in all that one annotator has labelled.

    Raises
    ------
    Cancelled
        If asked to stop.
    """
    found: list[Doubt] = []
    for done, case in enumerate(study.cases):
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(done, len(study.cases))
        labels = study.labels(annotator, case.case_id)
        if labels is not None:
            texts = film_doubts(case, labels)
            found += [Doubt(case.case_id, text) for text in texts]
            if study.has_damaged_journal(annotator, case.case_id):
                found.append(Doubt(case.case_id, DAMAGED))
            film = film_facts(study, case.case_id, labels)
            found += doubts_about(replace(labels, film=film), model)
    return found
