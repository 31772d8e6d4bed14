"""Digital hips that are kept for testing: nothing learns from them unsaid."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..core.errors import StudyWarning
from ..study import Study

if TYPE_CHECKING:
    from ..phantom.families import Family

TESTING: Family = "shifted"


def tell_kept_for_testing(study: Study) -> None:
    """Warn (:class:`StudyWarning`) of hips for testing that something learns from."""
    tell_of_families(study.folder.name, families_of(study))


def tell_of_families(name: str, families: Iterable[str]) -> None:
    """The same for films that lie in no study."""
    if TESTING in families:
        warnings.warn(
            f"{name} has digital hips of the family {TESTING!r}, which are for testing:"
            " what is measured on that family afterwards is no test of a model that has"
            " learned from it.",
            StudyWarning,
            stacklevel=3,
        )


def families_of(study: Study) -> set[str]:
    """The families of digital hips that its table names."""
    return {case.extra.get("family", "").strip() for case in study.cases}
