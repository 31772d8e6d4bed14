"""Two people's labels of the same films, landmark by landmark."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ...core.anatomy import LANDMARK_IDS, is_mirrored
from ...core.errors import Cancelled, Refused
from ...core.progress import Progress
from ...study import TRUTH, FilmFacts, Label, Labels, Study
from ...study.films import film_facts
from ...study.labelling.label import PERSON
from .people import PREDICTIONS, Peers

MISSING = "missing"


@dataclass(frozen=True)
class FilmDifference:
    """One landmark of one film, as two people left it.

    Attributes
    ----------
    case_id, patient, landmark
        Of which film.
    a_state, b_state
        States, or ``missing``.
    distance_px
        Between the two places; None unless both have one.
    distance_mm
        The same in mm; None too where the film has no spacing.
    lateral_mm, inferior_mm
        From ``a`` to ``b`` on a left hip; None too where the side is not known.
    same_prediction
        Whether both left one and the same prediction where it was. Such a pair
        agrees by construction.
    """

    case_id: str
    patient: str
    landmark: str
    a_state: str
    b_state: str
    distance_px: float | None = None
    distance_mm: float | None = None
    lateral_mm: float | None = None
    inferior_mm: float | None = None
    same_prediction: bool = False

    def text(self) -> str:
        """The distance as people read it; a dash where there is none."""
        if self.distance_mm is not None:
            return f"{self.distance_mm:.1f} mm"
        return "–" if self.distance_px is None else f"{self.distance_px:.1f} px"


@dataclass(frozen=True)
class Comparison:
    """Two annotators over a study.

    Attributes
    ----------
    pair
        Who.
    differences
        Sixteen for each film that both have labelled, without those landmarks that
        neither has reached.
    unreadable
        Case → why its labels could not be used.
    """

    pair: Peers
    differences: tuple[FilmDifference, ...]
    unreadable: dict[str, str]

    @property
    def cases(self) -> tuple[str, ...]:
        """The films that both have labelled, in the study's order."""
        return tuple(dict.fromkeys(each.case_id for each in self.differences))


def compare_observers(
    study: Study,
    pair: Peers,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Comparison:
    """Compare two annotators on every film that both have labelled.

    Parameters
    ----------
    study
        The study.
    pair
        Who; labels are those of the last change, journal included. Either may be
        :data:`people.TRUTH` or :data:`people.PREDICTIONS`.
    progress
        Called with how many cases are done, of how many.
    cancelled
        Asked before each case.

    Raises
    ------
    Cancelled
        If ``cancelled`` said so.
    """
    found: list[FilmDifference] = []
    unreadable: dict[str, str] = {}
    for done, case in enumerate(study.cases):
        if cancelled is not None and cancelled():
            raise Cancelled
        if progress is not None:
            progress(done, len(study.cases))
        try:
            a = labels_by(study, pair.a, case.case_id)
            b = labels_by(study, pair.b, case.case_id) if a is not None else None
        except Refused as refusal:
            unreadable[case.case_id] = str(refusal)
            continue
        if a is not None and b is not None:
            facts = film_facts(study, case.case_id, a).or_else(b.film)
            found += compare_labels(a, b, facts, case.group or case.case_id)
    if progress is not None:
        progress(len(study.cases), len(study.cases))
    return Comparison(pair, tuple(found), unreadable)


def labels_by(study: Study, who: str, case_id: str) -> Labels | None:
    """What an annotator placed, a model found, or a digital hip truly is; or None."""
    if who in study.annotators():
        return study.labels(who, case_id)
    if who == PREDICTIONS:
        return study.predictions(case_id)
    if who != TRUTH:
        return None
    truth = study.truth(case_id, with_sto=False)
    if truth is None:
        return None
    marks = {
        name: Label((float(x), float(y)))
        for name, (x, y) in zip(LANDMARK_IDS, truth.landmarks_xy, strict=True)
        if math.isfinite(x) and math.isfinite(y)
    }
    return Labels(case_id, TRUTH, marks)


def compare_labels(
    a: Labels, b: Labels, film: FilmFacts | None = None, patient: str = ""
) -> tuple[FilmDifference, ...]:
    """Compare two people's labels of one film.

    Parameters
    ----------
    a, b
        Of the same case; landmarks that neither has reached are left out.
    film
        Spacing and side; by default what the labels know.
    patient
        Whose hip it is, for statistics by patient; by default the case.
    """
    facts = a.film.or_else(b.film) if film is None else film
    reached = [n for n in LANDMARK_IDS if n in a.landmarks or n in b.landmarks]
    return tuple(
        _difference(
            name, a.landmarks.get(name), b.landmarks.get(name), facts,
            (a.case_id, patient or a.case_id),
        )
        for name in reached
    )  # fmt: skip


def by_case(differences: Iterable[FilmDifference]) -> dict[str, list[FilmDifference]]:
    """Case → its differences."""
    found: dict[str, list[FilmDifference]] = {}
    for each in differences:
        found.setdefault(each.case_id, []).append(each)
    return found


def _difference(
    name: str, a: Label | None, b: Label | None, film: FilmFacts, whose: tuple[str, str]
) -> FilmDifference:
    base = FilmDifference(*whose, name, _state(a), _state(b))
    if a is None or b is None or a.xy is None or b.xy is None:
        return base
    dx, dy = b.xy[0] - a.xy[0], b.xy[1] - a.xy[1]
    same = _is_untouched(a) and _is_untouched(b) and a.xy == b.xy
    found = replace(base, distance_px=math.hypot(dx, dy), same_prediction=same)
    if film.spacing_mm is None:
        return found
    dx, dy = dx * film.spacing_mm[1], dy * film.spacing_mm[0]
    found = replace(found, distance_mm=math.hypot(dx, dy))
    if film.side is None:
        return found
    sign = -1 if is_mirrored(film.side) else 1
    return replace(found, lateral_mm=sign * dx, inferior_mm=dy)


def _state(label: Label | None) -> str:
    return MISSING if label is None else label.state


def _is_untouched(label: Label) -> bool:
    """Whether it is a model's prediction, accepted as it was."""
    return label.source != PERSON and label.predicted_xy == label.xy
