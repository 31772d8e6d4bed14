"""From a study to what the locator learns from: whole films and the places of hips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.anatomy import REGIONS
from ..core.canvas import make_canvas
from ..core.errors import Refused
from ..core.extras import from_extra
from ..core.radiograph import Radiograph
from ..dicom import read_film
from ..study import Study
from ..study.cases.case import Case

if TYPE_CHECKING:
    from ..landmarks.locator_training import Films
from .training_data import labelled_xy

ONE_HIP_MM = 215.0  # narrower films do not reach the other hip


def load_films(study: Study, annotator: str | None = None) -> Films:
    """Read a study's films whole, with the places of their hips.

    Raises
    ------
    Refused
        If a film cannot be read, or none has landmarks.
    """
    from ..landmarks.frames import MEMBERS
    from ..landmarks.locator import FILM_PX, SIDES

    with from_extra("train", "A training"):
        from ..landmarks.locator_training import Films

    by_film: dict[Path, list[Case]] = {}
    for case in study.cases:
        by_film.setdefault(case.image, []).append(case)
    greys, centres, shown, groups = [], [], [], []
    for image, cases in by_film.items():
        film = read_film(image)
        canvas = make_canvas(
            film.grey(),
            film.whole_box(),
            False,
            FILM_PX,
            pixel_aspect=film.pixel_aspect,
        )
        own = np.full((len(SIDES), 3, 2), np.nan, np.float32)
        there = np.full(len(SIDES), np.nan, np.float32)
        if shows_one_hip(film):
            there[:] = 0
        for case in cases:
            truth = study.truth(case.case_id, with_sto=False)
            xy = None if truth is None else truth.landmarks_xy
            if annotator is not None:
                labels = study.labels(annotator, case.case_id)
                xy = None if labels is None else labelled_xy(labels, case, film)
            side = case.side or film.side
            if xy is None or side is None or not np.isfinite(xy).all():
                continue
            on_canvas = (canvas.from_film(xy) + 0.5) * 2 / FILM_PX - 1
            place = SIDES.index(side)
            own[place] = [on_canvas[MEMBERS[region]].mean(0) for region in REGIONS]
            there[place] = 1
        if not (there > 0).any():
            continue
        greys.append(np.round(np.clip(canvas.grey, 0, 1) * 255).astype(np.uint8))
        centres.append(own)
        shown.append(there)
        groups.append(cases[0].group or cases[0].case_id)
    if not greys:
        raise Refused(f"The study {study.folder.name} has no films with landmarks.")
    return Films(np.stack(greys), np.stack(centres), np.stack(shown), tuple(groups))


def shows_one_hip(film: Radiograph) -> bool:
    """Whether a film is so small that no second hip is on it."""
    if film.spacing_mm is None:
        return False
    return film.shape[1] * film.spacing_mm[1] < ONE_HIP_MM
