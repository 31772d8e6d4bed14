"""What a densitometer measured of one hip on one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from .anatomy import Site
from .radiograph import Patient, Side


@dataclass(frozen=True)
class DxaReading:
    """A reading, without whose it is.

    Attributes
    ----------
    patient
        The same for readings and films of one patient, and no way back to who it is.
    taken
        The day, where it is known.
    side
        The hip, where it is known.
    bmd_g_cm2
        Site → g/cm².
    biology
        What the densitometer was told of the patient.
    maker
        ``"Hologic"``, ``"GE Lunar"`` or nothing.
    """

    patient: str
    taken: date | None = None
    side: Side | None = None
    bmd_g_cm2: Mapping[Site, float] = field(default_factory=dict)
    biology: Patient = Patient()
    maker: str = ""
