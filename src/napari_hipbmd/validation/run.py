"""``hipbmd validate``: a study in, a table, figures and files out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..anatomy import SITES
from ..bmd import COVARIATES, Preset, chosen_preset
from ..files import write_text_atomic
from ..radiograph import Cancelled
from ..resources import weights_dir
from ..study import Study
from .cache import CaseFeatures
from .checks import checked_covariates, left_out, refuse_too_small
from .collect import PREDICTED, MeasureCase, collect, feature_table
from .figures import write_figures
from .landmark_errors import landmark_errors
from .learning_curve import learning_curve
from .measuring import networks_fingerprint, networks_provenance, pipeline_measure
from .page import validation_page
from .progress import FillingIn, Report, Step
from .rows import MINIMUM_CASES, ROWS, FeatureTable, RowResult, evaluate
from .success import ONE_PAIR
from .summary import summarise
from .tables import Validation

_ROWS = len(ROWS) * len(SITES)


def validate(
    study: Study | str | Path,
    out: str | Path,
    folds: int = 10,
    *,
    seed: int = 0,
    repeats: int = 1,
    preset: str | Preset = "default",
    landmarks: str = PREDICTED,
    models: str | Path | None = None,
    report: Report | None = None,
    cancelled: Callable[[], bool] | None = None,
    measure: MeasureCase | None = None,
) -> Validation:
    """Compare estimates with the DXA readings of a study, out of fold.

    Parameters
    ----------
    study
        A study with DXA readings. Exact STO and landmark errors need its truth.
    out
        Folder for ``features.csv`` (kept, so that an interrupted run resumes), the
        tables, ``validation.json``, ``validation.html`` and the figures.
    folds, seed, repeats
        Folds by patient, drawn anew for each repeat.
    preset
        ``"default"``, ``"paper"`` or one's own.
    landmarks
        ``"predicted"``, ``"truth"`` (digital hips) or the name of an annotator.
    models
        Folder of weights; the bundled ones when absent.
    report
        Told of every step, with the figures of the films so far.
    cancelled
        Asked before every film and after every row.
    measure
        Measures one case; the pipeline when absent.

    Raises
    ------
    FilmRefused
        If the study has no DXA readings, or too few cases or patients.
    Cancelled
        When asked to stop; the next run resumes.
    """
    study = study if isinstance(study, Study) else Study.open(study)
    out = Path(out)
    preset = checked_covariates(study.cases, chosen_preset(preset))
    refuse_too_small(study.cases, folds)
    folder = None if models is None else Path(models)
    tell = report or (lambda step, results: None)
    found = collect(
        study,
        out / "features.csv",
        measure or pipeline_measure(folder),
        landmarks=landmarks,
        made_with=networks_fingerprint(folder, weights_dir()),
        progress=FillingIn(study.cases, tell, {"preset": preset, "sites": ("neck",)}),
        cancelled=cancelled,
    )
    validation = _validated(
        study, found, (folds, repeats, seed), preset, landmarks,
        networks_provenance(folder), tell, cancelled,
    )  # fmt: skip
    tell(Step("writing", 0, 1), validation.results)
    write_text_atomic(out / "table.csv", validation.to_csv())
    write_text_atomic(out / "table.txt", validation.text())
    write_text_atomic(out / "points.csv", validation.points_csv())
    write_text_atomic(out / "validation.json", validation.to_json())
    figures = write_figures(validation, out)
    write_text_atomic(out / "validation.html", validation_page(validation, figures))
    tell(Step("writing", 1, 1), validation.results)
    return validation


def _validated(
    study: Study,
    found: Sequence[CaseFeatures],
    plan: tuple[int, int, int],
    preset: Preset,
    landmarks: str,
    networks: dict[str, Any],
    tell: Report,
    cancelled: Callable[[], bool] | None,
) -> Validation:
    folds, repeats, seed = plan
    table = feature_table(study.cases, found)
    done: list[RowResult] = []

    def row_done(results: list[RowResult]) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled
        last = results[-1]
        if len(done) < len(results):
            done[:] = results
        tell(Step("estimating", len(results), _ROWS, f"{last.site}, {last.row}"), done)

    def estimated(**options: Any) -> list[RowResult]:
        return evaluate(
            table, folds, seed, repeats=repeats, preset=preset, report=row_done,
            **options,
        )  # fmt: skip

    with_biology: list[RowResult] = []
    if preset.covariates and _knows_biology(table, preset):
        with_biology = estimated(intervals=True)
    film_alone = estimated(biology=False, intervals=not with_biology)
    main = with_biology or film_alone
    tell(Step("comparing", 0, 1), main)
    one_pair = evaluate(
        table, folds, seed, repeats=repeats, preset=preset,
        biology=bool(with_biology), features=ONE_PAIR,
    )  # fmt: skip
    first = [one for one in main if one.site == main[0].site]
    seconds = [one.seconds for one in found if np.isfinite(one.seconds)]
    return Validation(
        study=study.folder.name,
        folds=folds,
        repeats=repeats,
        seed=seed,
        preset=preset,
        landmarks_used=landmarks,
        networks=networks,
        with_biology=with_biology,
        film_alone=film_alone,
        one_pair=[one for one in one_pair if one.row == "enhanced"],
        summary=summarise(with_biology, film_alone, study.cases, seed),
        learning=learning_curve(
            table, first, preset, folds, seed, biology=bool(with_biology)
        ),
        left_out=left_out(table, found, main, preset if with_biology else None),
        landmarks=landmark_errors(study, found),
        seconds=float(np.median(seconds)) if seconds else float("nan"),
    )


def _knows_biology(table: FeatureTable, preset: Preset) -> bool:
    """Whether enough cases know the covariates."""
    columns = [COVARIATES.index(name) for name in preset.covariates]
    known = np.isfinite(table.covariates[:, columns]).all(axis=1)
    read = np.isfinite(table.dxa_g_cm2).any(axis=1)
    return bool((known & read).sum() >= MINIMUM_CASES)
