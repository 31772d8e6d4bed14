"""``hipbmd train bmd``: a study in, a regression and what it rests on out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ..bmd import (
    BmdModel,
    inputs_of,
)
from ..core.anatomy import SITES, Site
from ..core.caveats import DIGITAL
from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.version import __version__
from ..evaluation.checks import (
    checked_covariates,
    enough_biology,
    left_out,
    refuse_too_many_inputs,
    refuse_too_small,
    refuse_wrong_units,
    sites_left_out,
    with_reading,
)
from ..evaluation.contradictions import contradictions
from ..evaluation.densitometers import densitometers
from ..evaluation.feature_table import FeatureTable, feature_table
from ..evaluation.progress import FillingIn, RowsReport, Step, stoppable
from ..evaluation.row_result import RowResult
from ..evaluation.rows import evaluate
from ..pipeline.models import calibration_of
from ..runs.collecting import collect_by, features_in
from ..runs.networks import (
    PrepareJob,
    copy_networks,
    networks_provenance,
)
from ..study import PREDICTED, TRUTH, Case, Study
from .fit_plan import FitPlan
from .kept_for_testing import tell_kept_for_testing


@dataclass(frozen=True, eq=False)
class FittedRegression:
    """A fitted model with the points it rests on.

    Attributes
    ----------
    model
        Also written as ``bmd.json``.
    results
        Out-of-fold estimates of each target, ``fitted`` those in sample.
    left_out
        Case → which value is missing, or why its film could not be measured.
    digital
        Whether it is fitted to digital hips, or some are, and so valid for no patient.
    contradictions
        Case → what its film tells otherwise than the table.
    not_fitted
        Target → why it has no regression.
    """

    model: BmdModel
    results: Sequence[RowResult]
    left_out: dict[str, str]
    digital: bool = False
    contradictions: dict[str, str] = field(default_factory=dict)
    not_fitted: dict[Site, str] = field(default_factory=dict)


def fit_regression(
    study: Study | str | Path,
    out: str | Path,
    plan: FitPlan | None = None,
    *,
    models: str | Path | None = None,
    command: str = "",
    report: RowsReport | None = None,
    cancelled: Callable[[], bool] | None = None,
    prepare: PrepareJob | None = None,
) -> FittedRegression:
    """Fit a regression to a study with DXA readings and write ``bmd.json``.

    Parameters
    ----------
    study
        With at least 20 readings in g/cm² of a target, of as many patients as folds.
    plan
        Targets, grey values, landmarks, preset and folds:
        :class:`napari_hipbmd.tasks.fit_plan.FitPlan`; all four targets by the preset
        ``"default"`` when absent.
    out
        Folder for ``bmd.json``, which then is a folder of models, and for
        ``features.csv``, from which an interrupted run resumes. Networks of
        ``models`` are copied there: a regression is of use only behind its own.
    models
        Folder of networks; those that it lacks, and by default all, are the bundled
        ones.
    command
        What made it, kept in the model; by default that of the plan.
    report
        Told of every step, with the out-of-fold figures of the films so far.
    cancelled
        Asked before every film and after every fold.
    prepare
        Finds images and landmarks of one case; the pipeline when absent.

    Raises
    ------
    Refused
        If there are too few films with readings, or the table has mistakes; if another
        run writes into ``out``.
    Cancelled
        If asked to stop; the next run resumes.
    """
    plan = plan or FitPlan()
    command = command or plan.command
    study = study if isinstance(study, Study) else Study.open(study)
    tell_kept_for_testing(study)
    out, folder = Path(out), None if models is None else Path(models)
    refuse_too_small(study.cases, 2, plan.targets)
    cases = with_reading(study.cases, plan.targets)
    refuse_wrong_units(cases, plan.targets)
    preset = checked_covariates(cases, plan.preset)
    refuse_too_many_inputs(cases, preset, len(inputs_of(plan.image)), plan.targets)
    tell = stoppable(report, cancelled)
    options: dict[str, object] = {
        "preset": preset, "sites": plan.targets, "rows": (plan.image,),
    }  # fmt: skip
    with features_in(out) as cache:
        found = collect_by(
            folder,
            study,
            cache,
            prepare,
            cases=cases,
            landmarks=plan.landmarks,
            calibration=calibration_of(folder),
            progress=FillingIn(cases, tell, options),
            cancelled=cancelled,
        )
        table = _targets_only(feature_table(cases, found), plan.targets)
        _refuse_too_few(table, found, plan)
        biology = enough_biology(table, preset)
        folds = min(plan.folds, len({c.group or c.case_id for c in cases}))
        results = evaluate(
            table, folds, plan.seed, preset=preset, biology=biology,
            sites=plan.targets, rows=(plan.image,),
            report=lambda done, count, so_far: tell(
                Step("estimating", done, count, so_far[-1].site), so_far
            ),
        )  # fmt: skip
        missing = left_out(
            table, found, results, preset if biology else None, plan.targets
        )
        used = [case for case in cases if case.case_id not in missing]
        tell(Step("fitting", 0, 1), results)
        name, films = _names(study, used, plan, table)
        doubted = contradictions(cases, found)
        model = BmdModel.fit(
            table.features[plan.image],
            [case.patient for case in cases],
            table.dxa_g_cm2,
            groups=table.groups,
            preset=preset,
            name=name,
            calibrated_on=films,
            created_by=command,
            folds=folds,
            seed=plan.seed,
            image=plan.image,
            provenance={
                "study": study.folder.name,
                "cases": len(cases),
                "left_out": missing,
                "contradictions": doubted,
                "targets": [f"bmd_{site}" for site in plan.targets],
                "densitometers": densitometers(used),
                "film": plan.image,
                "landmarks": plan.landmarks,
                "networks": networks_provenance(folder),
                "date": date.today().isoformat(),
                "command": command,
                "version": __version__,
                "folds": folds,
                "seed": plan.seed,
                "sexes": sorted({c.patient.sex for c in used if c.patient.sex}),
            },
        )
        tell(Step("fitting", 1, 1), results)
        copy_networks(folder, out)
        write_text_atomic(out / "bmd.json", model.to_json())
        not_fitted = sites_left_out(table, results, plan.targets)
        return FittedRegression(
            model, results, missing, _digital(cases) > 0, doubted, not_fitted
        )


def _targets_only(table: FeatureTable, targets: Sequence[Site]) -> FeatureTable:
    readings = table.dxa_g_cm2.copy()
    readings[:, [i for i, site in enumerate(SITES) if site not in targets]] = np.nan
    return FeatureTable(
        table.case_ids, table.groups, table.covariates, readings, table.features
    )


def _refuse_too_few(table: FeatureTable, found: Sequence[Any], plan: FitPlan) -> None:
    """Say why films could not be measured when that leaves too few of them."""
    reasons = [(one.case_id, one.reason) for one in found if one.reason]
    if plan.image not in table.features or len(found) - len(reasons) < 20:
        case_id, reason = reasons[0] if reasons else ("?", "nothing was measured")
        raise Refused(
            f"Of {len(found)} films with a reading {len(found) - len(reasons)} could be"
            f" measured, and a regression needs 20; case {case_id}: {reason}"
        )


def _digital(cases: Sequence[Case]) -> int:
    """How many of them are digital hips."""
    return sum("family" in case.extra for case in cases)


def _names(
    study: Study, cases: Sequence[Case], plan: FitPlan, table: FeatureTable
) -> tuple[str, str]:
    """The model's name, and what it was fitted to in words: shown with every value."""
    used = np.isfinite(table.features[plan.image]).all(axis=1)
    count = int(used.sum())
    images = {"raw": ["raw film"], "calibrated": ["grey and g/cm²"]}
    how = [*images.get(plan.image, [])]
    if plan.landmarks == TRUTH:
        how.append("true landmarks")
    elif plan.landmarks != PREDICTED:
        how.append(f"landmarks by {plan.landmarks}")
    sexes = {case.patient.sex for case in cases}
    if len(sexes) == 1 and None not in sexes:
        how.append("women only" if sexes == {"F"} else "men only")
    digital = _digital(cases)
    if digital == len(cases):
        cohorts = sorted({case.case_id.rsplit("-", 1)[0] for case in cases})[:4]
        how = [", ".join(cohorts), *how]
        films = f"{count} digital hips ({'; '.join(how)}; simulated DXA)"
        return "digital hips", films
    if digital:
        how.append(f"{digital} of them {DIGITAL}")
    told = f" ({'; '.join(how)})" if how else ""
    return study.folder.name, f"{count} films of the study {study.folder.name}{told}"
