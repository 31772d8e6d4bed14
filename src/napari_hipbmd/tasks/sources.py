"""What a training learns from: studies and pairs, told where they are for testing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import Refused
from ..core.parts import Part
from ..study import Study
from ..study.cases.case import Case
from .kept_for_testing import (
    TESTING,
    families_of,
    tell_kept_for_testing,
    tell_of_families,
)

if TYPE_CHECKING:
    from ..synthesis import PairsFolder


LEARNED_FROM: tuple[Part, ...] = ("train", "validation")


def study_to_learn_from(study: Study | str | Path) -> Study:
    """The study that a network learns from; it is told where it is for testing.

    Raises
    ------
    Refused
        If it cannot be read.
    """
    study = study if isinstance(study, Study) else Study.open(study)
    tell_kept_for_testing(study)
    return study


def study_of_rulers(study: Study | str | Path) -> Study:
    """The study that the gain and its rulers are fitted to.

    Raises
    ------
    Refused
        If it cannot be read, or its hips are kept for testing: what the bundled rulers
        reach is told for those.
    """
    study = study if isinstance(study, Study) else Study.open(study)
    if TESTING in families_of(study):
        raise Refused(
            f"{study.folder.name} has digital hips of the family {TESTING!r}, which are"
            " for testing alone: learn from others, of 'hipbmd phantom --family train'."
        )
    return study


def pairs_to_learn_from(folder: Path) -> PairsFolder:
    """A folder of pairs of a training, as of :func:`study_to_learn_from`.

    Raises
    ------
    Refused
        If it cannot be read.
    """
    from ..synthesis import PairsFolder

    pairs = PairsFolder.open(folder)
    sources = (*pairs.manifest.hips, *pairs.manifest.tiles)
    learned = [one.case_id for one in sources if one.part in LEARNED_FROM]
    # Pairs know the names of digital hips (digital_hips.case_name) alone.
    tell_of_families(folder.name, (name.split("-")[0] for name in learned))
    return pairs


def cases_with_truth(study: Study) -> list[Case]:
    """The cases that rulers of the gain may learn from: those with a truth."""
    return [c for c in study.cases if study.truth(c.case_id, with_sto=False)]


def data_provenance(*studies: Study) -> dict[str, object]:
    """What a model card says about the films it was made from."""
    told = [_told(study) for study in studies]
    return {"data": told[0] if len(told) == 1 else told}


def _told(study: Study) -> dict[str, object]:
    digital = [case for case in study.cases if "family" in case.extra]
    cohorts = sorted({case.case_id.rsplit("-", 1)[0] for case in digital})
    families = sorted({case.extra.get("family", "own films") for case in study.cases})
    return {
        "cases": len(study.cases),
        "cohorts": cohorts[:8],
        "family": families,
        "pixels": sorted({c.extra["pixels"] for c in digital if "pixels" in c.extra}),
    }
