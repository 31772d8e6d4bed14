"""What the numbers may not be used for, in the sentences that stand beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

CANNOT_RULE_OUT = "Research use: an estimate from a radiograph cannot rule out low BMD."
OF_BUNDLED = (
    "The bundled regression is fitted to digital hips and is not calibrated for any"
    " real X-ray machine."
)
RESEARCH_USE = f"{CANNOT_RULE_OUT} {OF_BUNDLED}"
DIGITAL = "digital hips"
Tr = Callable[[str], str]


class OfRegression(Protocol):
    """What a regression gave numbers for: a measurement, or what is kept of one."""

    @property
    def model_name(self) -> str:
        """Of the regression."""
        ...

    @property
    def calibrated_on(self) -> str:
        """The films that it was fitted to."""
        ...


def research_use(measurements: Iterable[OfRegression], tr: Tr = str) -> str:
    """What the numbers of these hips may not be used for, by the regression in use.

    ``tr`` puts a sentence, and what is yet to be filled in, in another language.
    """
    regressions = dict.fromkeys(
        (m.model_name, m.calibrated_on) for m in measurements if m.model_name
    )
    told = [
        (
            tr(
                "The regression '{name}' is fitted to digital hips and is not"
                " calibrated for any real X-ray machine."
            )
            if DIGITAL in films
            else tr(
                "The regression '{name}' is fitted to {films} and holds for such films"
                " alone."
            )
        ).format(name=name, films=films or tr("films not named"))
        for name, films in regressions
    ]
    return " ".join([tr(CANNOT_RULE_OUT), *(told or [tr(OF_BUNDLED)])])
