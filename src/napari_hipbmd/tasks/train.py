"""From a study to what the trainings take, and from a preset to a trained model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.anatomy import LANDMARK_IDS, REGIONS, Points, is_mirrored
from ..core.canvas import make_canvas
from ..core.extras import from_extra
from ..core.radiograph import FilmRefused, HipBox, Radiograph
from ..core.resources import weights_dir
from ..dicom import read_film
from ..learning.hips import Hips, to_levels
from ..study import FilmFacts, Study
from ..study.case import Case
from ..study.films import ANOTHER
from ..study.split import read_split

if TYPE_CHECKING:
    from ..landmarks.locator_training import Films
    from ..landmarks.retraining import Retrained
    from ..landmarks.training import RealHips
    from ..learning.training import Fit

Progress = Callable[[int, int], None]
ONE_HIP_MM = 215.0  # narrower films do not reach the other hip


def load_hips(
    study: Study,
    annotator: str | None = None,
    progress: Progress | None = None,
    least_landmarks: int = len(LANDMARK_IDS),
) -> Hips:
    """Read a study's films, STO and landmarks as canonical canvases.

    A film that shows more than a hip is cut down to the hip around its landmarks.

    Parameters
    ----------
    annotator
        Take this annotator's landmarks instead of the truth.
    least_landmarks
        Films on which the annotator placed fewer are left out. Landmarks that are
        absent or not placed yet are NaN.

    Raises
    ------
    FilmRefused
        If a case has no side, or nothing is left to learn from.
    """
    films, stos, marks, spacings, groups = [], [], [], [], []
    for done, case in enumerate(study.cases):
        if progress:
            progress(done, len(study.cases))
        try:
            film = read_film(case.image)
        except FilmRefused as error:
            raise FilmRefused(f"Case {case.case_id}: {error}") from error
        side = case.side or film.side
        if side is None:
            raise FilmRefused(
                f"Case {case.case_id} has no side: fill in L or R in cases.csv."
            )
        truth = study.truth(case.case_id)
        xy = None if truth is None else truth.landmarks_xy
        if annotator is not None:
            xy = _labelled_xy(study, annotator, case, film)
            if xy is None or np.isfinite(xy).all(1).sum() < least_landmarks:
                continue
        mirrored = is_mirrored(side)
        box = case.box or _hip_box(film, xy)
        canvas = make_canvas(film.grey(), box, mirrored, pixel_aspect=film.pixel_aspect)
        films.append(to_levels(canvas.grey))
        if truth is not None and truth.sto is not None:
            sto = make_canvas(truth.sto, box, mirrored, pixel_aspect=film.pixel_aspect)
            stos.append(to_levels(sto.grey))
        if xy is not None:
            marks.append(canvas.from_film(xy))
        spacing = film.spacing_mm
        spacings.append(np.nan if spacing is None else canvas.pixel_mm(spacing))
        groups.append(case.group or case.case_id)
    if progress:
        progress(len(study.cases), len(study.cases))
    if not films:
        raise FilmRefused(
            f"The study {study.folder.name} has no cases to learn from"
            + (f": {annotator} labelled none of them." if annotator else ".")
        )
    count = len(films)
    return Hips(
        np.stack(films),
        np.array(spacings),
        tuple(groups),
        np.stack(stos) if len(stos) == count else None,
        np.stack(marks) if len(marks) == count else None,
    )


def _hip_box(film: Radiograph, xy: Points | None) -> HipBox:
    """The whole film, or on a large one the square around the landmarks."""
    from ..landmarks.locate import box_around, needs_locating

    if xy is None or not needs_locating(film.shape, film.spacing_mm):
        return film.whole_box()
    return box_around(xy[np.isfinite(xy).all(1)])


def source_of(study: Study) -> dict[str, object]:
    """What a model card says about the films it was made from."""
    digital = [case for case in study.cases if "family" in case.extra]
    cohorts = sorted({case.case_id.rsplit("-", 1)[0] for case in digital})
    families = sorted({case.extra.get("family", "own films") for case in study.cases})
    return {
        "data": {
            "cases": len(study.cases),
            "cohorts": cohorts[:8],
            "family": families,
            "pixels": sorted(
                {c.extra["pixels"] for c in digital if "pixels" in c.extra}
            ),
        }
    }


@dataclass(frozen=True)
class RealFilms:
    """Real films to learn landmarks from beside digital hips.

    Attributes
    ----------
    folder
        A study with a ``split.csv``: patients of its part *train* are learned from,
        those of *validation* tell the uncertainty, those of *test* are never seen.
    annotator
        Whose landmarks; hips with all sixteen count.
    times
        How often each hip is seen in an epoch.
    """

    folder: Path
    annotator: str
    times: int = 4


def _labelled_xy(
    study: Study, annotator: str, case: Case, film: Radiograph
) -> Points | None:
    """The landmarks that somebody placed on this very film, or None."""
    labels = study.labels(annotator, case.case_id)
    if labels is None:
        return None
    if labels.film.is_of_another_film(FilmFacts.of(film)):
        raise FilmRefused(f"Case {case.case_id}: {ANOTHER}")
    return labels.xy


def _real_hips(films: RealFilms, progress: Progress | None) -> RealHips:
    with from_extra("train", "A training"):
        from ..landmarks.training import RealHips

    study = Study.open(films.folder)
    split = read_split(films.folder)
    parts = {
        part: load_hips(
            Study(study.folder, tuple(c for c in study.cases if of(c) == part)),
            films.annotator,
            progress,
        )
        for part in ("train", "validation")
        for of in [lambda case: split.get(case.group or case.case_id)]
    }
    return RealHips(parts["train"], parts["validation"], films.times)


def train_landmarks(
    folder: Path,
    preset: str,
    plan: Fit,
    progress: Progress | None = None,
    real: RealFilms | None = None,
    start: Path | None = None,
) -> None:
    """Train the landmark networks on a study and write the model.

    Parameters
    ----------
    real
        Labelled real films, mixed in.
    start
        The folder of a model to start from; from nothing by default.

    Raises
    ------
    FilmRefused
        If the study lacks what they learn from.
    Cancelled
        If asked to stop.
    """
    with from_extra("train", "A training"):
        from ..landmarks.training import NAME, train

    study = Study.open(folder)
    hips = load_hips(study, progress=progress)
    settings: dict[str, object] = {**source_of(study), **plan.settings}
    weights = None
    if start is not None:
        weights, settings["started_from"] = _started_from(start, NAME)
    mixed = None
    if real is not None:
        mixed = _real_hips(real, progress)
        settings["real_films"] = {
            "set": real.folder.name,
            "annotator": real.annotator,
            "times": real.times,
        }
    train(hips, preset, replace(plan, settings=settings), mixed, weights)  # type: ignore[arg-type]


def load_films(study: Study, annotator: str | None = None) -> Films:
    """Read a study's films whole, with the places of their hips.

    Raises
    ------
    FilmRefused
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
                xy = _labelled_xy(study, annotator, case, film)
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
        raise FilmRefused(f"The study {study.folder.name} has no films with landmarks.")
    return Films(np.stack(greys), np.stack(centres), np.stack(shown), tuple(groups))


