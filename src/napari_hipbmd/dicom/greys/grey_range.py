"""How many grey levels a film really has, where its header and its picture disagree.

BMD follows from grey values on the range of the film's format, so that a wrong number
of bits is a wrong BMD. Nothing here touches a film whose picture fits its header.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.radiograph import Flag
from ..facts import HeaderFacts
from .wrapping import jump_share, lines_of, of_other_sign, wraps

_FORMATS = (8, 10, 12, 14, 16)
_UNUSED_BITS = 2
"""A film that leaves two bits unused everywhere is not of that format, or very dark."""

_BRIGHT_PERCENT = 99.0
"""Letters burnt in are as bright as the word allows; they are fewer than this."""

_FEWEST_FULL = 4
"""Pixels burnt out at the top of a smaller format: one may be chance."""

_SOME = 0.25
"""Of all pixels: values set half and more of them, an overlay fewer."""

_LETTER_LEVELS = 4
_SMOOTHER = 0.8
_FAR_FEWER = 0.5
"""Jumps that the right sign leaves of those of the wrong one: .38 at most were seen."""
_ENOUGH = 200_000
"""Pixels of a large film that are looked at: more tell nothing new."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Stored values, the two between which their format goes, and what is doubtful."""

    values: NDArray[np.integer]
    ends: tuple[int, int]
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class _Named:
    """The format that a file names: ``whole`` where nothing of a word is spare."""

    words: str
    bits: int
    signed: bool
    whole: bool

    @property
    def ends(self) -> tuple[int, int]:
        """The least and greatest value that it can hold."""
        half = 1 << (self.bits - 1)
        return (-half, half - 1) if self.signed else (0, 2 * half - 1)


def levels_of_picture(
    values: NDArray[np.integer], bits: int, hidden: NDArray[np.bool_] | None = None
) -> Levels:
    """A picture's values on the range that they really have.

    Many programs write the 10 … 14 bits of a film into the words of a 16-bit picture
    as they are.

    Parameters
    ----------
    values
        ``(rows, columns)`` unsigned.
    bits
        Of the picture's format.
    hidden
        Where it is transparent.
    """
    named = _Named(f"The picture's format has {bits} bits", bits, False, True)
    return _fitted(values, _seen(values, hidden), named)


def levels(
    values: NDArray[np.integer],
    words: NDArray[np.integer] | None,
    facts: HeaderFacts,
    hidden: NDArray[np.bool_] | None = None,
) -> Levels:
    """The film's values on the range that they really have.

    Parameters
    ----------
    values
        ``(rows, columns)`` as the header cuts them out of their words.
    words
        The whole words of the same pixels, unsigned; None where they hold no more.
    facts
        What the header says.
    hidden
        Where no patient is seen: padding is no grey value.
    """
    if words is not None:
        better = _lowest(words, facts) or _whole(values, words, facts)
        if better is not None:
            return better
    if wraps(values, facts.bits_stored):
        return _wrapped(values, facts)
    seen = _seen(values, hidden)
    words_of_header = (
        f"The header names {facts.bits_stored} bits"
        f"{' with a sign' if facts.signed else ''}"
    )
    whole = facts.bits_stored == facts.bits_allocated
    return _fitted(
        values, seen, _Named(words_of_header, facts.bits_stored, facts.signed, whole)
    )


def _seen(
    values: NDArray[np.integer], hidden: NDArray[np.bool_] | None
) -> NDArray[np.integer]:
    return values if hidden is None or hidden.all() else values[~hidden]


def _lowest(words: NDArray[np.integer], facts: HeaderFacts) -> Levels | None:
    """The lowest bits of the words, where those hold the film and others do not.

    An overlay may lie below the stored bits, in some places.
    """
    below = facts.high_bit + 1 - facts.bits_stored
    if facts.signed or not below or int(words.max()) >> facts.bits_stored:
        return None
    if ((words & ((1 << below) - 1)) > 0).mean() <= _SOME:
        return None
    text = (
        f"The header puts the highest bit at {facts.high_bit}, yet the values lie in"
        f" the lowest {facts.bits_stored}: they were read there, so compare with"
        " another export."
    )
    return Levels(words, facts.stored_range, (Flag("range", text),))


