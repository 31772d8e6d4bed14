"""The shell of every page: one file, no scripts, nothing fetched, prints on A4."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..bmd import reference_data
from ..core.measurement import Estimate, Measurement
from ..core.version import __version__
from .numbers import number, signed


def page(template: str, notes: Iterable[str], use: str, **told: Any) -> str:
    """The whole document, in which nothing that is told can become markup.

    No script runs and nothing is fetched, whatever got into a page.

    Parameters
    ----------
    template
        A file of ``templates/`` that extends the shell ``page.html``.
    notes
        Sentences for the foot of the page.
    use
        What the numbers may not be used for.
    told
        What else the template shows, ``title`` among it.
    """
    shell = {"notes": list(notes), "use": use, "style": _style()}
    return f"{templates().get_template(template).render(**shell, **told)}\n"


@cache
def templates() -> Environment:
    """The pages' templates, with numbers as people read them."""
    found = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        finalize=_escaped,
        undefined=StrictUndefined,
    )
    found.filters |= {"number": number, "signed": signed, "known": _is_known}
    return found


def _escaped(value: Any) -> Any:
    """As Python writes quotes in HTML: pages stay as they were, byte for byte."""
    return value if hasattr(value, "__html__") else Markup(escape(str(value)))


def _is_known(found: Estimate | None) -> bool:
    return found is not None and math.isfinite(found.value)


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
def _style() -> str:
    """The look of every page, as CSS."""
    return files(__package__).joinpath("style.css").read_text(encoding="utf-8")
