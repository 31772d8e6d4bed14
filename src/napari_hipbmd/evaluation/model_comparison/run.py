"""Every film of a study by both models; the same hip box and landmarks for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...core.anatomy import Site
from ...core.errors import Refused
from ...core.progress import Progress
from ...pipeline.models import load_networks, networks_with_enhancement
from ...runs.jobs import jobs_of_study
from ...runs.loop import run_jobs
from ...study import Study
from ...synthesis import MANIFEST, PairsFolder
from .films import Landmarks, ScoreCase, ScoredFilm, ScorePair, pairs_to_score
from .gap import gaps_closed
from .scores import FilmScore


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """Two models on the same films.

    Attributes
    ----------
    names
        Of the models, for people.
    case_ids
        The ``n`` films that were used.
    scores
        For each film, one :class:`FilmScore` a model.
    gap_closed
        For each model: site → the share of the way from raw film to exact STO, in
        ten-fold r, that it goes (:func:`validation.gap_closed`); NaN where unknown.
    no_gap
        Why no gap is told; empty when one is.
    left_out
        case_id → why its film was not used.
    patients
        Whose hip each film shows; empty for pairs, which share hips and soft tissue.
    """

    names: tuple[str, str]
    case_ids: tuple[str, ...]
    scores: tuple[tuple[FilmScore, FilmScore], ...]
    gap_closed: tuple[Mapping[Site, float], Mapping[Site, float]]
    no_gap: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    patients: tuple[str, ...] = ()


def compare_on_films(
    folder: Path,
    models: tuple[Path | None, Path | None],
    *,
    landmarks: Landmarks = "predicted",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ModelComparison:
    """Compare two enhancement models on digital hips or on pairs.

    Parameters
    ----------
    folder
        A study of digital hips, or pairs of ``hipbmd pairs``: of these the part that
        no training sees, and no bias and no gap is told, since nobody knows the bone.
    models
        Two folders; None is the bundled model.
    landmarks
        From which features are read for the gap: the bundled networks' or the true
        ones. The bias is always taken in the true regions.
    progress
        Called with ``(done, count)``.

    Raises
    ------
    Refused
        If a model cannot be used, or no film has an exact STO.
    Cancelled
        If asked to stop.
    """
    both = [networks_with_enhancement(one) for one in models]
    names = _names([str(n.enhancer.card.get("name", "")) for n in both], models)
    todo: Sequence[Any]
    work: ScoreCase | ScorePair
    if (folder / MANIFEST).is_file():
        pairs = PairsFolder.open(folder)
        todo, work = pairs_to_score(pairs), ScorePair(pairs, both)
    else:
        study = Study.open(folder)
        work = ScoreCase(study, both, load_networks(), landmarks)
        todo = jobs_of_study(study)
    found: list[ScoredFilm] = []
    left_out: dict[str, str] = {}
    for done, (job, scored) in enumerate(run_jobs(todo, work, cancelled=cancelled)):
        if progress is not None:
            progress(done, len(todo))
        if isinstance(scored, ScoredFilm):
            found.append(scored)
        else:
            left_out[getattr(job, "name", f"pair {job}")] = scored
    if progress is not None:
        progress(len(todo), len(todo))
    if not found:
        raise Refused(
            "Models are compared with the exact STO, and no film of"
            f" {folder.name} has one: give a study of digital hips ('hipbmd phantom')"
            " or pairs with a test part ('hipbmd pairs')."
        )
    gaps, why = gaps_closed(found)
    return ModelComparison(
        names,
        tuple(film.name for film in found),
        tuple(film.scores for film in found),
        gaps,
        why,
        left_out,
        tuple(film.case.group or film.name for film in found if film.case is not None),
    )


def _names(told: Sequence[str], folders: Sequence[Path | None]) -> tuple[str, str]:
    """Two names that differ: the folder's and what the card says."""
    where = ["bundled" if folder is None else folder.name for folder in folders]
    first, second = (f"{a}: {b}" for a, b in zip(where, told, strict=True))
    return (first, second) if first != second else (f"{first} (A)", f"{second} (B)")
