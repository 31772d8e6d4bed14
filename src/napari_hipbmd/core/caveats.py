"""What the numbers may not be used for, in the sentences that stand beside them."""

from __future__ import annotations

from collections.abc import Iterable

from .measurement import Measurement

CANNOT_RULE_OUT = "Research use: an estimate from a radiograph cannot rule out low BMD."
RESEARCH_USE = (
    f"{CANNOT_RULE_OUT} The bundled regression is fitted to digital hips and is not"
    " calibrated for any real X-ray machine."
)
DIGITAL = "digital hips"


def research_use(measurements: Iterable[Measurement]) -> str:
    """What the numbers of these hips may not be used for, by the regression in use."""
    regressions = dict.fromkeys(
        (m.model_name, m.calibrated_on) for m in measurements if m.model_name
    )
    told = [
        f"The regression '{name}' is fitted to {DIGITAL} and is not calibrated for any"
        " real X-ray machine."
        if DIGITAL in films
        else f"The regression '{name}' is fitted to {films or 'films not named'} and"
        " holds for such films alone."
        for name, films in regressions
    ]
    return " ".join([CANNOT_RULE_OUT, *told]) if told else RESEARCH_USE
