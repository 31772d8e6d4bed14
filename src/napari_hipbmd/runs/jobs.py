"""What there is to do: one job a hip, of a film, a folder of films or a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np

from ..core.anatomy import SITES, Points, Site
from ..core.errors import Refused
from ..core.radiograph import HipBox, Patient, Side, check_side
from ..dicom import look_through, public_path
from ..quality import Policy, policy_of_study
from ..study import PREDICTED, TRUTH, Case, Study, film_boxes, placed_landmarks

TYPED_BOX = "told on the command line"


@dataclass(frozen=True)
class Options:
    """What may be said about every film of a run.

    Attributes
    ----------
    side, patient, box
        Instead of what a study's table or the film says; sizes as of ``Patient``, box
        in pixels of the film.
    spacing_mm, force_spacing
        Size of a pixel where the film does not know it, or in any case.
    policy
        Which values are withheld; by default what the study's own policy says.
    landmarks
        Whose, of a study: ``"predicted"``, ``"truth"``, or the name of an annotator,
        such as ``"consensus"``.
    """

    side: Side | None = None
    patient: Patient = Patient()
    box: HipBox | None = None
    spacing_mm: float | None = None
    force_spacing: bool = False
    policy: Policy | None = None
    landmarks: str = PREDICTED

    def __post_init__(self) -> None:
        check_side(self.side)


@dataclass(frozen=True)
class Job:
    """One hip.

    Attributes
    ----------
    name
        The case of a study, or the film's path in its folder.
    path
        The film, absolute.
    folder
        Its name is told as it is from there.
    shown
        That name, where it is known already.
    case_id
        Given for a study's cases.
    dxa, truth
        Site → g/cm²: the reading that the study holds, and the exact value of a
        digital hip.
    landmarks
        ``(16, 2)`` film pixels that somebody placed; None: the networks find them.
    cannot
        Why nothing can be done, where that is known before the film is read.
    labelled_film
        SHA-256 of the pixels that the landmarks were placed on, where it is known.
    box_source
        Who placed the hip box that the options have, in words for people.
    """

    name: str
    path: Path
    folder: Path
    shown: str = ""
    case_id: str | None = None
    options: Options = Options()
    dxa: Mapping[Site, float] = field(default_factory=dict)
    truth: Mapping[Site, float] = field(default_factory=dict)
    landmarks: tuple[tuple[float, float], ...] | None = None
    cannot: str = ""
    labelled_film: str = ""
    box_source: str = ""

    @cached_property
    def image(self) -> str:
        """The name shown for the film: it gives no person away.

        The film has to be read for it, so that ten thousand that are done are faster
        without.
        """
        return self.shown or public_path(self.path, self.folder)

    @property
    def landmarks_xy(self) -> Points | None:
        """The same as an array."""
        return None if self.landmarks is None else np.array(self.landmarks, float)


def jobs_of(path: Path, options: Options | None = None) -> list[Job]:
    """The hips of a film, a folder of films or a study.

    A file of a folder that has a film's name and can be none has a job, too, after the
    others: whoever reads it is told what is wrong.

    Raises
    ------
    Refused
        If the path does not exist, is an empty folder, or the table of a study
        cannot be read or names no case; if somebody's landmarks are wanted of films in
        no study.
    """
    options = options or Options()
    if not path.exists():
        raise Refused(f"There is no file or folder {path}.")
    if path.is_dir() and Study.is_study(path):
        policy = options.policy or policy_of_study(path)
        study = Study.open(path)
        if not study.cases:
            raise Refused(
                f"The study {path} holds no cases: give its films a row each in"
                " cases.csv."
            )
        return jobs_of_study(study, replace(options, policy=policy))
    if options.landmarks != PREDICTED:
        raise Refused(
            f"{path} is no study, and only a study has landmarks that somebody placed:"
            " give the study's folder."
        )
    if path.exists() and not path.is_dir():  # reading tells of pipes and devices
        return _jobs_of_film(path, path.parent, options)
    found = look_through(path)
    films = (*found.films, *found.spoilt)  # reading tells what a spoilt one is
    if not films:
        raise Refused(f"The folder {path} holds no films.")
    return [job for film in films for job in _jobs_of_film(film, path, options)]


def _jobs_of_film(film: Path, folder: Path, options: Options) -> list[Job]:
    """The hips of a film that is in no study: one, or those that have a hip box."""
    name = public_path(film, folder)
    placed = {} if options.box is not None else film_boxes(film)
    if options.side is not None:
        placed = {side: box for side, box in placed.items() if side == options.side}
    if not placed:
        source = "" if options.box is None else TYPED_BOX
        where = (film.absolute(), folder.absolute())
        return [Job(name, *where, name, None, options, box_source=source)]
    return [
        Job(
            name if len(placed) == 1 else f"{name} {side}",
            film.absolute(),
            folder.absolute(),
            name,
            None if len(placed) == 1 else f"{PurePosixPath(name).stem}-{side}",
            replace(options, side=side, box=placed[side].box),
            box_source=placed[side].source,
        )
        for side in sorted(placed)
    ]


def jobs_of_study(
    study: Study, options: Options | None = None, cases: Sequence[Case] | None = None
) -> list[Job]:
    """The cases of a study, all by default, with the landmarks that are asked for.

    Raises
    ------
    Refused
        If nobody of that name has placed landmarks in the study.
    """
    options = options or Options()
    _refuse_unknown(study, options.landmarks)
    cases = study.cases if cases is None else cases
    return [_job_of_case(study, case, options) for case in cases]


def _refuse_unknown(study: Study, landmarks: str) -> None:
    known = (PREDICTED, TRUTH, *study.annotators())
    if landmarks not in known:
        raise Refused(
            f"{landmarks[:40]!r} has no labels in this study: choose one of"
            f" {', '.join(known)}."
        )


def _job_of_case(study: Study, case: Case, options: Options) -> Job:
    known = replace(
        options,
        side=options.side or case.side,
        box=options.box or case.box,
        patient=options.patient.or_else(case.patient),
    )
    truth = {site: case.number(f"true_bmd_{site}") for site in SITES}
    xy, cannot, labelled = placed_landmarks(study, case, options.landmarks)
    return Job(
        case.case_id,
        case.image,
        case.image.parent,
        "",
        case.case_id,
        known,
        {site: value for site, value in case.dxa.items() if value is not None},
        {site: value for site, value in truth.items() if value is not None},
        None if xy is None else tuple((float(x), float(y)) for x, y in xy),
        cannot,
        labelled,
        case.box_source if options.box is None else TYPED_BOX,
    )
