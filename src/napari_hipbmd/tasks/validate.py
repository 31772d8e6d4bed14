"""``hipbmd validate``: a study in, a table, figures and files out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..bmd import RegressionPreset, chosen_preset
from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.options import REQUIRED, option
from ..evaluation.bootstrap import SAMPLES
from ..evaluation.checks import (
    checked_covariates,
    enough_biology,
    left_out,
    refuse_too_small,
    refuse_wrong_units,
    sites_left_out,
)
from ..evaluation.contradictions import contradictions
from ..evaluation.densitometers import densitometers
from ..evaluation.feature_table import feature_table
from ..evaluation.figures import FigureKind, write_figures
from ..evaluation.landmark_errors import landmark_errors
from ..evaluation.learning_curve import learning_curve
from ..evaluation.page import validation_page
from ..evaluation.participants import participants
from ..evaluation.progress import FillingIn, RowsReport, Step, stoppable
from ..evaluation.row_result import ROW_NAMES, ROWS, RowResult
from ..evaluation.rows import evaluate
from ..evaluation.success import ONE_PAIR
from ..evaluation.summary import summarise
from ..evaluation.tables import Validation
from ..pipeline.models import calibration_of
from ..runs.collecting import collect_by, features_in
from ..runs.feature_cache import CaseFeatures, Row
from ..runs.networks import (
    PrepareJob,
    networks_provenance,
)
from ..study import PREDICTED, Study
from .regression import RegressionOptions, one_of


def chosen_rows(text: str) -> tuple[str, ...]:
    """Rows of a validation: ``raw,enhanced``.

    Raises
    ------
    ValueError
        If one is unknown.
    """
    return one_of(text, ROWS, "row")


@dataclass(frozen=True, kw_only=True)
class ValidateOptions(RegressionOptions):
    """What is compared, how often, with which networks, and where results go."""

    study: Path = option(
        REQUIRED, "a study with DXA readings", metavar="STUDY", positional=True
    )
    out: Path = option(
        REQUIRED,
        "tables, figures, page, and features that a next run goes on from",
        metavar="DIR",
    )
    repeats: int = option(1, "draw the folds anew so many times", low=1, metavar="R")
    rows: tuple[Row, ...] = option(
        ROWS,
        "among biology, raw, ring, enhanced, calibrated, exact, exact_gain (default:"
        " all)",
        metavar="A,B",
        parse=chosen_rows,
        words=ROW_NAMES,
        tips={
            "biology": "No film at all: what age, sex, height and weight tell",
            "raw": "Grey values of the film itself",
            "ring": "The film less a plane through the soft tissue beside the bone",
            "enhanced": "The film less the predicted soft tissue: what Measure uses",
            "calibrated": "Enhanced, in grey and in g/cm² by the film's own rulers",
            "exact": "The film less its true soft tissue: digital hips only",
            "exact_gain": "Exact STO in g/cm² by the true gain: digital hips only",
        },
    )
    samples: int = option(
        SAMPLES,
        "samples of patients for the 95 % intervals (2000)",
        low=1,
        metavar="N",
        label="bootstrap",
        step=500,
    )
    models: Path | None = option(
        None,
        "a folder of networks; those that it lacks are the bundled ones (default: all)",
        metavar="DIR",
    )
    figures: FigureKind = option(
        "png", "of the figures: png alone, or lines and text beside it"
    )

    def keywords(self) -> dict[str, Any]:
        """As :func:`validate` takes them."""
        taken = ("study", "out", "folds", "seed", "repeats", "rows", "samples")
        others = ("landmarks", "models", "figures")
        return {
            "preset": self.chosen(),
            **{name: getattr(self, name) for name in (*taken, *others)},
        }


def validate(
    study: Study | str | Path,
    out: str | Path,
    folds: int = 10,
    *,
    seed: int = 0,
    repeats: int = 1,
    preset: str | RegressionPreset = "default",
    rows: Sequence[Row] = ROWS,
    samples: int = SAMPLES,
    landmarks: str = PREDICTED,
    models: str | Path | None = None,
    figures: FigureKind = "png",
    report: RowsReport | None = None,
    cancelled: Callable[[], bool] | None = None,
    prepare: PrepareJob | None = None,
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
    rows
        Those of :data:`ROWS` that are wanted.
    samples
        How many samples of patients the 95 % intervals rest on.
    landmarks
        ``"predicted"``, ``"truth"`` (digital hips) or the name of an annotator.
    models
        Folder of weights; the bundled ones when absent.
    figures
        What the figures are written as beside PNG: ``"svg"`` or ``"pdf"``.
    report
        Told of every step, with the figures of the films so far.
    cancelled
        Asked before every film and after every fold.
    prepare
        Finds images and landmarks of one case; the pipeline when absent.

    Returns
    -------
    Validation
        All that was written: ``text()`` are the tables, ``summary`` the figures, with
        aBMD in g/cm².

    Raises
    ------
    Refused
        If a row is unknown, or there are no repeats or samples; if the study has no DXA
        readings, or too few cases or patients, or nobody of
        that name has placed landmarks; if another run writes into ``out``.
    Cancelled
        When asked to stop; the next run resumes.
    """
    study = study if isinstance(study, Study) else Study.open(study)
    out = Path(out)
    for row in rows:
        if row not in ROWS:
            raise Refused(f"'{row}' is no row: choose among {', '.join(ROWS)}.")
    for name, count in (("repeats", repeats), ("samples", samples)):
        if count < 1:
            raise Refused(f"A validation takes at least 1 of {name}, not {count}.")
    refuse_too_small(study.cases, folds)
    refuse_wrong_units(study.cases)
    preset = checked_covariates(study.cases, chosen_preset(preset))
    folder = None if models is None else Path(models)
    tell = stoppable(report, cancelled)
    with features_in(out) as cache:
        found = collect_by(
            folder,
            study,
            cache,
            prepare,
            landmarks=landmarks,
            calibration=calibration_of(folder),
            progress=FillingIn(
                study.cases, tell, {"preset": preset, "sites": ("neck",)}
            ),
            cancelled=cancelled,
        )
        plan = ValidationPlan(folds, repeats, seed, preset, tuple(rows), samples)
        validation = _validated(
            study, found, plan, landmarks, networks_provenance(folder), tell
        )
        tell(Step("writing", 0, 1), validation.results)
        write_text_atomic(out / "table.csv", validation.to_csv())
        write_text_atomic(out / "table.txt", validation.text())
        write_text_atomic(out / "points.csv", validation.points_csv())
        write_text_atomic(out / "validation.json", validation.to_json())
        drawn = write_figures(validation, out, kind=figures)
        write_text_atomic(out / "validation.html", validation_page(validation, drawn))
        tell(Step("writing", 1, 1), validation.results)
    return validation


