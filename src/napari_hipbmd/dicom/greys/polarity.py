"""Which way round the grey values are: decided once, in one place.

Two families of tags speak about it. *Display*: ``PhotometricInterpretation`` and
``PresentationLUTShape`` say whether high values are drawn bright, and on a radiograph
bone is drawn bright. *Physics*: ``PixelIntensityRelationship`` and its sign say how
values follow the X-ray intensity (DICOM PS3.3 C.8.11.3.1.2): +1, a low value means low
intensity, so low is dense; −1, the other way round; LIN, values are proportional to
intensity and need −log to add up along the beam; LOG, they are already logarithmic.

Where they disagree, two display tags that agree with each other outweigh a lone sign;
else physics decides what is measured and display decides what is drawn. Either way the
film is flagged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.radiograph import Flag, FloatImage
from ..facts import HeaderFacts

_SIGN_TAG = "PixelIntensityRelationshipSign"


@dataclass(frozen=True)
class Polarity:
    """The decision, for *modality* values.

    Attributes
    ----------
    dense_is_high
        Whether high values mean much absorption.
    linear
        Whether values are proportional to X-ray intensity, so that −log applies.
    drawn_inverted
        Whether high values are drawn dark.
    flags
        What was doubtful about it.
    """

    dense_is_high: bool
    linear: bool
    drawn_inverted: bool
    flags: tuple[Flag, ...] = ()


def polarity(
    facts: HeaderFacts, rising: bool = True, shown_falling: bool = False
) -> Polarity:
    """Decide from the tags.

    Parameters
    ----------
    facts
        The film's tags.
    rising
        Whether modality values rise with stored values. The physical sign speaks of
        stored values; the display tags speak of values after the modality step.
    shown_falling
        Whether the film's first VOI table falls, so that it is drawn the other way
        round than its photometric interpretation alone says.
    """
    flags: list[Flag] = []
    sign = facts.pixel_intensity_sign
    dense_is_high: bool | None = None if sign is None else (sign == -1) == rising

    drawn_inverted, settled = _drawn_inverted(facts)
    drawn_inverted = drawn_inverted != shown_falling
    twice_said = settled and facts.presentation_lut_shape in ("INVERSE", "IDENTITY")
    if twice_said and facts.photometric is not None and dense_is_high is drawn_inverted:
        flags.append(
            Flag(
                "polarity",
                f"{_SIGN_TAG} says that bone is drawn dark, yet"
                f" PhotometricInterpretation {facts.photometric} and"
                f" PresentationLUTShape {facts.presentation_lut_shape} agree on how the"
                " film is drawn: bone was taken as bright as it is drawn.",
            )
        )
        dense_is_high = not drawn_inverted
    if not settled:
        # A film is made to show bone bright: physics breaks the tie.
        if dense_is_high is not None:
            drawn_inverted = not dense_is_high
        flags.append(
            Flag(
                "polarity",
                f"PhotometricInterpretation {facts.photometric or 'is missing'} and"
                f" PresentationLUTShape {facts.presentation_lut_shape or 'is missing'}"
                " do not settle which end is drawn bright: check that bone is bright.",
            )
        )
    elif dense_is_high is drawn_inverted:
        flags.append(
            Flag(
                "polarity",
                f"{_SIGN_TAG} says that this film is drawn with bone dark: it is"
                " measured with bone bright, so compare with the STO picture.",
            )
        )

    if dense_is_high is None:
        dense_is_high = not drawn_inverted
    linear, doubt = _linear(facts, settled, drawn_inverted)
    if doubt:
        flags.append(Flag("uncalibrated", doubt))
    return Polarity(dense_is_high, linear, drawn_inverted, tuple(flags))


def bright_is_dense(
    values: NDArray[np.generic],
    value_range: tuple[float, float],
    decision: Polarity,
    levels: int,
) -> tuple[FloatImage, tuple[float, float]]:
    """Modality values as the measurement takes them.

    Parameters
    ----------
    values
        ``(rows, columns)`` modality values.
    value_range
        The two modality values between which the film's format can go.
    decision
        See :func:`polarity`.
    levels
        Number of grey steps of the format; one step is the least intensity whose
        logarithm is taken.

    Returns
    -------
    pixels, grey_range
        ``(rows, columns)`` float32 with bright = dense, and the values that belong to
        0 and 1. Linear films become ``−ln(I / I_max)``; others are mirrored about the
        middle of their range when dense is low, and kept as they are when it is high.
    """
    low, high = value_range
    pixels = np.asarray(values, np.float32)
    if decision.linear:
        if decision.dense_is_high:
            intensity = (np.float32(high) - pixels) / np.float32(high - low)
        else:
            intensity = (pixels - np.float32(low)) / np.float32(high - low)
        np.clip(intensity, 1 / levels, 1, out=intensity)
        return -np.log(intensity), (0.0, float(np.log(levels)))
    if not decision.dense_is_high:
        pixels = np.float32(low + high) - pixels
    return pixels, value_range


def _drawn_inverted(facts: HeaderFacts) -> tuple[bool, bool]:
    """Whether high is drawn dark, and whether the display tags settle it."""
    by_photometric = {"MONOCHROME1": True, "MONOCHROME2": False, "RGB": False}.get(
        facts.photometric or ""
    )
    by_shape = {"INVERSE": True, "IDENTITY": False}.get(
        facts.presentation_lut_shape or ""
    )
    if by_photometric is None:
        return bool(by_shape), by_shape is not None
    # INVERSE is how a MONOCHROME1 film says the same thing again (PS3.3
    # C.8.11.3.1.2), not a second inversion.
    return by_photometric, by_shape is None or by_shape == by_photometric


def _linear(
    facts: HeaderFacts, settled: bool, drawn_inverted: bool
) -> tuple[bool, str | None]:
    """Whether −log applies, and what is not known about the grey scale."""
    said = facts.pixel_intensity_relationship
    signed = facts.pixel_intensity_sign is not None
    processed = facts.presentation_intent == "FOR PRESENTATION"
    if said == "LIN" and processed:
        return False, (
            "The film calls its values linear in X-ray intensity, yet processed for"
            " presentation: they are taken as logarithmic, so grey values of other"
            " films may not compare."
        )
    if said == "LIN":
        # Without a sign only a film drawn dark-is-high can be the raw intensity.
        linear = signed or drawn_inverted
        doubt = None if signed else f"The film is LIN without a {_SIGN_TAG}"
        if doubt and not linear:
            doubt += ": its values are kept as they are, without a logarithm."
        elif doubt:
            doubt += ": low values are taken as dense, as it is drawn."
        return linear, doubt
    if said == "LOG" or (said is None and processed):
        if signed or settled:
            return False, None
        return False, (
            f"The film does not say which end is dense ({_SIGN_TAG} is missing): the"
            " end that is drawn bright was taken."
        )
    return False, (
        "The film does not say how its grey values follow the X-ray intensity: they"
        " are taken as logarithmic with bone drawn bright, and they may not compare"
        " with those of other films."
    )
