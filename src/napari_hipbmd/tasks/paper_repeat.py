"""The paper's evaluation again, on digital hips: its tables, figures and limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..bmd import MINIMUM_CASES, PRESETS
from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.options import check, option
from ..core.version import __version__
from ..evaluation import figures as drawn
from ..evaluation.curves import success_figure
from ..evaluation.grids import success_grid
from ..evaluation.page import document
from ..evaluation.progress import RowsReport
from ..evaluation.published import (
    PATIENTS,
    PUBLISHED,
    THREE_PAIRS_BETTER_UP_TO_G_CM2,
    gains_grid,
    neck_differences,
    people_grid,
    people_lines,
    result_lines,
    results_grid,
)
from ..evaluation.row_result import RowResult
from ..evaluation.success import LEVELS_G_CM2, success_gain, success_rate
from ..evaluation.tables import USE, Validation
from ..pipeline.models import models_sha256
from ..report.grid import Grid
from ..runs.feature_cache import Row
from ..study import Case, Study
from .digital_hips import make_study
from .validate import validate

COUNT = sum(PATIENTS.values())
SEED, PIXELS = 2023, 450
MAY_NOT = (
    "What may not be concluded: how well any of this works on patients. The levels of r"
    " and MAE are not comparable between the columns, since they depend on how much"
    " people, soft tissue, exposure and the DXA reading vary, and that is assumed here:"
    " a digital hip follows Table 1 and a relation of aBMD to age and weight that was"
    " chosen to reproduce it, its DXA reading is the truth with 2 % of noise, and it"
    " has no fracture and no implant. The networks were trained on another family of"
    " the same generator. A value of r is no agreement: see the limits of agreement of"
    " each row in validation/. The paper's films are private, so its own column cannot"
    " be checked."
)
_AGAINST: Mapping[Row, str] = {
    "raw": "the raw film",
    "ring": "a plain soft-tissue ring, which learns nothing",
    "biology": "age, height and weight alone",
}
_CAPTIONS = {
    "fig7.png": "Fig. 7: estimate against DXA in sample, as the paper draws it; without"
    " and with enhancement.",
    "fig8.png": "Fig. 8: r and MAE fold by fold (dots; bar: mean ± 1.96 SD) and the"
    " paper's mean ± 1.96 SD on patients (diamonds).",
    "fig9.png": "Fig. 9: share of estimates within an error, one pair of thresholds or"
    " three.",
}


@dataclass(frozen=True, eq=False)
class PaperRepeat:
    """The validation of the digital hips, told as the paper tells its own."""

    validation: Validation
    cases: Sequence[Case]

    def grids(self) -> list[Grid]:
        """The paper's tables with both columns."""
        grids = [
            people_grid(self.cases),
            results_grid(self.validation),
            gains_grid(self.validation),
        ]
        three, one = self._pairs()
        return [*grids, success_grid(three, one)]

    def conclusions(self) -> list[str]:
        """What may be concluded from the figures at hand, and what may not."""
        gains = {(d.row, d.against): d for d in neck_differences(self.validation)}
        told = []
        for against, words in _AGAINST.items():
            gain = gains.get(("enhanced", against))
            if gain is not None:
                low, high = gain.r_interval
                told.append(f"{_verb(low, high)} {words} (Δr {gain.r:+.3f})")
        up_to = THREE_PAIRS_BETTER_UP_TO_G_CM2
        more, (low, high) = success_gain(*self._pairs(), up_to)
        count = self.validation.results[0].reading.size
        may = (
            f"What may be concluded, of {count} digital hips: the enhanced film"
            f" {'; it '.join(told)}. Three pairs of thresholds put {abs(more):.1%}"
            f" {'more' if more >= 0 else 'fewer'} of the estimates within an error up"
            f" to {up_to:g} g/cm² than one pair ({low:+.1%} to {high:+.1%}), where the"
            " paper finds more."
        )
        return [may, MAY_NOT]

    def text(self) -> str:
        """What is printed."""
        parts = [self.validation.how, *(grid.text() for grid in self.grids())]
        return "\n\n".join([*parts, *self.conclusions(), USE]) + "\n"

    def to_json(self) -> str:
        """Both columns for programs; no NaN."""
        people = people_lines(self.cases)
        content = {
            "version": __version__,
            "networks": dict(self.validation.networks),
            "people": {sex: list(map(_plain, lines)) for sex, lines in people.items()},
            "results": list(map(_plain, result_lines(self.validation))),
            "success": [
                {"up_to_g_cm2": level, "three": success_rate(three, level),
                 "one": success_rate(one, level)}
                for three, one in [self._pairs()]
                for level in LEVELS_G_CM2
            ],
            "conclusions": self.conclusions(),
            "use": USE,
        }  # fmt: skip
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"

    def _pairs(self) -> tuple[RowResult, RowResult]:
        """Three pairs of thresholds at the neck, and one."""
        three = self.validation.result("enhanced", "neck")
        one = next((o for o in self.validation.one_pair if o.site == "neck"), None)
        if three is None or one is None:
            raise Refused(
                "Fewer than 20 digital hips could be measured at the neck: give a"
                " larger --n."
            )
        return three, one


