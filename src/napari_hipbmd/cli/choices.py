"""What the command line may say about a regression."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from ..bmd import COVARIATES, PRESETS, Preset
from ..core.anatomy import SITES, Site

if TYPE_CHECKING:
    from ..runs.feature_cache import Row


def targets(text: str) -> tuple[Site, ...]:
    """DXA columns: ``neck,total`` or ``bmd_neck,bmd_total``."""
    names = [name.strip().removeprefix("bmd_") for name in text.split(",")]
    unknown = [name for name in names if name not in SITES]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"'{unknown[0]}' is no DXA column: choose among {', '.join(SITES)}"
        )
    return tuple(site for site in SITES if site in names)


def rows(text: str) -> tuple[Row, ...]:
    """Rows of a validation: ``raw,enhanced``."""
    from ..evaluation.rows import ROWS

    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"'{unknown[0]}' is no row: choose among {', '.join(ROWS)}"
        )
    return tuple(row for row in ROWS if row in names)


def covariates(text: str) -> tuple[str, ...]:
    """Columns of the biology, or ``none``."""
    if text.strip().lower() == "none":
        return ()
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in COVARIATES]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"'{unknown[0]}' is no covariate: choose among {', '.join(COVARIATES)},"
            " or none"
        )
    return tuple(name for name in COVARIATES if name in names)


def add_regression(p: argparse._ActionsContainer) -> None:
    """The options that choose how a regression is fitted."""
    p.add_argument(
        "--fit", choices=("ridge", "ols"),
        help="ridge, its strength chosen inside the folds, or least squares",
    )  # fmt: skip
    p.add_argument(
        "--covariates", type=covariates, metavar="A,B|none",
        help="among sex, age_years, height_cm, weight_kg (default: the preset's)",
    )  # fmt: skip


def add_landmarks(p: argparse._ActionsContainer) -> None:
    """The option that chooses whose landmarks are used."""
    p.add_argument(
        "--landmarks", metavar="predicted|NAME|truth",
        help="the networks', those placed by NAME, or a digital hip's true ones",
    )  # fmt: skip


def chosen_regression(args: argparse.Namespace) -> Preset:
    """The preset, with what was chosen beside it."""
    preset = PRESETS[args.preset]
    if args.fit is not None:
        preset = replace(preset, kind=args.fit)
    if args.covariates is not None:
        preset = replace(preset, covariates=args.covariates)
    known = PRESETS[args.preset]
    return preset if preset == known else replace(preset, name="own choice")
