"""``hipbmd train grey-scale``: rulers of the gain, fitted where it is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from ..core.errors import Cancelled, Refused
from ..core.files import write_text_atomic
from ..core.progress import StepProgress
from ..core.version import __version__
from ..grey_scale import Calibration, fit_calibration
from ..report.grid import Grid, fixed
from ..runs.collecting import collect_by, features_in
from ..runs.feature_cache import CaseFeatures
from ..runs.networks import (
    PrepareJob,
    copy_networks,
    networks_provenance,
)
from ..study import Study
from .sources import cases_with_truth, data_provenance, study_of_rulers

"""Called with a stage (``"measuring"``, ``"fitting"``), and (done, all) of it."""


def fit_grey_scale(
    study: Study | str | Path,
    out: str | Path,
    *,
    models: str | Path | None = None,
    seed: int = 0,
    command: str = "",
    report: StepProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
    prepare: PrepareJob | None = None,
) -> Calibration:
    """Fit the rulers to films whose exact gain is known and write ``grey_scale.json``.

    The films are read with the STO and the landmarks of the networks, as they will be
    when they are measured.

    Parameters
    ----------
    out
        Folder for ``grey_scale.json`` and for ``features.csv``, from which an
        interrupted run resumes; a regression that is fitted into the same folder takes
        its features from there. Networks of ``models`` are copied there.
    models
        Folder of networks; those that it lacks, and by default all, are the bundled
        ones.
    seed
        Of folds and trees.
    command
        What made it, kept in the calibration.
    prepare
        Finds images and landmarks of one case; the pipeline when absent.

    Raises
    ------
    Refused
        If too few films tell their exact gain, or show a shaft, or they are digital
        hips that are kept for testing; if another run writes into ``out``.
    Cancelled
        If asked to stop; the next run resumes.
    """
    study = study_of_rulers(study)
    out, folder = Path(out), None if models is None else Path(models)
    cases = cases_with_truth(study)
    if not cases:
        raise Refused(
            f"The study {study.folder.name} has no truth, and a calibration of the"
            " grey scale learns from films whose exact soft tissue is known: digital"
            " hips."
        )

    def measured(
        done: int, count: int, _case: str, _found: Sequence[CaseFeatures]
    ) -> None:
        if report is not None:
            report("measuring", done, count)

    def fitted(done: int, count: int) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        if report is not None:
            report("fitting", done, count)

    with features_in(out) as cache:
        found = collect_by(
            folder,
            study,
            cache,
            prepare,
            cases=cases,
            progress=measured,
            cancelled=cancelled,
        )
        group = {case.case_id: case.group or case.case_id for case in cases}
        known = [one for one in found if "exact_gain" in one.gains and one.signs]
        card = {
            "name": "digital hips",
            "calibrated_on": "digital hips, with predicted soft tissue and landmarks",
            **data_provenance(study),
            "networks": networks_provenance(folder),
            "command": command,
            "made": date.today().isoformat(),
            "versions": {"napari-hipbmd": __version__},
            "seed": seed,
        }
        calibration = fit_calibration(
            [one.signs for one in known],
            np.array([one.gains["exact_gain"][0] for one in known]),
            [group[one.case_id] for one in known],
            card,
            seed,
            fitted,
        )
        copy_networks(folder, out)
        write_text_atomic(out / "grey_scale.json", calibration.to_json())
    return calibration


def grey_scale_text(found: Calibration) -> str:
    """How far off the rulers are, on films of patients that they had not seen."""
    figures = found.card["figures"]
    rows = [
        (name, fixed(100 * error, 1), fixed(100 * figures[f"median error, {name}"], 1))
        for name, error in found.errors.items()
    ]
    together = figures["median error, together"]
    rows.append(("together", "", fixed(100 * together, 1)))
    return Grid(
        f"The gain of {figures['films']} films, {figures['films with a shaft']} of them"
        " with a shaft",
        ("ruler", "standard error, %", "median error, %"),
        rows,
        "On films of patients that the rulers had not seen.",
    ).text()
