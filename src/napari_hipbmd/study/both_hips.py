"""A film of the pelvis that has one row: both its hips become cases, or one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..core.errors import Refused
from ..core.radiograph import HipBox, Side
from .boxes import film_boxes, remember_boxes
from .boxes_file import PlacedBox
from .cases.case import Case
from .cases.table import read_cases, write_cases
from .labelling.labels import labelled_cases
from .study import Study


@dataclass(frozen=True)
class TwoHips:
    """What :func:`make_two_cases` did: the row as it was, the rows and boxes now."""

    study: Study
    before: Case
    made: tuple[Case, Case]
    boxes: Mapping[Side, PlacedBox]

    @property
    def names(self) -> tuple[str, str]:
        """The two cases."""
        return self.made[0].case_id, self.made[1].case_id


def may_be_two_cases(study: Study, case_id: str) -> bool:
    """Whether a film has one row, no hip box, and nothing was placed on it."""
    case = study.case(case_id)
    if sum(other.image == case.image for other in study.cases) > 1 or case.box:
        return False
    if case_id in labelled_cases(study.folder):
        return False
    try:
        return not film_boxes(case.image)
    except Refused:
        return False


def make_two_cases(
    study: Study, case_id: str, boxes: Mapping[Side, HipBox], by: str
) -> TwoHips:
    """Give both hips of a film their row, side and box.

    Parameters
    ----------
    boxes
        A left and a right one.
    by
        Who agreed to them.

    Raises
    ------
    Refused
        As :func:`~napari_hipbmd.study.remember_boxes`; nothing is written then.
    """
    before = study.case(case_id)
    placed = remember_boxes(before.image, boxes, by, known={})
    one, two = (case for case in read_cases(study.folder) if case.image == before.image)
    return TwoHips(study, before, (one, two), placed)


def make_one_case(done: TwoHips) -> None:
    """Take :func:`make_two_cases` back: the row is as it was, and both boxes are gone.

    Raises
    ------
    Refused
        If landmarks were placed on either hip meanwhile, or the table or the boxes
        were changed.
    """
    before, folder = done.before, done.study.folder
    labelled = labelled_cases(folder)
    for made in done.made:
        if made.case_id in labelled and made.side != before.side:
            raise Refused(
                f"Landmarks were placed on {made.case_id}: take its labels away first."
            )
    now = [case for case in read_cases(folder) if case.image == before.image]
    if tuple(now) != done.made:
        raise Refused(
            f"The rows of {before.case_id} were changed meanwhile: they stay."
        )
    remember_boxes(before.image, {}, "nobody", done.boxes)
    write_cases(
        folder,
        [
            replace(case, side=before.side) if case.case_id == before.case_id else case
            for case in read_cases(folder)
        ],
    )
