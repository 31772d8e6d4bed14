"""The shell of every page: one file, no scripts, nothing fetched, prints on A4."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files

from ..bmd import reference_data
from ..core.measurement import RESEARCH_USE, Measurement
from ..core.version import __version__

SAFE_HEAD = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">"""
"""No script runs and nothing is fetched, whatever got into a page."""


def page(
    title: str,
    header: str,
    body: str,
    notes: Iterable[str],
    use: str = RESEARCH_USE,
) -> str:
    """The whole document.

    Parameters
    ----------
    title
        Plain text.
    header, body
        HTML.
    notes
        Plain sentences for the foot of the page.
    use
        What the numbers may not be used for.
    """
    foot = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
{SAFE_HEAD}
<title>{escape(title)}</title>
<style>
{style()}</style>
</head>
<body>
<header>
{header}
<p class="use">{escape(use)}</p>
</header>
{body}
<footer>{foot}</footer>
</body>
</html>
"""


def sources(measurements: Iterable[Measurement]) -> list[str]:
    """What the numbers rest on: reference data, regression, policy, software."""
    data = reference_data()
    young, survey = data["young_adult"], data["plausible"]
    found = list(measurements)
    reference = (
        "T = (aBMD − mean) / SD of young white women, for everybody (ISCD 2023)."
        f" Reference: {young['survey']}, {young['device']}, version"
        f" {young['version']}. {young['citation']}"
    )
    notes = [reference, f"Plausible ranges: {survey['citation']}"]
    models = sorted({(m.model_name, m.calibrated_on) for m in found if m.model_name})
    notes += [
        f"Regression: {name}, calibrated on {on or 'films that it does not name'}."
        for name, on in models
    ]
    policies = sorted({m.policy for m in found})
    if policies and policies != ["none"]:
        notes.append(f"Policy of withholding: {', '.join(policies)}.")
    notes.append(f"Made by napari-hipbmd {__version__}.")
    return notes


@cache
def style() -> str:
    """The look of every page, as CSS."""
    return files(__package__).joinpath("style.css").read_text(encoding="utf-8")
