"""A validation as one page for people: self-contained, prints well."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from ..measurement import RESEARCH_USE
from .tables import Validation

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
    style = files("napari_hipbmd.report").joinpath("style.css").read_text("utf-8")
    pictures = "".join(_picture(path) for path in figures)
    tables = "".join(f"<section>{grid.html()}</section>" for grid in validation.grids())
    notes = "".join(f"<p>{escape(note)}</p>" for note in validation.notes())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Validation of {escape(validation.study)}</title>
<style>
{style}{_STYLE}</style>
</head>
<body>
<header>
<h1>Validation against DXA</h1>
<p>{escape(validation.how)}.</p>
<p class="use">{escape(RESEARCH_USE)}</p>
</header>
{pictures}
{tables}
<footer>{notes}</footer>
</body>
</html>
"""


def _picture(path: Path) -> str:
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    caption = _CAPTIONS.get(path.name, path.stem)
    return (
        f'<figure><img alt="{escape(caption)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
