"""The last import of an annotator's labels, taken back in one step."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from ...core.errors import Refused
from ..labelling.open_case import OpenCase
from ..study import Study
from .parcel import IMPORTED


@dataclass(frozen=True)
class Undone:
    """What was taken back.

    Attributes
    ----------
    text
        What the import was: ``"imported from coco by anna"``.
    cases
        Those that are as they were before.
    """

    text: str
    cases: tuple[str, ...]


def undo_import(study: Study, annotator: str) -> Undone:
    """Undo the last import in every case in which nothing has been done since.

    Redo brings it back, case by case, as after any undo.

    Raises
    ------
    Refused
        If there is none to undo.
    ConflictFound
        If labels were changed by another program meanwhile.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for case in study.cases:
        with suppress(Refused):  # labels that cannot be used were not imported to
            last = _opened(study, annotator, case.case_id)
            if last is not None:
                found.setdefault(last, []).append(case.case_id)
    if not found:
        raise Refused(
            f"There is no import for {annotator} that could be undone: it is not the"
            " last thing that was done to any of the labels."
        )
    when, text = max(found)
    for case_id in found[when, text]:
        with study.open_case(annotator, case_id) as opened:
            opened.undo()
    return Undone(text, tuple(found[when, text]))


def _opened(study: Study, annotator: str, case_id: str) -> tuple[str, str] | None:
    """When the last change of a case was made, and what, if it is an import."""
    if study.labels(annotator, case_id) is None:
        return None
    last = OpenCase(study.folder, annotator, case_id).history.last
    if last is None or not last.text.startswith(IMPORTED):
        return None
    return last.when, last.text
