"""What looks wrong in labels, as sentences; most of it from the shape of a hip."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..core.anatomy import INDEX, LANDMARK_IDS, TWICE_FOUND, Points, distances_mm
from ..core.errors import Cancelled
from ..core.radiograph import HipBox
from .films import film_doubts, film_facts
from .labelling.edits import tangled
from .labelling.labels import Labels
from .labelling.recovery import recover
from .study import Study

if TYPE_CHECKING:
    from ..landmarks.shape import ShapeModel

APART_MM = 5.0
"""Two landmarks that are one place by definition are told when they lie this apart."""
_STEEP = 0.7
"""Down over aside, of a thigh that points down: 55° away from it is more than any."""
_HANDFUL = 4
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
    from ..landmarks.shape_doubts import OTHER_SIDE, shape_doubts

    film, xy = labels.film, labels.xy
    texts = [
        f"The outline of the {region} crosses itself.".replace("intertro", "inter-tro")
        for region in tangled(labels)
    ]
    lie = _lie(xy, film.spacing_mm)
    texts += lie
    texts += _beside_box(xy, film.box)
    if film.side is not None:
        shape = shape_doubts(xy, film.side, film.spacing_mm, model)
        # x and y swapped, or y from below, make a hip of the other side of it.
        texts += [text for text in shape if not lie or text != OTHER_SIDE]
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


def _lie(xy: Points, spacing_mm: tuple[float, float] | None) -> list[str]:
    """What a thigh that does not point down says; no shape of a hip tells it."""
    top, bottom = (
        xy[[INDEX[name] for name in names]].mean(axis=0)
        for names in (("T4", "N4"), ("I2", "I3"))
    )
    across, down = (bottom - top) * (spacing_mm or (1.0, 1.0))[::-1]
    if not np.isfinite(across + down) or down > abs(across) * _STEEP:
        return []
    way = "up" if -down > abs(across) * _STEEP else "aside"
    text = (
        f"The thigh points {way}, not down: x and y may be swapped, or counted from"
        " another corner of the film."
    )
    return [text]


def _beside_box(xy: Points, box: HipBox | None) -> list[str]:
    """What landmarks away from their hip box say; those of a crop have lost its corner.

    A handful of them is looked at, for a box may cut off one or two.
    """
    known = xy[np.isfinite(xy).all(1)]
    if box is None or len(known) < _HANDFUL:
        return []
    corner, end = np.array([box.x0, box.y0]), np.array([box.x1, box.y1])
    middle = np.median(known, axis=0)
    if ((middle >= corner) & (middle <= end)).all():
        return []
    text = "The landmarks lie beside the hip box: they may be of the other hip."
    if (known >= -0.5).all() and (known <= end - corner).all():
        text = (
            "The landmarks lie beside the hip box and fit in it if they count from its"
            " corner: they may be pixels of a crop, not of the film."
        )
    return [text]


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
        there = recover(study.folder, annotator, case.case_id)
        labels = there.labels
        if labels is not None:
            texts = film_doubts(case, labels)
            texts += [there.fault] if there.fault else []
            texts += [DAMAGED] if there.reading.damaged else []
            found += [Doubt(case.case_id, text) for text in texts]
            film = film_facts(study, case.case_id, labels)
            found += doubts_about(replace(labels, film=film), model)
    return found