def shows_one_hip(film: Radiograph) -> bool:
    """Whether a film is so small that no second hip is on it."""
    if film.spacing_mm is None:
        return False
    return film.shape[1] * film.spacing_mm[1] < ONE_HIP_MM


def train_locator(folder: Path, plan: Fit, real: RealFilms | None = None) -> None:
    """Train the network that finds hips on whole films.

    Raises
    ------
    FilmRefused
        If a study lacks what it learns from.
    Cancelled
        If asked to stop.
    """
    with from_extra("train", "A training"):
        from ..landmarks.locator_training import train

    study = Study.open(folder)
    settings: dict[str, object] = {**source_of(study), **plan.settings}
    more = None
    if real is not None:
        split = read_split(real.folder)
        labelled = Study.open(real.folder)
        part = tuple(
            c for c in labelled.cases if split.get(c.group or c.case_id) == "train"
        )
        more = load_films(Study(labelled.folder, part), real.annotator)
        settings["real_films"] = {
            "set": real.folder.name,
            "annotator": real.annotator,
            "times": real.times,
        }
    train(
        load_films(study), replace(plan, settings=settings), more,
        real.times if real else 1,
    )  # fmt: skip


def train_enhancement(
    studies: Sequence[Path],
    pairs: Sequence[Path],
    preset: str,
    plan: Fit,
    progress: Progress | None = None,
    start: Path | None = None,
) -> None:
    """Train the autoencoder on any mix of digital hips and stored pairs.

    Studies are held in memory, pairs are read from the disk one by one. Patients are
    held out of each study; the validation part of pairs is held out as it is, and
    their test part is never seen.

    Parameters
    ----------
    start
        The folder of a model to start from; from nothing by default.

    Raises
    ------
    FilmRefused
        If there is nothing to learn from or nothing to hold out, or pairs do not fit.
    Cancelled
        If asked to stop.
    """
    with from_extra("train", "A training"):
        from ..enhancement.training import NAME, train_mixture
    from ..synthesis import PairsFolder

    folders = [PairsFolder.open(folder) for folder in pairs]
    read = [Study.open(folder) for folder in studies]
    hips = [load_hips(study, progress=progress) for study in read]
    settings: dict[str, object] = {}
    if read:
        data = [source_of(study)["data"] for study in read]
        settings["data"] = data[0] if len(data) == 1 else data
    if folders:
        settings["pairs"] = [
            {
                "count": one.manifest.count,
                "hips": len(one.manifest.hips),
                "tiles": len(one.manifest.tiles),
                **one.manifest.options.to_json(),
            }
            for one in folders
        ]
    weights = None
    if start is not None:
        weights, settings["started_from"] = _started_from(start, NAME)
    plan = replace(plan, settings={**settings, **plan.settings})
    train_mixture(hips, folders, preset, plan, weights)  # type: ignore[arg-type]


