"""From a study to what the trainings take."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.anatomy import LANDMARK_IDS, Points, is_mirrored
from ..core.canvas import make_canvas
from ..core.errors import Refused, StudyWarning
from ..core.extras import from_extra
from ..core.progress import Progress
from ..core.radiograph import HipBox, Radiograph
from ..dicom import read_film
from ..learning.hips import Hips, to_levels
from ..study import FilmFacts, Study
from ..study.cases.case import Case
from ..study.doubts import doubts_about
from ..study.films import ANOTHER, of_the_other_hip
from ..study.labelling.labels import Labels
from ..study.split import SPLIT, part_of, read_split
from .sources import LEARNED_FROM, study_to_learn_from

if TYPE_CHECKING:
    from ..landmarks.training import RealHips

_NAMED = 5


def load_hips(
    study: Study,
    annotator: str | None = None,
    progress: Progress | None = None,
    least_landmarks: int = len(LANDMARK_IDS),
    *,
    with_sto: bool = True,
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
    with_sto
        Read the exact STO, too: half of the memory.

    Raises
    ------
    Refused
        If a case has no side, or nothing is left to learn from; if landmarks were
        placed on another film, or on the other hip.

    Warns
    -----
    StudyWarning
        If somebody's landmarks do not look like a hip.
    """
    films, stos, marks, spacings, groups, doubtful = [], [], [], [], [], []
    for done, case in enumerate(study.cases):
        if progress:
            progress(done, len(study.cases))
        labels = None if annotator is None else study.labels(annotator, case.case_id)
        if annotator is not None and _placed(labels) < least_landmarks:
            continue  # neither its film nor its side is needed
        try:
            film = read_film(case.image)
        except Refused as error:
            raise Refused(f"Case {case.case_id}: {error}") from error
        side = case.side or film.side
        if side is None:
            raise Refused(
                f"Case {case.case_id} has no side: fill in L or R in cases.csv."
            )
        truth = study.truth(case.case_id, with_sto=with_sto)
        xy = None if truth is None else truth.landmarks_xy
        if labels is not None:
            xy = labelled_xy(labels, case, film)
            facts = FilmFacts.of(film, side)
            if doubts_about(replace(labels, film=facts)):
                doubtful.append(case.case_id)
        mirrored = is_mirrored(side)
        box = case.box or _hip_box(film, xy)
        canvas = make_canvas(film.grey(), box, mirrored, pixel_aspect=film.pixel_aspect)
        films.append(to_levels(canvas.grey))
        exact = None if truth is None else truth.sto_as_read(film)
        if exact is not None:
            sto = make_canvas(exact, box, mirrored, pixel_aspect=film.pixel_aspect)
            stos.append(to_levels(sto.grey))
        if xy is not None:
            marks.append(canvas.from_film(xy))
        spacing = film.spacing_mm
        spacings.append(np.nan if spacing is None else canvas.pixel_mm(spacing))
        groups.append(case.group or case.case_id)
    if progress:
        progress(len(study.cases), len(study.cases))
    if doubtful:
        _warn_of_doubts(annotator, doubtful, len(films))
    if not films:
        raise Refused(
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


def _warn_of_doubts(annotator: str | None, doubtful: list[str], of: int) -> None:
    shown = ", ".join(doubtful[:_NAMED]) + (", …" if len(doubtful) > _NAMED else "")
    warnings.warn(
        f"what {annotator} placed does not look like a hip in {len(doubtful)} of {of}"
        f" cases, and is learned from all the same ({shown}): see what 'hipbmd labels"
        f" check STUDY --annotator {annotator}' says.",
        StudyWarning,
        stacklevel=3,
    )


def _hip_box(film: Radiograph, xy: Points | None) -> HipBox:
    """The whole film, or on a large one the square around the landmarks."""
    from ..landmarks.locate import needs_locating, usual_box

    if xy is None or not needs_locating(film.shape, film.spacing_mm):
        return film.whole_box()
    return usual_box(xy[np.isfinite(xy).all(1)])


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

    def provenance(self) -> dict[str, object]:
        """For the model card."""
        return {
            "set": self.folder.name,
            "annotator": self.annotator,
            "times": self.times,
        }


def _placed(labels: Labels | None) -> int:
    """How many landmarks have a position."""
    return 0 if labels is None else int(np.isfinite(labels.xy).all(1).sum())


def labelled_xy(labels: Labels, case: Case, film: Radiograph) -> Points:
    """The landmarks that somebody placed on this very film and this very hip."""
    if labels.film.is_of_another_film(FilmFacts.of(film)):
        raise Refused(f"Case {case.case_id}: {ANOTHER}")
    other = of_the_other_hip(labels, case)
    if other:
        raise Refused(f"Case {case.case_id}: {other}")
    return labels.xy


def real_hips(films: RealFilms, progress: Progress | None) -> RealHips:
    """The labelled real films of a study, by the part of their patients."""
    with from_extra("train", "A training"):
        from ..landmarks.training import RealHips

    study = study_to_learn_from(films.folder)
    split = read_split(films.folder)
    chosen = {part: part_of(study.cases, split, part) for part in LEARNED_FROM}
    for part, cases in chosen.items():
        if not cases:
            raise Refused(
                f"{SPLIT} of {study.folder.name} puts no case of the study into the"
                f" part {part}: a training learns from train, and tells its errors on"
                " validation."
            )
    parts = {
        part: load_hips(
            Study(study.folder, cases), films.annotator, progress, with_sto=False
        )
        for part, cases in chosen.items()
    }
    return RealHips(parts["train"], parts["validation"], films.times)
