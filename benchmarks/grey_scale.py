"""What the rulers of the grey scale are worth: the tables of docs/grey-scale.md.

    python benchmarks/grey_scale.py STUDY --fitted FITTED [--models DIR] [--work DIR]

STUDY holds digital hips that no network and no ruler has learnt from, of the family
``shifted``. Every film is measured with the networks' own landmarks and soft tissue.
FITTED holds the hips that the bundled regression was fitted to: regressions fitted to
them, without the rulers and with them, are tried on STUDY as they are, and on patients
of neither who are rendered with ten settings each: tube voltage, a thicker and a
thinner body, display curves.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pages import write_into

from napari_hipbmd.bmd import BmdModel, ReadImage, feature_vector, in_both_units
from napari_hipbmd.core.anatomy import SITES
from napari_hipbmd.core.radiograph import Patient, Radiograph
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.evaluation.feature_table import FeatureTable, feature_table
from napari_hipbmd.evaluation.row_result import ROW_NAMES, RowResult
from napari_hipbmd.evaluation.rows import evaluate
from napari_hipbmd.phantom import DigitalHip, render
from napari_hipbmd.phantom.cohort import Person
from napari_hipbmd.phantom.family import HipPlan
from napari_hipbmd.phantom.finish.rooms import ROOMS
from napari_hipbmd.pipeline import measure
from napari_hipbmd.pipeline.models import Models, calibration_of, load_models
from napari_hipbmd.runs.collecting import collect
from napari_hipbmd.runs.feature_cache import CaseFeatures
from napari_hipbmd.runs.networks import networks_fingerprint, prepare_with
from napari_hipbmd.study import Study

PAGE = Path(__file__).parents[1] / "docs/grey-scale.md"
PIXELS, FIRST_SEED = 450, 90_000
THICKER_MM = 30.0
FITTED: tuple[ReadImage, ...] = ("enhanced", "calibrated")
Setting = Callable[[Person, HipPlan], tuple[Person, HipPlan]]


def voltage(kvp: float) -> Setting:
    """Another tube voltage."""
    return lambda person, plan: (
        person,
        replace(plan, setup=replace(plan.setup, kvp=kvp)),
    )


def body(more_mm: float) -> Setting:
    """The same skeleton in a thicker or thinner body."""

    def change(person: Person, plan: HipPlan) -> tuple[Person, HipPlan]:
        thick = 17.2 * np.sqrt(1000 * person.weight_kg / (np.pi * person.height_cm))
        weight = person.weight_kg * ((thick + more_mm) / thick) ** 2
        return replace(person, weight_kg=float(weight)), plan

    return change


def curve(room: int) -> Setting:
    """The display processing of one room."""
    return lambda person, plan: (person, replace(plan, curve=ROOMS[room]))


SETTINGS: tuple[Setting, ...] = (
    *(voltage(kvp) for kvp in (60, 70, 80, 90)),
    body(-THICKER_MM),
    body(THICKER_MM),
    *(curve(room) for room in (0, 2, 3, 4)),
)


def patient_of(person: Person) -> Patient:
    """The biology."""
    return Patient(person.sex, person.age_years, person.height_cm, person.weight_kg)


def read(hip: DigitalHip, patient: Patient, models: Models) -> dict[str, np.ndarray]:
    """What the regressions of both rows take of a film."""
    found = measure(
        Radiograph(
            np.ascontiguousarray(hip.film, np.float32),
            spacing_mm=(hip.detector_mm / hip.magnification,) * 2,
            side=hip.plan.side,
            patient=patient,
            kvp=hip.plan.setup.kvp,
        ),
        models=models,
    )
    scale = found.grey_scale
    assert scale is not None
    gain = np.array([[scale.gain_per_g_cm2, scale.relative_error]])
    minerals = np.array([[one.mineral_g_cm2 for one in found.regions.values()]])
    vector = feature_vector(found.regions)
    return {
        "enhanced": vector,
        "calibrated": in_both_units(vector[None], gain, minerals)[0],
    }


def regressions(study: Study, table: FeatureTable) -> dict[str, BmdModel]:
    """One for each row, fitted to a study as the bundled one is."""
    patients = [case.patient for case in study.cases]
    return {
        row: BmdModel.fit(
            table.features[row], patients, table.dxa_g_cm2, groups=table.groups,
            image=row,
        )
        for row in FITTED
    }  # fmt: skip


def elsewhere(fitted: dict[str, BmdModel], study: Study, table: FeatureTable) -> str:
    """How far regressions are off on a study that they were not fitted to."""
    lines = [
        f"| row | {' | '.join(f'{site}: r / MAE / bias' for site in SITES)} |",
        "|---|" + 4 * "---|",
    ]
    for row, model in fitted.items():
        said = [
            model.predict(x, case.patient)
            for x, case in zip(table.features[row], study.cases, strict=True)
        ]
        cells = []
        for site, dxa in zip(SITES, table.dxa_g_cm2.T, strict=True):
            value = np.array([one[site].value for one in said])
            use = np.isfinite(value) & np.isfinite(dxa)
            off = value[use] - dxa[use]
            r = np.corrcoef(value[use], dxa[use])[0, 1]
            cells.append(f"{r:.2f} / {np.abs(off).mean():.3f} / {off.mean():+.3f}")
        lines.append(f"| {ROW_NAMES[row]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def scatter(fitted: dict[str, BmdModel], count: int, models: Models) -> str:
    """Standard deviation of aBMD over ten settings of one patient."""
    spread: dict[str, list[np.ndarray]] = {row: [] for row in fitted}
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        hip = render(seed, "train", PIXELS)
        own = patient_of(hip.person)
        found: dict[str, list[list[float]]] = {row: [] for row in fitted}
        for setting in SETTINGS:
            person, plan = setting(hip.person, hip.plan)
            shown = render(seed, "train", PIXELS, hip.plan.side, person, plan)
            inputs = read(shown, own, models)
            for row, model in fitted.items():
                estimate = model.predict(inputs[row], own)
                found[row].append([estimate[site].value for site in SITES])
        for row, values in found.items():
            spread[row].append(np.std(values, axis=0, ddof=1))
        print(f"patients {len(spread['enhanced'])} of {count}", file=sys.stderr)
    lines = [
        f"| SD over ten settings, g/cm² | {' | '.join(SITES)} |",
        "|---|" + 4 * "---|",
    ]
    for row, sds in spread.items():
        means = np.sqrt(np.mean(np.square(sds), axis=0))
        lines.append(f"| {row} | " + " | ".join(f"{v:.3f}" for v in means) + " |")
    return "\n".join(lines)


def read_study(
    study: Study, kept: Path, models: Path | None
) -> tuple[list[CaseFeatures], FeatureTable]:
    """What the films of a study give, kept for another time."""
    found = collect(
        study,
        kept,
        prepare_with(models),
        made_with=networks_fingerprint(models, weights_dir()),
        calibration=calibration_of(models),
        progress=lambda done, count, *_: print(
            f"films {done} of {count}", file=sys.stderr
        ),
    )
    return found, feature_table(study.cases, found)


def gains(found: Sequence[CaseFeatures]) -> str:
    """How far the gain is off, with a shaft and without."""
    known = [one for one in found if {"calibrated", "exact_gain"} <= one.gains.keys()]
    off = np.array(
        [
            np.log(one.gains["calibrated"][0] / one.gains["exact_gain"][0])
            for one in known
        ]
    )
    told = np.array([one.gains["calibrated"][1] for one in known])
    exact = np.log([one.gains["exact_gain"][0] for one in known])
    shaft = np.array(["shaft" in one.signs for one in known])
    lines = [
        "| films | n | median error of the gain | within one SE | r of log gain |",
        "|---|---|---|---|---|",
    ]
    for name, use in (
        ("all", np.ones(len(off), bool)),
        ("with a shaft", shaft),
        ("without", ~shaft),
    ):
        if use.sum() < 3:
            continue
        r = np.corrcoef(exact[use] + off[use], exact[use])[0, 1]
        lines.append(
            f"| {name} | {use.sum()} | {np.median(np.abs(off[use])):.1%} |"
            f" {np.mean(np.abs(off[use]) < told[use]):.0%} | {r:.2f} |"
        )
    usual = np.median(np.abs(exact - np.median(exact)))
    lines.append(f"| one gain for all | {len(off)} | {usual:.1%} | – | – |")
    return "\n".join(lines)


def rows(results: Sequence[RowResult], shafts: dict[str, bool]) -> str:
    """r and MAE of each row and site; coverage with a shaft and without."""
    heads = ["row", *(f"{site}: r / MAE" for site in SITES)]
    heads += ["in the 90 % interval", "with a shaft", "without"]
    lines = [f"| {' | '.join(heads)} |", "|" + len(heads) * "---|"]
    for row in dict.fromkeys(one.row for one in results):
        mine = {one.site: one for one in results if one.row == row}
        cells = [
            f"{mine[s].agreement.r:.2f} / {mine[s].agreement.mae_g_cm2:.3f}"
            for s in SITES
        ]
        covered = np.concatenate([mine[s].covered for s in SITES])
        shaft = np.array([shafts[c] for s in SITES for c in mine[s].case_ids])
        for use in (np.ones(len(shaft), bool), shaft, ~shaft):
            inside = covered[use]
            known = inside.size > 0 and np.isfinite(inside).any()
            cells.append(f"{np.nanmean(inside):.0%}" if known else "–")
        lines.append(f"| {ROW_NAMES[row]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def thickness(found: Sequence[CaseFeatures], table: FeatureTable) -> str:
    """Whether the cortex's thickness alone gives aBMD away."""
    by_id = {one.case_id: one.signs.get("shaft") for one in found}
    mm = np.array(
        [
            np.exp(signs["medial_0"]) + np.exp(signs["lateral_0"]) if signs else np.nan
            for signs in (by_id.get(name) for name in table.case_ids)
        ]
    )
    told = []
    for site, reading in zip(SITES, table.dxa_g_cm2.T, strict=True):
        use = np.isfinite(mm) & np.isfinite(reading)
        told.append(f"{site} {np.corrcoef(mm[use], reading[use])[0, 1]:.2f}")
    return f"r of the shaft's cortical thickness alone with aBMD: {', '.join(told)}."


