"""Measuring a film in a thread, as every dock does it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.measurement import Measurement
from ...core.radiograph import Radiograph
from ..ui.run import Run
from ..ui.translation import tr

if TYPE_CHECKING:
    from ...pipeline.models import Models

FINDING = tr("Finding the hip")
NEXT = {
    "locate": tr("Taking the soft tissue away …"),
    "enhance": tr("Finding the landmarks …"),
    "landmarks": tr("Measuring the regions …"),
    "measure": tr("Drawing …"),
}
"""What the pipeline reports as done, and what it does next."""


def measure_film(
    run: Run, film: Radiograph, folder: Path | None, arguments: dict[str, Any]
) -> tuple[Measurement, Models | None]:
    """Measure a film; gives the models too, which measure its moved landmarks.

    Parameters
    ----------
    run
        Is told each step that is done, and asked whether to go on.
    folder
        Of the models; None for the bundled ones, which are then not given.
    arguments
        Of :func:`pipeline.measure`.

    Raises
    ------
    Refused, Cancelled
        As :func:`pipeline.measure`.
    """
    from ... import pipeline
    from ...pipeline.models import load_models

    def report(step: str, _: Measurement) -> None:
        if step in NEXT:
            run.tell(list(NEXT).index(step) + 1, len(NEXT) + 1, NEXT[step])

    models = None if folder is None else load_models(folder)
    found = pipeline.measure(
        film,
        **arguments,
        models=models,
        report=report,
        cancelled=run.is_cancelled,
    )
    return found, models
