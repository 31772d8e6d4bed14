"""On whose scale the readings of a study are: a g/cm² of two makers is not the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ..bmd import other_scales
from ..study import Case
from ..study.dxa.merging import MAKER
from ..study.dxa.words import maker_named


def densitometers(cases: Sequence[Case]) -> dict[str, int]:
    """Maker → how many of the cases with a reading name it (column ``dxa_maker``)."""
    read = [case for case in cases if any(v is not None for v in case.dxa.values())]
    named = Counter(maker_named(case.extra.get(MAKER, "")) for case in read)
    return {maker: named[maker] for maker in sorted(named) if maker}


def scale_notes(makers: Mapping[str, int]) -> list[str]:
    """What has to be said of readings on another scale, or on two.

    Parameters
    ----------
    makers
        Of :func:`densitometers`.
    """
    notes = []
    if len(makers) > 1:
        told = " and ".join(f"{maker} ({count})" for maker, count in makers.items())
        notes.append(
            f"Readings of {told}: they are not comparable without cross-calibration,"
            " and what they differ by counts as error"
        )
    if others := other_scales(makers):
        notes.append(
            f"No T-scores: readings of {', '.join(others)} are on another scale than"
            " the reference, which is Hologic's"
        )
    return notes