def main() -> None:
    """Measure, and write the tables into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--work", type=Path, default=Path("runs/grey_scale"))
    parser.add_argument("--fitted", type=Path, help="what the regressions know")
    parser.add_argument("--patients", type=int, default=12)
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args()
    study = Study.open(args.study)
    found, table = read_study(study, args.work / "features.csv", args.models)
    shafts = {one.case_id: "shaft" in one.signs for one in found}
    command = "python benchmarks/grey_scale.py STUDY"
    if args.fitted is not None:
        command += f" --fitted FITTED --patients {args.patients}"
    version = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}"
    told = [
        f"`{command}`, {version}; {len(study.cases)} hips of the family *shifted*.",
        gains(found),
        "With age, height, weight and sex, ten folds by patient; g/cm²:",
        rows(evaluate(table, intervals=True), shafts),
        "From the film alone:",
        rows(evaluate(table, biology=False), shafts),
        thickness(found, table),
    ]
    if args.fitted is not None:
        others = Study.open(args.fitted)
        _, known = read_study(others, args.work / "fitted.csv", args.models)
        fitted = regressions(others, known)
        told += [
            f"With regressions fitted to the {len(others.cases)} hips of FITTED alone:",
            elsewhere(fitted, study, table),
            f"{args.patients} patients who are in neither, with the same regressions:",
            scatter(fitted, args.patients, load_models(args.models)),
        ]
    text = "\n\n".join(told)
    print(text)
    write_into(args.page, {"grey scale": text})


if __name__ == "__main__":
    main()