def _started_from(
    folder: Path, name: str
) -> tuple[Mapping[str, Any], dict[str, object]]:
    """Weights of a model, and what the card of the next one says about it."""
    from ..learning.training import read_model

    weights, card = read_model(folder, name)
    return weights, {k: card[k] for k in ("name", "made", "command") if k in card}


def retrain_landmarks(
    folder: Path,
    annotator: str | None,
    plan: Fit,
    start: Path | None = None,
    progress: Progress | None = None,
) -> Retrained:
    """Go on training the landmark networks with what somebody labelled.

    The model is written to ``plan.out`` and put to use nowhere.

    Parameters
    ----------
    folder
        The study. A fifth of its patients is held out and compared before and after.
    annotator
        Whose labels; the study's truth when None. Films may be labelled in part.
    plan
        Where the model goes and how it is trained; ``epochs`` and ``batch_size`` as in
        ``landmarks.retraining.EPOCHS`` and ``BATCH`` when in doubt.
    start
        The folder of the model to start from; the bundled one by default.
    progress
        Called with ``(done, count)`` while films are read; ``plan.report`` tells of
        the epochs.

    Raises
    ------
    FilmRefused
        If there are too few labelled films, or the model to start from is damaged.
    Cancelled
        If asked to stop; nothing is written but the training's checkpoint.
    """
    with from_extra("train", "A training"):
        from ..landmarks.retraining import LEAST_LANDMARKS, retrain

    study = Study.open(folder)
    hips = load_hips(study, annotator, progress, LEAST_LANDMARKS)
    plan = replace(plan, settings={**source_of(study), **plan.settings})
    return retrain(hips, start or weights_dir(), plan)
