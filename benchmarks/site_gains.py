"""Whether a gain of each region's own earns its place: a table of docs/grey-scale.md.

    python benchmarks/site_gains.py FITTED CHOOSING ... [--work DIR]

A display curve gives each region a gain of its own. Trees learn from the rulers' signs
how far it lies from the film's (of FITTED, each film by trees that have not seen its
patient). A ridge regression that knows the features in g/cm² by the region's own gain,
too, is set beside the same one without: out of fold on FITTED, and as it is on
CHOOSING.
"""

from __future__ import annotations

import argparse
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pages import write_into
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from grey_scale import read_study
from napari_hipbmd.bmd import in_both_units
from napari_hipbmd.core.anatomy import REGIONS, SITES
from napari_hipbmd.grey_scale.boosted import BoostedTrees, fit_trees
from napari_hipbmd.grey_scale.signs import as_row
from napari_hipbmd.study import Study

PAGE = Path(__file__).parents[1] / "docs/grey-scale.md"
TREES, FOLDS, FAR = 100, 10, 1.5
PLAIN = (1, 4, 7)  # of nine features, those that are clipped least
RIDGE = np.logspace(-2, 4, 13)
NOW, WITH = "calibrated, as now", "with each region's own gain"


@dataclass(frozen=True, eq=False)
class Films:
    """What is known of ``n`` films: arrays with ``n`` rows.

    ``own`` is the logarithm of each region's exact gain over the film's.
    """

    signs: list[dict[str, float]]
    features: np.ndarray
    gain: np.ndarray
    own: np.ndarray
    biology: np.ndarray
    dxa: np.ndarray
    groups: list[str]


def read(folder: Path, kept: Path) -> Films:
    """Measure a study's films, or take what is kept of them."""
    study = Study.open(folder)
    found, table = read_study(study, kept, None)
    dxa = dict(zip(table.case_ids, table.dxa_g_cm2, strict=True))
    biology = dict(zip(table.case_ids, table.covariates, strict=True))
    group = dict(zip(table.case_ids, table.groups, strict=True))
    cases = {case.case_id: case for case in study.cases}
    wanted = [
        one
        for one in found
        if {"calibrated", "exact_gain"} <= one.gains.keys()
        and np.isfinite(dxa[one.case_id]).all()
    ]
    own = []
    for one in wanted:
        case = cases[one.case_id]
        true = np.array([case.number(f"true_bmd_{region}") for region in REGIONS])
        grey = np.maximum(one.features["exact"][list(PLAIN)], 0.005)
        own.append(np.log(grey / true / one.gains["exact_gain"][0]))
    return Films(
        [
            {f"{r}_{k}": v for r, said in one.signs.items() for k, v in said.items()}
            for one in wanted
        ],
        np.array([one.features["enhanced"] for one in wanted]),
        np.array([one.gains["calibrated"] for one in wanted]),
        np.clip(np.array(own), -FAR, FAR),
        np.array([biology[one.case_id] for one in wanted]),
        np.array([dxa[one.case_id] for one in wanted]),
        [group[one.case_id] for one in wanted],
    )


def rows_of(films: Films, names: tuple[str, ...]) -> np.ndarray:
    """The signs, ``(n, len(names))``."""
    return np.stack([as_row(one, names) for one in films.signs])


def inputs(films: Films, own: np.ndarray | None) -> np.ndarray:
    """Of a regression; ``own`` ``(n, 3)`` as it is told, None for that in use."""
    x = np.hstack([in_both_units(films.features, films.gain), films.biology])
    if own is None:
        return x
    gain = np.repeat(np.exp(own) * films.gain[:, :1], 3, axis=1)
    return np.hstack([x, films.features / gain, own])


def told_of(fitted: Films, others: list[Films]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Each region's own gain by trees: out of fold, and on other films."""
    names = tuple(dict.fromkeys(key for one in fitted.signs for key in one))
    x = rows_of(fitted, names)
    unseen = np.zeros_like(fitted.own)
    there = [np.zeros_like(films.own) for films in others]
    for k in range(len(REGIONS)):
        y = fitted.own[:, k]

        def trees(use: np.ndarray, y: np.ndarray = y) -> BoostedTrees:
            return fit_trees(x[use], y[use], names, TREES, 0)

        for train, test in GroupKFold(FOLDS).split(x, groups=fitted.groups):
            unseen[test, k] = trees(train).predict(x[test])
        whole = trees(np.arange(len(x)))
        for told, films in zip(there, others, strict=True):
            told[:, k] = whole.predict(rows_of(films, names))
    return unseen, there


def cells(said: np.ndarray, true: np.ndarray) -> str:
    """``r / MAE`` of each site."""
    pairs = zip(said.T, true.T, strict=True)
    return " | ".join(
        f"{np.corrcoef(a, b)[0, 1]:.3f} / {np.abs(a - b).mean():.4f}" for a, b in pairs
    )


def main() -> None:
    """Measure, fit, and write the table into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fitted", type=Path)
    parser.add_argument("choosing", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, default=Path("runs/site_gains"))
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args()
    others = {
        f"CHOOSING {k}": read(folder, args.work / f"choosing_{k}.csv")
        for k, folder in enumerate(args.choosing, 1)
    }
    fitted = read(args.fitted, args.work / "fitted.csv")
    unseen, there = told_of(fitted, list(others.values()))
    lines = [
        f"| films | row | {' | '.join(f'{site}: r / MAE' for site in SITES)} |",
        "|---|---|" + len(SITES) * "---|",
    ]
    model = make_pipeline(StandardScaler(), RidgeCV(RIDGE))
    folds = list(GroupKFold(FOLDS).split(fitted.dxa, groups=fitted.groups))
    for row, own in ((NOW, None), (WITH, unseen)):
        said = cross_val_predict(model, inputs(fitted, own), fitted.dxa, cv=folds)
        lines.append(f"| FITTED, out of fold | {row} | {cells(said, fitted.dxa)} |")
    for (name, films), told in zip(others.items(), there, strict=True):
        for row, own, here in ((NOW, None, None), (WITH, unseen, told)):
            model.fit(inputs(fitted, own), fitted.dxa)
            said = model.predict(inputs(films, here))
            lines.append(f"| {name} | {row} | {cells(said, films.dxa)} |")
    agree = [
        f"{region} "
        + " / ".join(
            f"{np.corrcoef(told[:, k], films.own[:, k])[0, 1]:.2f}"
            for told, films in zip(
                (unseen, *there), (fitted, *others.values()), strict=True
            )
        )
        for k, region in enumerate(REGIONS)
    ]
    version = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}"
    text = "\n\n".join(
        [
            (
                f"`python benchmarks/site_gains.py FITTED {' '.join(others)}`,"
                f" {version}; {len(fitted.dxa)} films, and"
                f" {' and '.join(str(len(films.dxa)) for films in others.values())}."
            ),
            "\n".join(lines),
            f"r of the region's own gain, told and exact: {', '.join(agree)}.",
        ]
    )
    print(text)
    write_into(args.page, {"site gains": text})


if __name__ == "__main__":
    main()
