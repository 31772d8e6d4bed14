"""What is known of a case's film: from its labels, its predictions, or the film."""

from __future__ import annotations

from dataclasses import replace

from ..core.errors import Refused
from .case import Case
from .facts import FilmFacts
from .labels import Labels
from .study import Study

ANOTHER = "The film is another one than these labels were placed on."


def is_another_film(case: Case, labels: Labels) -> bool:
    """Whether a case's film is not the one that was labelled; it is read for that."""
    if labels.film.pixels_sha256 is None:
        return False
    from ..dicom import read_film  # slow to load, and seldom needed

    try:
        return labels.film.is_of_another_film(FilmFacts.of(read_film(case.image)))
    except Refused:
        return False


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
