"""Cases whose film tells of another patient or hip than the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..pipeline.contradictions import differences
from ..runs.feature_cache import CaseFeatures
from ..study import Case

_MOST_SHOWN = 20


def contradictions(
    cases: Sequence[Case], found: Iterable[CaseFeatures]
) -> dict[str, str]:
    """Case → what is doubted of it, by the table as it is now.

    Parameters
    ----------
    cases
        As the table has them.
    found
        With what their films say.
    """
    of = {case.case_id: case for case in cases}
    told = {}
    for one in found:
        case = of[one.case_id]
        flags = differences(one.said, case.patient, case.side)
        texts = [*(flag.text for flag in flags), *one.said.side_doubts]
        if texts:
            told[one.case_id] = " ".join(texts)
    return told


def doubt_notes(contradictions: Mapping[str, str], whole: str) -> list[str]:
    """Lines for people on what is doubted: the first twenty cases, then how many.

    Parameters
    ----------
    contradictions
        Of :func:`contradictions`.
    whole
        The name of the file that holds all of them.
    """
    doubted = list(contradictions.items())
    notes = [f"Doubted, {name}: {why}" for name, why in doubted[:_MOST_SHOWN]]
    if len(doubted) > _MOST_SHOWN:
        notes.append(f"Doubted: {len(doubted)} cases, all in {whole}")
    return notes
