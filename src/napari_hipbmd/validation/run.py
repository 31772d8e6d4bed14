"""``hipbmd validate``: a study in, a table, figures and files out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ..anatomy import SITES
from ..files import write_text_atomic
from ..radiograph import FilmRefused
from ..resources import weights_dir
from ..study import Case, Study
from .collect import (
    CaseFeatures,
    MeasureCase,
    Progress,
    collect,
    feature_table,
    networks_fingerprint,
)
from .figures import write_figures
from .landmark_errors import landmark_errors
from .rows import MINIMUM_CASES, NO_READINGS, FeatureTable, RowResult, evaluate
from .tables import Validation


def validate(
    study: Study | str | Path,
    out: str | Path,
    folds: int = 10,
    *,
    seed: int = 0,
    preset: str = "default",
    models: str | Path | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    measure: MeasureCase | None = None,
) -> Validation:
    """Compare estimates with the DXA readings of a study, out of fold.

    Parameters
    ----------
    study
        A study with DXA readings. Exact STO and landmark errors need its truth.
    out
        Folder for ``features.csv`` (kept, so that an interrupted run resumes),
        ``table.csv``, ``table.txt``, ``validation.json`` and the figures.
    folds, seed
        Folds by patient.
    preset
        ``"default"`` or ``"paper"``.
    models
        Folder of weights; the bundled ones when absent.
    progress, cancelled
        See :func:`collect`.
    measure
        Measures one case; the pipeline with predicted landmarks when absent.

    Raises
    ------
    FilmRefused
        If the study has no DXA readings, or too few cases or patients.
    Cancelled
        When asked to stop; the next run resumes.
    """
    study = study if isinstance(study, Study) else Study.open(study)
    out = Path(out)
    _refuse_too_small(study.cases, folds)
    folder = None if models is None else Path(models)
    found = collect(
        study,
        out / "features.csv",
        measure or pipeline_measure(folder),
        made_with=networks_fingerprint(folder, weights_dir()),
        progress=progress,
        cancelled=cancelled,
    )
    table = feature_table(study.cases, found)
    with_biology = _with_biology(table, folds, seed, preset)
    film_alone = evaluate(table, folds, seed, preset=preset, biology=False)
    seconds = [one.seconds for one in found if np.isfinite(one.seconds)]
    validation = Validation(
        study=study.folder.name,
        folds=folds,
        seed=seed,
        preset=preset,
        with_biology=with_biology,
        film_alone=film_alone,
        left_out=_left_out(table, found, with_biology or film_alone),
        landmarks=landmark_errors(study, found),
        seconds=float(np.median(seconds)) if seconds else float("nan"),
    )
    write_text_atomic(out / "table.csv", validation.to_csv())
    write_text_atomic(out / "table.txt", validation.text())
    write_text_atomic(out / "validation.json", validation.to_json())
    write_figures(validation, out)
    return validation


def pipeline_measure(models: Path | None) -> MeasureCase:
    """Measure a case with the pipeline; a refusal becomes its reason."""
    from ..batch import Options, measure_path
    from ..measurement import Measurement
    from ..models import load_models

    loaded = load_models(models)

    def one(case: Case) -> Measurement:
        options = Options(side=case.side, patient=case.patient)
        try:
            (found,) = measure_path(case.image, options, loaded)
        except FilmRefused as refusal:
            name = case.image.name
            return Measurement(case.case_id, name, case.side, "refused", str(refusal))
        return found

    return one


def _with_biology(
    table: FeatureTable, folds: int, seed: int, preset: str
) -> list[RowResult]:
    """Results with the covariates; none when too few cases know them."""
    if np.isfinite(table.covariates).all(axis=1).sum() < MINIMUM_CASES:
        return []
    try:
        return evaluate(table, folds, seed, preset=preset)
    except FilmRefused:
        return []


def _refuse_too_small(cases: Sequence[Case], folds: int) -> None:
    """Say so before an hour of measuring, not after."""
    read = [c for c in cases if any(c.dxa.get(site) is not None for site in SITES)]
    if not read:
        raise FilmRefused(NO_READINGS)
    if len(read) < MINIMUM_CASES:
        raise FilmRefused(
            f"A validation needs at least {MINIMUM_CASES} cases with a DXA reading, and"
            f" the study has {len(read)}."
        )
    patients = len({c.group or c.case_id for c in read})
    if folds < 2 or patients < folds:
        raise FilmRefused(
            f"{folds} folds by patient need at least {max(folds, 2)} patients, and the"
            f" study has {patients} (column 'group' of cases.csv)."
        )


def _left_out(
    table: FeatureTable, found: Sequence[CaseFeatures], results: Sequence[RowResult]
) -> dict[str, str]:
    used = {name for one in results for name in one.case_ids}
    reasons = {one.case_id: one.reason for one in found}
    return {
        name: reasons.get(name) or "a reading, a covariate or a feature is missing"
        for name in table.case_ids
        if name not in used
    }
