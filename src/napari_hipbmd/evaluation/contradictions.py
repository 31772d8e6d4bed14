"""Cases whose film tells of another patient or hip than the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..pipeline.contradictions import differences
from ..runs.feature_cache import CaseFeatures
from ..study import Case


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
