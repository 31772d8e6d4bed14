"""The films that models are compared on: digital hips, or pairs of one's own films."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...bmd import FEATURE_NAMES, feature_vector, region_features
from ...core.anatomy import REGIONS, polygons
from ...core.errors import Refused
from ...core.radiograph import Radiograph
from ...core.version import __version__
from ...pipeline import enhance_hip, see_hip
from ...pipeline.enhanced import part_of
from ...pipeline.models import Networks
from ...runs.jobs import Job
from ...runs.reading import read_job
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


@dataclass(frozen=True, eq=False)
class ScoreCase:
    """Scores a case of a study of digital hips."""

    study: Study
    both: Sequence[Networks]
    finder: Networks
    landmarks: Landmarks

    def __call__(self, job: Job) -> ScoredFilm | str:
        """The scores of both models."""
        case = self.study.case(job.name)
        return _of_case(self.study, case, job, self.both, self.finder, self.landmarks)

    def lost(self, job: Job, reason: str) -> ScoredFilm | str:
        """Why a film was not used."""
        return reason

    def fingerprint(self) -> str:
        """The version."""
        return __version__


@dataclass(frozen=True, eq=False)
class ScorePair:
    """Scores a pair of ``hipbmd pairs``, given its number."""

    folder: PairsFolder
    both: Sequence[Networks]

    def __call__(self, index: int) -> ScoredFilm | str:
        """The scores of both models."""
        return _of_pair(self.folder, index, self.both)

    def lost(self, index: int, reason: str) -> ScoredFilm | str:
        """Why a pair was not used."""
        return reason

    def fingerprint(self) -> str:
        """The version."""
        return __version__


def pairs_to_score(folder: PairsFolder) -> list[int]:
    """Numbers of pairs in the test part, evenly and at most :data:`MOST_PAIRS`."""
    indices = folder.indices("test")
    return list(indices[:: max(1, -(-len(indices) // MOST_PAIRS))])


def _of_case(
    study: Study,
    case: Case,
    job: Job,
    both: Sequence[Networks],
    finder: Networks,
    landmarks: Landmarks,
) -> ScoredFilm:
    truth = study.truth(case.case_id)
    if truth is None or truth.sto is None:
        raise Refused(NO_TRUTH)
    film = read_job(job)
    sto = truth.sto_as_read(film)
    if sto is None:
        raise Refused("its exact STO has another size")
    seen = see_hip(film, finder, case.side, case.box)
    xy = truth.landmarks_xy
    if landmarks == "predicted":
        xy = finder.finder.find(seen.canvas, film.spacing_mm).xy
    measured = polygons(xy)
    bmd = {r: truth.bmd_g_cm2[r] for r in REGIONS if r in truth.bmd_g_cm2}
    first, second = (
        score(
            images,
            part_of(sto, images),
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
        feature_vector(region_features(seen.grey, measured)),
        feature_vector(region_features(seen.grey - sto, measured)),
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
