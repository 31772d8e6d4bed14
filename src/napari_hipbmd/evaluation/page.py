"""A validation as one page for people: self-contained, prints well."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..report.grid import Grid
from ..report.page import SAFE_HEAD, style
from .tables import USE, Validation

_STYLE = """
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
figure { margin: 1.5rem 0; } figure img { max-width: 100%; }
th, td { padding: .15rem .6rem; text-align: right; } th[scope=row] { text-align: left; }
"""
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
    first = "".join(f"<p>{escape(one)}</p>" for one in opening)
    pictures = "".join(_picture(path, caption) for path, caption in figures)
    tables = "".join(f"<section>{grid.html()}</section>" for grid in grids)
    last = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
{SAFE_HEAD}
<title>{escape(title)}</title>
<style>
{style()}{_STYLE}</style>
</head>
<body>
<header>
<h1>{escape(heading)}</h1>
{first}
<p class="use">{escape(USE)}</p>
</header>
{pictures}
{tables}
<footer>{last}</footer>
</body>
</html>
"""


def _picture(path: Path, caption: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return (
        f'<figure><img alt="{escape(caption)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