@dataclass(frozen=True)
class ValidationPlan:
    """How estimates are made and judged."""

    folds: int
    repeats: int
    seed: int
    preset: RegressionPreset
    rows: tuple[Row, ...]
    samples: int


def _validated(
    study: Study,
    found: Sequence[CaseFeatures],
    plan: ValidationPlan,
    landmarks: str,
    networks: dict[str, Any],
    tell: RowsReport,
) -> Validation:
    table, preset = feature_table(study.cases, found), plan.preset
    biology = enough_biology(table, preset)
    images = [row for row in plan.rows if row in table.features]
    _refuse_no_rows(plan.rows, images, biology)

    def estimated(stage: str, shown: Sequence[RowResult], **options: Any) -> Any:
        def fold_done(done: int, count: int, results: list[RowResult]) -> None:
            step = Step(stage, done, count, f"{results[-1].site}, {results[-1].row}")
            tell(step, shown or results)

        return evaluate(
            table, plan.folds, plan.seed, repeats=plan.repeats, preset=preset,
            rows=plan.rows, report=fold_done, **options,
        )  # fmt: skip

    with_biology: list[RowResult] = []
    film_alone: list[RowResult] = []
    if biology:
        with_biology = estimated("estimating", (), intervals=True)
    if images:
        film_alone = estimated(
            "estimating, film alone" if biology else "estimating",
            with_biology,
            biology=False,
            intervals=not biology,
        )
    main = with_biology or film_alone
    one_pair: list[RowResult] = []
    if "enhanced" in images:
        one_pair = estimated(
            "one pair of thresholds", main, biology=biology, features=ONE_PAIR
        )
    first = [one for one in main if one.site == main[0].site]
    used = {name for one in main for name in one.case_ids}
    seconds = [one.seconds for one in found if np.isfinite(one.seconds)]
    return Validation(
        study=study.folder.name,
        folds=plan.folds,
        repeats=plan.repeats,
        seed=plan.seed,
        preset=preset,
        landmarks_used=landmarks,
        networks=networks,
        with_biology=with_biology,
        film_alone=film_alone,
        one_pair=[one for one in one_pair if one.row == "enhanced"],
        summary=summarise(
            with_biology, film_alone, study.cases, plan.seed, plan.samples,
            lambda done, count: tell(Step("intervals", done, count), main),
        ),
        learning=learning_curve(
            table, first, preset, plan.folds, plan.seed, biology=biology,
            report=lambda done, count: tell(Step("learning curve", done, count), main),
        ),
        left_out=left_out(table, found, main, preset if biology else None),
        landmarks=landmark_errors(study, found),
        seconds=float(np.median(seconds)) if seconds else float("nan"),
        wanted=plan.rows,
        measured=images,
        contradictions=contradictions(study.cases, found),
        sites_left_out=sites_left_out(table, main),
        densitometers=densitometers(study.cases),
        participants=participants([c for c in study.cases if c.case_id in used]),
    )  # fmt: skip


def _refuse_no_rows(rows: Sequence[Row], images: Sequence[Row], biology: bool) -> None:
    if images or ("biology" in rows and biology):
        return
    wanted = ", ".join(ROW_NAMES[row] for row in rows) or "none"
    raise Refused(
        f"No row can be validated of those that were chosen ({wanted}): 'biology only'"
        " needs age, sex, height and weight, 'exact STO' the truth of digital hips, and"
        " every other row films that can be measured."
    )
