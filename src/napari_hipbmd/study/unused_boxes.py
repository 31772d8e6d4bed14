"""Hip boxes that somebody placed and that no case of the table uses."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

from ..core.errors import StudyWarning
from ..core.radiograph import Side
from .boxes_file import Boxes
from .cases.case import Case
from .cases.columns import first_of

_SIDES = {"L": "left", "R": "right"}


def unused_boxes(boxes: Boxes, folder: Path, cases: Iterable[Case]) -> list[str]:
    """Sentences on boxes that are passed over.

    Parameters
    ----------
    boxes
        All of the study.
    folder
        Of the study, absolute.
    cases
        With the boxes that they use.
    """
    used: dict[str, set[Side | None]] = {}
    named: dict[str, str] = {}
    for case in cases:
        key = boxes.key(case.image.relative_to(folder).as_posix())
        if key is not None:
            used.setdefault(key, set()).add(case.side)
            named.setdefault(key, case.case_id)
    lost, other = [], []
    for film, placed in boxes.films.items():
        if film not in used:
            lost.append(f"the hip box of {film} is passed over: no case has that film")
            continue
        other += [
            f"the {_SIDES[side]} hip box that was {placed[side].source} on the film of"
            f" the case {named[film]!r} is passed over: no row has that side"
            for side in sorted(set(placed) - used[film])
        ]
    return [first_of(found) for found in (other, lost) if found]


def warn_of_unused_boxes(boxes: Boxes, folder: Path, cases: Iterable[Case]) -> None:
    """Warn (:class:`StudyWarning`) of hip boxes that no case uses."""
    for sentence in unused_boxes(boxes, folder, cases):
        warnings.warn(f"boxes.json: {sentence}.", StudyWarning, stacklevel=3)