@dataclass(frozen=True)
class RepeatOptions:
    """On which digital hips the paper is repeated."""

    study: Path | None = option(
        None, "digital hips that are there (default: made in --out)", metavar="DIR"
    )
    n: int = option(COUNT, "how many digital hips", low=1, metavar="N")
    seed: int = option(SEED, "other hips and folds", low=0, metavar="S")
    pixels: int = option(PIXELS, "rows and columns of a film", low=1)
    workers: int | None = option(None, "processes", low=1, metavar="N")
    models: Path | None = option(
        None,
        "a folder of networks; those that it lacks are the bundled ones (default: all)",
        metavar="DIR",
    )
    figures: drawn.FigureKind = option(
        "png", "of the figures: png alone, or lines and text beside it"
    )

    def __post_init__(self) -> None:
        check(self)


def repeat_paper(
    out: str | Path,
    *,
    study: str | Path | None = None,
    count: int = COUNT,
    seed: int = SEED,
    pixels: int = PIXELS,
    workers: int | None = None,
    models: str | Path | None = None,
    figures: drawn.FigureKind = "png",
    made: Callable[[int, int], None] | None = None,
    report: RowsReport | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> PaperRepeat:
    """Repeat the paper's evaluation; a run that stopped goes on where it was.

    Parameters
    ----------
    out
        Folder for ``study/`` (the digital hips), ``validation/`` (everything that
        :func:`validation.validate` writes), and ``paper-repeat.txt``, ``.json``,
        ``.html``, ``fig7.png``, ``fig8.png``, ``fig9.png``.
    study
        Digital hips that are there already, instead of new ones.
    count, seed, pixels, workers
        Of the digital hips, of the family ``shifted``, which no network was trained on.
    models
        Folder of networks; the bundled ones when absent.
    figures
        As :func:`validation.validate`.
    made, report, cancelled
        Told of every digital hip; told of every step of the validation; asked whether
        to stop.

    Raises
    ------
    Refused
        If the study is not one of digital hips, or too small, or there are no models.
    Cancelled
        If asked to stop.
    """
    out = Path(out)
    if models is not None:
        models_sha256(Path(models))  # told before half an hour of rendering
    if study is None:
        if count < MINIMUM_CASES:
            raise Refused(
                f"The repeat of the paper needs at least {MINIMUM_CASES} digital hips,"
                f" and --n is {count}: give a larger one."
            )
        study = out / "study"
        make_study(study, count, seed, "shifted", pixels, workers, made, cancelled)
    hips = Study.open(study)
    strangers = [c.case_id for c in hips.cases if "family" not in c.extra]
    if strangers:
        raise Refused(
            f"Case {strangers[0]} is no digital hip: the repeat of the paper sets"
            " digital hips beside the paper's patients. For films with DXA readings"
            " use hipbmd validate STUDY --preset paper."
        )
    validation = validate(
        hips, out / "validation", preset=PRESETS["paper"], models=models,
        figures=figures, report=report, cancelled=cancelled,
    )  # fmt: skip
    found = PaperRepeat(validation, hips.cases)
    write_text_atomic(out / "paper-repeat.txt", found.text())
    write_text_atomic(out / "paper-repeat.json", found.to_json())
    pictures = [
        (drawn.save(figure, out / name, figures), _CAPTIONS[name])
        for name, figure in _figures(found).items()
    ]
    page = document(
        "A repeat of the paper on digital hips",
        "The paper again, on digital hips",
        [f"{validation.how}.", *found.conclusions()],
        pictures,
        found.grids(),
        validation.notes(),
    )
    write_text_atomic(out / "paper-repeat.html", page)
    return found


def _figures(found: PaperRepeat) -> dict[str, Figure]:
    rows = [found.validation.result(row, "neck") for row in PUBLISHED]
    both = [row for row in rows if row is not None]
    folds = drawn.fold_spread(both)
    for axes, name, spread in zip(
        folds.axes, ("r", "mae_g_cm2"), ("r_spread", "mae_spread_g_cm2"), strict=True
    ):
        for x, row in enumerate(both):
            theirs = PUBLISHED[row.row]
            axes.errorbar(
                x + 0.42, getattr(theirs, name), getattr(theirs, spread),
                fmt="D", color="#20242a", ms=5, lw=1, capsize=3,
                label="" if x else "the paper's patients",
            )  # fmt: skip
    folds.axes[1].legend(frameon=False, fontsize=8.5)
    three, one = found._pairs()
    return {
        "fig7.png": drawn.scatter(both, in_sample=True),
        "fig8.png": folds,
        "fig9.png": success_figure(three, one),
    }


def _verb(low: float, high: float) -> str:
    """Whether a gain in r with its interval is one."""
    if low > 0:
        return "does better than"
    return "does worse than" if high < 0 else "does neither better nor worse than"


def _plain(line: Any) -> dict[str, Any]:
    values = asdict(line)
    return {
        key: None if isinstance(v, float) and not np.isfinite(v) else v
        for key, v in values.items()
    }
