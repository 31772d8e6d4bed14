"""The films that models are compared on: digital hips, or pairs of one's own films."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...bmd import FEATURE_NAMES, feature_vector, features
from ...core.anatomy import REGIONS, polygons
from ...core.radiograph import FilmRefused, Radiograph
from ...dicom import read_film
from ...pipeline import enhance_hip, see_hip
from ...pipeline.enhanced import part_of
from ...pipeline.models import Networks
from ...study import Case, Study
from ...synthesis import PairsFolder
from ...synthesis.storage import to_grey
from .scores import FilmScore, score

Landmarks = Literal["predicted", "truth"]
NO_TRUTH = "its exact STO is not known"
MOST_PAIRS = 500
"""Of more test pairs as many are taken, evenly."""


@dataclass(frozen=True, eq=False)
class ScoredFilm:
    """One film by both models.

    Attributes
    ----------
    case
        Of a study; None for a pair.
    raw, exact
        ``(9,)`` features of the film itself, and of the exact bone image.
    """

    name: str
    scores: tuple[FilmScore, FilmScore]
    case: Case | None
    raw: NDArray[np.float64]
    exact: NDArray[np.float64]


Todo = list[tuple[str, Callable[[], ScoredFilm]]]
"""Names, and what scores each; it raises :class:`FilmRefused` for a bad film."""


def study_scores(
    study: Study, both: Sequence[Networks], finder: Networks, landmarks: Landmarks
) -> Todo:
    """The cases of a study."""
    return [
        (case.case_id, partial(_of_case, study, case, both, finder, landmarks))
        for case in study.cases
    ]


def pair_scores(folder: PairsFolder, both: Sequence[Networks]) -> Todo:
    """The test part of pairs."""
    indices = folder.indices("test")
    step = max(1, -(-len(indices) // MOST_PAIRS))
    return [
        (f"pair {index}", partial(_of_pair, folder, index, both))
        for index in indices[::step]
    ]


def _of_case(
    study: Study,
    case: Case,
    both: Sequence[Networks],
    finder: Networks,
    landmarks: Landmarks,
) -> ScoredFilm:
    truth = study.truth(case.case_id)
    if truth is None or truth.sto is None:
        raise FilmRefused(NO_TRUTH)
    film = read_film(case.image)
    if truth.sto.shape != film.shape:
        raise FilmRefused("its exact STO has another size")
    seen = see_hip(film, finder, case.side, case.box)
    xy = truth.landmarks_xy
    if landmarks == "predicted":
        xy = finder.finder.find(seen.canvas, film.spacing_mm).xy
    measured = polygons(xy)
    bmd = {r: truth.bmd_g_cm2[r] for r in REGIONS if r in truth.bmd_g_cm2}
    first, second = (
        score(
            images,
            part_of(truth.sto, images),
            polygons(truth.landmarks_xy),
            bmd,
            measured,
        )
        for images in (enhance_hip(seen, networks) for networks in both)
    )
    return ScoredFilm(
        case.case_id,
        (first, second),
        case,
        feature_vector(features(seen.grey, measured)),
        feature_vector(features(seen.grey - truth.sto, measured)),
    )


def _of_pair(folder: PairsFolder, index: int, both: Sequence[Networks]) -> ScoredFilm:
    """What leaves the film's range is cut off, as in training."""
    film, sto = (to_grey(page).clip(0, 1) for page in folder.pair(index))
    seen = see_hip(Radiograph(film), both[0], "L")
    first, second = (
        score(images, part_of(sto, images), {}, {}, {})
        for images in (enhance_hip(seen, networks) for networks in both)
    )
    nothing = np.full(len(FEATURE_NAMES), np.nan)
    return ScoredFilm(f"pair {index}", (first, second), None, nothing, nothing)
