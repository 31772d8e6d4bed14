"""A validation as one page for people: self-contained, prints well."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from ..report.grid import Grid
from ..report.page import page
from .tables import USE, Validation

_CAPTIONS = {
    "fig7_scatter.png": "Estimate against DXA, out of fold (Fig. 7 of the paper).",
    "fig8_folds.png": "Fold by fold (Fig. 8 of the paper).",
    "bland_altman.png": "Bland–Altman: difference against mean, limits of agreement"
    " with their 95 % intervals.",
    "fig9_success.png": "Estimates within an error, one pair of thresholds or three"
    " (Fig. 9 of the paper).",
    "learning_curve.png": "Error against patients learnt from.",
    "landmarks.png": "Landmarks against the truth.",
}


def validation_page(validation: Validation, figures: Sequence[Path]) -> str:
    """The whole document.

    Parameters
    ----------
    figures
        PNG files, which are put into the page.
    """
    return document(
        f"Validation of {validation.study}",
        "Validation against DXA",
        [f"{validation.how}."],
        [(path, _CAPTIONS.get(path.name, path.stem)) for path in figures],
        validation.grids(),
        validation.notes(),
    )


def document(
    title: str,
    heading: str,
    opening: Sequence[str],
    figures: Sequence[tuple[Path, str]],
    grids: Sequence[Grid],
    notes: Sequence[str],
) -> str:
    """A page of sentences, figures and tables, all in plain text.

    Parameters
    ----------
    opening, notes
        Paragraphs at the head and at the foot.
    figures
        PNG files with their captions.
    """
    return page(
        "document.html",
        notes,
        USE,
        title=title,
        heading=heading,
        opening=opening,
        figures=[
            (base64.b64encode(path.read_bytes()).decode("ascii"), caption)
            for path, caption in figures
        ],
        grids=grids,
    )
