"""One film, several hips: which rows of a table are about it, and which it lacks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from ...core.errors import Refused
from ...core.hip_box import OTHER
from ...core.radiograph import Side
from .case import Case

_WORDS = {"L": "left", "R": "right"}


def with_hips(
    cases: Sequence[Case],
    image: Path,
    sides: Collection[Side],
    name: str,
    labelled: Side | None = None,
) -> list[Case]:
    """A table's cases with one for each of these hips of a film.

    A row that names no side becomes the hip that its landmarks lie on, else the left
    one of two. A hip that has no row gets one
    below, named after the other: ``pelvis-R`` beside ``pelvis``.

    Parameters
    ----------
    cases
        All cases of the study.
    image
        The film, absolute.
    sides
        The hips that are to have a row.
    name
        What to call a film that has no row yet.
    labelled
        The hip that the landmarks lie on of a row that names no side; None without.

    Raises
    ------
    Refused
        If a row has a DXA reading and does not say of which hip.
    """
    found = list(cases)
    for side in sorted(sides, key=lambda side: (side != labelled, side)):
        about = [case for case in found if case.image == image]
        if any(case.side == side for case in about):
            continue
        unsaid = next((case for case in about if case.side is None), None)
        if unsaid is not None:
            if any(value is not None for value in unsaid.dxa.values()):
                raise Refused(
                    f"The table has a DXA reading of {unsaid.case_id} and does not say"
                    " of which hip: write L or R into its column side, then open the"
                    " film again."
                )
            found[found.index(unsaid)] = replace(unsaid, side=side)
            continue
        taken = {case.case_id.casefold() for case in found}
        if not about:
            found.append(Case(_free(f"{name}-{side}", taken), image, side, group=name))
            continue
        last = about[-1]
        new = Case(
            _free(_name_beside(last, side), taken),
            image,
            side,
            last.patient,
            group=last.group or last.case_id,
        )
        found.insert(found.index(last) + 1, new)
    return found


def without_hips(
    cases: Sequence[Case],
    image: Path,
    sides: Collection[Side],
    used: Collection[str],
) -> list[Case]:
    """A table's cases without the rows that :func:`with_hips` made for these hips.

    A row stays that is the film's only one, has a DXA reading or other columns filled
    in, or whose name is among ``used``.
    """
    found = list(cases)
    for side in sides:
        about = [case for case in found if case.image == image]
        for case in about:
            others = [other for other in about if other is not case]
            made = any(case.case_id == _name_beside(other, side) for other in others)
            own = any(value is not None for value in case.dxa.values())
            own |= any(case.extra.values()) or case.case_id in used
            if case.side == side and made and not own:
                found.remove(case)
    return found


def with_other_side(cases: Sequence[Case], image: Path, side: Side) -> list[Case]:
    """A table's cases, the film's only hip being of this side and not of the other.

    Raises
    ------
    Refused
        If the table has a DXA reading of the other side.
    """
    about = [case for case in cases if case.image == image]
    if len(about) != 1 or about[0].side != OTHER[side]:
        return list(cases)
    [case] = about
    if any(value is not None for value in case.dxa.values()):
        raise Refused(
            f"The table has a DXA reading of {case.case_id} as a"
            f" {_WORDS[OTHER[side]]} hip: if that is wrong, change its column side."
        )
    return [replace(case, side=side) if each is case else each for each in cases]


def refuse_labelled(
    cases: Sequence[Case], image: Path, labelled: Collection[str]
) -> None:
    """Keep landmarks from lying on another hip than the one they were placed on.

    Raises
    ------
    Refused
        If a hip of the film has landmarks.
    """
    for case in cases:
        if case.image == image and case.case_id in labelled:
            raise Refused(
                f"Landmarks were placed on {case.case_id}, and would lie on the other"
                " hip: the sides stay as they are; take its labels away first."
            )


def _name_beside(other: Case, side: Side) -> str:
    return f"{other.case_id.removesuffix(f'-{OTHER[side]}')}-{side}"


def _free(name: str, taken: Collection[str]) -> str:
    free, number = name, 2
    while free.casefold() in taken:
        free, number = f"{name}-{number}", number + 1
    return free