def _whole(
    values: NDArray[np.integer], words: NDArray[np.integer], facts: HeaderFacts
) -> Levels | None:
    """The words as they are, where the bits above the stored ones go on with them.

    Overlays and rubbish up there make a picture rougher; its own bits make it smoother.
    """
    above = words.dtype.itemsize * 8 - (facts.high_bit + 1)
    if above and not facts.signed and int(words.max()) >> (facts.high_bit + 1) == 0:
        return None  # every bit above the stored ones is 0
    shift = facts.high_bit + 1 - facts.bits_stored
    smooth = _SMOOTHER * _roughness(values)
    tried = (view >> shift for view in (words, words.view(f"i{words.dtype.itemsize}")))
    found = next(
        (t for t in tried if _roughness(t) < smooth and not _lettered(t)), None
    )
    if found is None:
        return None
    ends = _ends(found)
    return Levels(
        found,
        ends,
        (
            Flag(
                "range",
                f"The header names {facts.bits_stored} bits"
                f"{' with a sign' if facts.signed else ''}, yet the picture goes on"
                f" beyond them: it was read on the range {ends[0]} … {ends[1]} that"
                " its values need, so compare with another export.",
            ),
        ),
    )


def _wrapped(values: NDArray[np.integer], facts: HeaderFacts) -> Levels:
    """A wrapped picture with the other sign where that makes it whole."""
    bits = facts.bits_stored
    other = of_other_sign(values, bits, facts.signed)
    smoother = jump_share(other, bits) < _FAR_FEWER * jump_share(values, bits)
    if wraps(other, bits) or not smoother:
        text = (
            f"Neighbouring pixels jump by the whole range of the {bits} bits that the"
            " header names: the film has more bits, or another sign, and its grey"
            " values cannot be used."
        )
        return Levels(values, facts.stored_range, (Flag("range", text),))
    low = 0 if facts.signed else -(1 << (bits - 1))
    ends = low, low + (1 << bits) - 1
    text = (
        f"The header calls the film's {bits} bits"
        f" {'signed' if facts.signed else 'unsigned'}, and its greys hang together the"
        f" other way alone: it was read on the range {ends[0]} … {ends[1]}, so compare"
        " with another export."
    )
    return Levels(other, ends, (Flag("range", text),))


def _fitted(
    values: NDArray[np.integer], seen: NDArray[np.integer], named: _Named
) -> Levels:
    """The film on fewer bits where it leaves many of those that are named unused."""
    low, high = named.ends
    room = (high - low + 1) >> _UNUSED_BITS
    some = seen.ravel()[:: max(1, seen.size // _ENOUGH)]
    bright = float(np.percentile(some, _BRIGHT_PERCENT))
    dark = float(seen.min())
    half = _fills_half(seen, named)
    signed_for_nothing = named.signed and dark >= 0
    if signed_for_nothing or half:
        unused = True
    elif named.signed:
        unused = max(-dark, bright + 1) <= room / 2
    else:
        unused = bright < room
    if not unused:
        return Levels(values, (low, high))
    within = seen[seen < (high + 1 if signed_for_nothing or half else room)]
    ends = _ends(within)
    if ends == (low, high):
        return Levels(values, ends)
    if not named.whole and not signed_for_nothing:
        return Levels(
            values,
            (low, high),
            (
                Flag(
                    "range",
                    f"The film uses {ends[0]} … {ends[1]} of the {named.bits} bits"
                    " that its header names: it is very dark, or the header is wrong"
                    " and every value comes out too low.",
                ),
            ),
        )
    return Levels(
        np.clip(values, *ends),
        ends,
        (
            Flag(
                "range",
                f"{named.words}, and the picture needs only {ends[0]} … {ends[1]}:"
                " that range was taken, so compare with another export.",
            ),
        ),
    )


def _fills_half(seen: NDArray[np.integer], named: _Named) -> bool:
    """Whether a film is burnt out at the very top of a usual format of one bit less."""
    top = (1 << (named.bits - 1)) - 1
    if named.signed or named.bits - 1 not in _FORMATS or int(seen.max()) != top:
        return False
    return int(np.count_nonzero(seen == top)) >= _FEWEST_FULL


def _ends(values: NDArray[np.integer]) -> tuple[int, int]:
    """The ends of the smallest usual format that holds the values."""
    low, high = int(values.min()), int(values.max())
    if low >= 0:
        bits = next(n for n in _FORMATS if high < 1 << n)
        return 0, (1 << bits) - 1
    bits = next(n for n in _FORMATS if -low <= 1 << (n - 1) and high < 1 << (n - 1))
    return -(1 << (bits - 1)), (1 << (bits - 1)) - 1


def _lettered(values: NDArray[np.integer]) -> bool:
    """Whether all that is negative are letters as bright as an unsigned word allows."""
    below = values[values < 0]
    return bool(below.size) and len(np.unique(below)) <= _LETTER_LEVELS


def _roughness(values: NDArray[np.integer]) -> float:
    return float(np.abs(np.diff(lines_of(values), axis=1)).mean())
