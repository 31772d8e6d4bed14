"""The choices that fitting and validating a regression share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ..bmd import COVARIATES, PRESETS, LinearKind, RegressionPreset
from ..core.options import check, option
from ..study import PREDICTED

OWN = "own choice"


def covariates(text: str) -> tuple[str, ...]:
    """Columns of the biology: ``age_years,sex``, or ``none``.

    Raises
    ------
    ValueError
        If one is unknown.
    """
    if text.strip().lower() == "none":
        return ()
    return one_of(text, COVARIATES, "covariate", ", or none")


def one_of(
    text: str, known: tuple[str, ...], what: str, more: str = ""
) -> tuple[str, ...]:
    """Some of the known words, in their order, from a list with commas.

    Raises
    ------
    ValueError
        If one is unknown.
    """
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(
            f"'{unknown[0]}' is no {what}: choose among {', '.join(known)}{more}"
        )
    return tuple(name for name in known if name in names)


@dataclass(frozen=True)
class RegressionOptions:
    """How a regression is fitted, and from whose landmarks."""

    preset: Literal["paper", "default"] = option(
        "default",
        "as the paper does it, or better with few films",
        words={"paper": "as in the paper"},
    )
    landmarks: str = option(
        PREDICTED,
        "the networks', those placed by NAME, or a digital hip's true ones",
        metavar="predicted|NAME|truth",
    )
    fit: LinearKind | None = option(
        None,
        "ridge, its strength chosen inside the folds, or least squares",
        words={
            "ridge": "ridge, its strength chosen inside the folds",
            "ols": "ordinary least squares",
        },
    )
    covariates: tuple[str, ...] | None = option(
        None,
        "among sex, age_years, height_cm, weight_kg (default: the preset's)",
        metavar="A,B|none",
        parse=covariates,
        choices=COVARIATES,
        label="biology",
        words={"age_years": "age", "height_cm": "height", "weight_kg": "weight"},
        tips={name: f"Column {name} of cases.csv" for name in COVARIATES},
    )
    folds: int = option(
        10,
        "folds by patient (10)",
        low=1,
        metavar="K",
        tip="Folds by patient: films of one never lie in two",
    )
    seed: int = option(
        0, "of what is drawn", low=0, metavar="S", tip="The same seed draws the same"
    )

    def __post_init__(self) -> None:
        check(self)

    def chosen(self) -> RegressionPreset:
        """The preset, with what was chosen beside it."""
        known = PRESETS[self.preset]
        kind = known.kind if self.fit is None else self.fit
        names = known.covariates if self.covariates is None else self.covariates
        preset = replace(known, kind=kind, covariates=names)
        return preset if preset == known else replace(preset, name=OWN)
