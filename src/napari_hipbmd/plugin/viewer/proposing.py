"""The hip boxes that the networks propose, worked out beside the window."""

from __future__ import annotations

from pathlib import Path

from ...core.radiograph import HipBox, Radiograph, Side
from ..ui.run import Run


def propose_hip_boxes(
    run: Run, film: Radiograph, folder: Path | None, side: Side | None
) -> dict[Side, HipBox]:
    """A box for every hip of a film, as the networks see them.

    Parameters
    ----------
    run
        In which this runs; it is asked whether to stop.
    folder
        Of the models; the bundled ones when None.
    side
        What a film of one hip shows.

    Raises
    ------
    Cancelled
        If the run was asked to stop.
    """
    from ...landmarks.locate import propose
    from ...pipeline.models import load_models

    return propose(load_models(folder).finder, film, side, run.is_cancelled)
