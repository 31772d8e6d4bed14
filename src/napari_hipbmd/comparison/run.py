"""Every film of a study by both models; the same hip box and landmarks for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from ..anatomy import REGIONS, SITES, Site, polygons
from ..bmd import FEATURE_NAMES, covariate_row, feature_vector, features
from ..dicom import read_film
from ..enhancing.film import part_of
from ..models import Networks, load_networks, networks_enhancing_with
from ..pipeline import enhance_hip, see_hip
from ..radiograph import Cancelled, FilmRefused
from ..study import Case, Study
from ..validation import FeatureTable, Row, evaluate, gap_closed
from .scores import FilmScore, score

Progress = Callable[[int, int], None]
Landmarks = Literal["predicted", "truth"]
ROWS: tuple[Row, ...] = ("raw", "enhanced", "exact")
NO_TRUTH = "its exact STO is not known"


@dataclass(frozen=True, eq=False)
class Comparison:
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
    """

    names: tuple[str, str]
    case_ids: tuple[str, ...]
    scores: tuple[tuple[FilmScore, FilmScore], ...]
    gap_closed: tuple[Mapping[Site, float], Mapping[Site, float]]
    no_gap: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Film:
    case: Case
    scores: tuple[FilmScore, FilmScore]
    raw: np.ndarray
    exact: np.ndarray


def compare(
    study: Study,
    models: tuple[Path | None, Path | None],
    *,
    landmarks: Landmarks = "predicted",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Comparison:
    """Compare two enhancement models on a study of digital hips.

    Parameters
    ----------
    models
        Two folders; None is the bundled model.
    landmarks
        From which features are read for the gap: the bundled networks' or the true
        ones. The bias is always taken in the true regions.
    progress
        Called with ``(done, count)``.

    Raises
    ------
    FilmRefused
        If a model cannot be used, or no film has an exact STO.
    Cancelled
        If asked to stop.
    """
    both = [networks_enhancing_with(folder) for folder in models]
    finder = load_networks()
    names = _names([str(n.enhancer.card.get("name", "")) for n in both], models)
    films: list[_Film] = []
    left_out: dict[str, str] = {}
    for done, case in enumerate(study.cases):
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(done, len(study.cases))
        try:
            films.append(_film(study, case, both, finder, landmarks))
        except FilmRefused as refusal:
            left_out[case.case_id] = str(refusal)
    if progress is not None:
        progress(len(study.cases), len(study.cases))
    if not films:
        raise FilmRefused(
            "Models are compared with the exact STO, and no film of"
            f" {study.folder.name} has one: give a study of digital hips ('hipbmd"
            " phantom')."
        )
    gaps, why = _gaps(films)
    return Comparison(
        names,
        tuple(film.case.case_id for film in films),
        tuple(film.scores for film in films),
        gaps,
        why,
        left_out,
    )


def _names(told: Sequence[str], folders: Sequence[Path | None]) -> tuple[str, str]:
    """Two names that differ: the folder's and what the card says."""
    where = ["bundled" if folder is None else folder.name for folder in folders]
    first, second = (f"{a}: {b}" for a, b in zip(where, told, strict=True))
    return (first, second) if first != second else (f"{first} (A)", f"{second} (B)")


def _film(
    study: Study,
    case: Case,
    both: Sequence[Networks],
    finder: Networks,
    landmarks: Landmarks,
) -> _Film:
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
    return _Film(
        case,
        (first, second),
        feature_vector(features(seen.grey, measured)),
        feature_vector(features(seen.grey - truth.sto, measured)),
    )


def _gaps(
    films: Sequence[_Film],
) -> tuple[tuple[dict[Site, float], dict[Site, float]], str]:
    """The share of the gap that each model closes, or why it cannot be told."""
    found: list[dict[Site, float]] = []
    try:
        for model in range(2):
            rows: dict[Row, np.ndarray] = {
                "raw": _stacked([film.raw for film in films]),
                "enhanced": _stacked([film.scores[model].features for film in films]),
                "exact": _stacked([film.exact for film in films]),
            }
            results = evaluate(_table([film.case for film in films], rows), rows=ROWS)
            found.append({site: gap_closed(results, site) for site in SITES})
    except FilmRefused as refusal:
        nothing = dict.fromkeys(SITES, float("nan"))
        return (nothing, nothing), str(refusal)
    return (found[0], found[1]), ""


def _table(cases: Sequence[Case], rows: Mapping[Row, np.ndarray]) -> FeatureTable:
    dxa = [[case.dxa.get(site) for site in SITES] for case in cases]
    return FeatureTable(
        [case.case_id for case in cases],
        [case.group or case.case_id for case in cases],
        np.array([covariate_row(case.patient) for case in cases]).reshape(-1, 4),
        np.array(dxa, dtype=np.float64).reshape(-1, len(SITES)),
        rows,
    )


def _stacked(vectors: Sequence[np.ndarray]) -> np.ndarray:
    return np.array(vectors, dtype=np.float64).reshape(-1, len(FEATURE_NAMES))
