"""Sample data: the digital hips that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...core.errors import Refused
from ...core.resources import sample_data_dir
from ..ui.translation import tr
from .contrast import widen_when_inserted
from .films import open_film_layer
from .layers import LayerData

if TYPE_CHECKING:
    from ...study import Case


def type_1() -> list[LayerData]:
    """A digital hip whose soft tissue is uneven."""
    return [_layer(_first_of_type("1"))]


def type_2() -> list[LayerData]:
    """A digital hip whose soft tissue is even."""
    return [_layer(_first_of_type("2"))]


def small_study() -> list[LayerData]:
    """Every digital hip of the sample study; the first is on top and shown."""
    layers = [_layer(case) for case in reversed(_cases())]
    for _, arguments, _ in layers[:-1]:
        arguments["visible"] = False
    return layers


def sample_film(case_id: str) -> Path | None:
    """The file of a sample, or None when there is no such sample."""
    return next((case.image for case in _cases() if case.case_id == case_id), None)


def _cases() -> tuple[Case, ...]:
    from ...study import Study

    return Study.open(sample_data_dir()).cases


def _first_of_type(film_type: str) -> Case:
    for case in _cases():
        if case.extra.get("film_type") == film_type:
            return case
    raise Refused(
        tr("The sample data holds no film of type {film_type}.").format(
            film_type=film_type
        )
    )


def _layer(case: Case) -> LayerData:
    widen_when_inserted()
    return open_film_layer(case.image, case.patient, case.side, case.case_id)
