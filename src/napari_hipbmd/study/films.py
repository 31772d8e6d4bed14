"""What is known of a case's film: from its labels, its predictions, or the film."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from ..core.errors import Refused
from ..core.hip_box import OTHER
from ..core.radiograph import SAME_SPACING, Side, SpacingMm
from .cases.case import Case
from .labelling.facts import FilmFacts
from .labelling.labels import Labels
from .study import Study

ANOTHER = "The film is another one than these labels were placed on."
_OTHER_HIP: dict[Side, str] = {
    "L": "These labels are of the left hip, and the case is the right one: set its side"
    " right in cases.csv, or label it anew.",
    "R": "These labels are of the right hip, and the case is the left one: set its side"
    " right in cases.csv, or label it anew.",
}


def film_doubts(case: Case, labels: Labels) -> list[str]:
    """Where a case and its film are not what was labelled; the film is read for that.

    Parameters
    ----------
    case
        Its side may have been changed in the table since.
    labels
        With what they know of their film.
    """
    known, film = labels.film, FilmFacts(side=case.side)
    if known != FilmFacts(side=known.side):  # else the table alone can differ
        from ..dicom import read_film  # slow to load, and seldom needed

        with suppress(Refused):
            film = film.or_else(FilmFacts.of(read_film(case.image)))
    found = []
    cut = None not in (known.shape, film.shape) and known.shape != film.shape
    if cut or known.is_of_another_film(film):
        found.append(ANOTHER)
    elif _differ(known.spacing_mm, film.spacing_mm):
        found.append(
            "The film has another pixel spacing than these labels were placed with."
        )
    other = _of_the_other_hip(known.side, film.side)
    return [*found, other] if other else found


def of_the_other_hip(labels: Labels, case: Case) -> str:
    """A sentence where the table has another side than was labelled; else nothing."""
    return _of_the_other_hip(labels.film.side, case.side)


def _of_the_other_hip(labelled: Side | None, side: Side | None) -> str:
    if labelled is None or side != OTHER[labelled]:
        return ""
    return _OTHER_HIP[labelled]


def _differ(a: SpacingMm | None, b: SpacingMm | None) -> bool:
    """Whether two spacings are known and are not the same."""
    if a is None or b is None:
        return False
    return any(abs(x - y) > SAME_SPACING * y for x, y in zip(a, b, strict=True))


def film_facts(study: Study, case_id: str, labels: Labels | None = None) -> FilmFacts:
    """Shape, spacing, side and hip box of a case's film, as far as they are known.

    The film itself is read only where labels and predictions do not say.

    Parameters
    ----------
    study
        The study.
    case_id
        The case.
    labels
        Labels of that case, whose facts come first.
    """
    case = study.case(case_id)
    known = FilmFacts() if labels is None else labels.film
    known = known.or_else(FilmFacts(side=case.side, box=case.box))
    if None not in (known.shape, known.spacing_mm, known.side):
        return known
    predicted = study.predictions(case_id)
    if predicted is not None and predicted.film.shape is not None:
        return known.or_else(predicted.film)
    from ..dicom import read_film  # slow to load, and seldom needed

    try:
        return known.or_else(replace(FilmFacts.of(read_film(case.image)), box=None))
    except Refused:
        return known
