"""A structured report of what was measured, which refers to the film."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..core.anatomy import Site
from ..core.errors import Refused
from ..core.extras import from_extra
from ..core.measurement import Measurement


def film_report(
    found: Measurement,
    film: Path,
    dxa: Mapping[Site, float] | None = None,
    identified: bool = False,
) -> bytes:
    """The DICOM structured report of a hip, which refers to its film.

    Parameters
    ----------
    film
        The file that was measured.
    dxa
        Site → reference reading in g/cm², where there is one.
    identified
        Whether the patient is named.

    Raises
    ------
    Refused
        If the film is no DICOM film, or lacks what a report refers to it by.
    """
    from ..dicom import source_of  # loads pydicom

    with from_extra("sr", "A DICOM structured report"):
        from .sr import structured_report  # takes a second to import

    source = source_of(film, identified)
    if source is None:
        raise Refused(
            "There is no structured report of a picture, which has no DICOM"
            " identity that it could refer to: export the film as DICOM."
        )
    return structured_report(found, source, dxa)
