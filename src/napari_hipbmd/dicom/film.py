"""Reading one film: to measure it, and to show it as its tags ask."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.fill import filled, framed
from ..core.radiograph import Flag, FloatImage, Radiograph
from ..core.turning import Turn, turn_of
from .cautions import cautions
from .decoding.decode import cut_from_words, stored_values, whole_words
from .facts import HeaderFacts, header_facts
from .greys.grey import grey_of_colour
from .greys.grey_range import levels
from .greys.lut import usual_inputs
from .greys.modality import modality_transform
from .greys.outside import beyond, told, unused, with_even_border
from .greys.polarity import bright_is_dense, polarity
from .greys.windows import Window, opposed, unusable, windows
from .guard import quietly, refusing
from .header import Header, read_header
from .left_over import left_over
from .pictures import read_picture
from .privacy.naming import case_id_of, case_id_of_dicom
from .refuse import check
from .sniff import is_picture
from .spacing import spacing


@dataclass(frozen=True, eq=False)
class DisplayedFilm:
    """One film as its tags ask to show it, and the radiograph to measure.

    Attributes
    ----------
    stored
        ``(rows, columns)`` integers as in the file.
    modality
        ``(rows, columns)`` values after rescale or Modality LUT: what a layer shows.
        The stored array itself where there is nothing to do.
    contrast_limits
        Of the first window, or of the content where the film has none.
    contrast_limits_range
        All that the film's format can hold: the range of the slider.
    inverted
        Whether high modality values are drawn dark (``gray_r``).
    high_stored_is_dark
        The same of stored values: differs where a negative rescale slope turns them.
    bits_stored
        Of the file's format.
    windows
        Every window the film offers, in modality values.
    radiograph
        Bright = dense, with spacing and flags.
    facts
        What the tags say, without identifiers; None for a picture.
    """

    stored: NDArray[np.integer]
    modality: NDArray[np.generic]
    contrast_limits: tuple[float, float]
    contrast_limits_range: tuple[float, float]
    inverted: bool
    high_stored_is_dark: bool
    bits_stored: int
    windows: tuple[Window, ...]
    radiograph: Radiograph
    facts: HeaderFacts | None

    def displayed(self, window: Window | None = None) -> FloatImage:
        """Brightness 0 … 1 on screen, ``(rows, columns)`` float32.

        Parameters
        ----------
        window
            One of :attr:`windows`; the first by default.
        """
        if window is None and self.windows:
            window = self.windows[0]
        if window is None:
            low, high = self.contrast_limits
            grey = np.asarray(self.modality, np.float32)
            bright = np.clip((grey - low) / (high - low), 0, 1).astype(np.float32)
        else:
            bright = window(self.modality)
        # A first table that falls counts as an inversion, and it has been applied.
        falls = bool(self.windows) and self.windows[0].falling
        return 1 - bright if self.inverted != falls else bright


def read_film(path: str | Path) -> Radiograph:
    """Read a film to measure it.

    Parameters
    ----------
    path
        A DICOM file (any common transfer syntax, with or without preamble) or a grey
        PNG, JPEG or TIFF picture.

    Raises
    ------
    FilmRefused
        With one sentence that says what is wrong and what to do.
    """
    return open_film(path).radiograph


def open_film(path: str | Path) -> DisplayedFilm:
    """Read a film to show it; see :func:`read_film` for what is read and raised."""
    path = Path(path)
    with quietly(), refusing():
        if is_picture(path):
            return _open_picture(path)
        header = read_header(path)
        return displayed_film(path, header, header_facts(header))


def displayed_film(path: Path, header: Header, facts: HeaderFacts) -> DisplayedFilm:
    """The film behind a header that has been read already.

    Raises
    ------
    FilmRefused
        If it is no film, or its pixels cannot be had.
    """
    check(header, facts)
    stored = stored_values(header, facts)
    hashing = ThreadPoolExecutor(1)  # half of the time that all the rest takes
    sha256 = hashing.submit(sha256_of, stored)
    hashing.shutdown(wait=False)
    words = whole_words(header, facts)
    if words is None:
        stored, words = cut_from_words(stored, facts)
    flags, marks = (*cautions(facts), *left_over(header, facts)), None
    if stored.ndim == 3:
        stored, marks, doubts = grey_of_colour(stored)
        flags += doubts

    film = header.dataset
    hidden = beyond(film, stored)
    found = levels(stored, words, facts, hidden)
    stored = found.values
    transform = modality_transform(film, facts.signed)
    usual = usual_inputs(stored if hidden is None else stored[~hidden])
    rising = transform.rising(usual)
    modality = transform(stored)
    value_range = transform.value_range(found.ends)
    offered = windows(header, value_range[0] < 0, transform(usual))
    falling = bool(offered) and offered[0].falling
    decision = polarity(facts, rising, falling)
    low, high = found.ends
    pixels, grey_range = bright_is_dense(modality, value_range, decision, high - low)
    size = spacing(film)
    aspect = size.mm[0] / size.mm[1] if size.mm else size.aspect
    hidden = with_even_border(pixels, hidden, aspect)
    radiograph = Radiograph(
        pixels=_shown_only(pixels, marks, hidden),
        grey_range=grey_range,
        spacing_mm=size.mm,
        spacing_source=size.source,
        aspect=size.aspect,
        side=facts.side,
        patient=facts.patient,
        flags=(
            *decision.flags,
            *found.flags,
            *transform.flags(usual),
            *opposed(offered),
            *unusable(film, offered),
            *size.flags,
            *flags,
            *told(hidden),
            *unused(film, stored.shape),
        ),
        case_id=case_id_of_dicom(path, header),
        kvp=facts.kvp,
        burnt_in=marks,
        outside=hidden,
        detector_mm=size.detector,
        pixels_sha256=sha256.result(),
    )
    shown = DisplayedFilm(
        stored=stored,
        modality=modality,
        contrast_limits=offered[0].limits if offered else _content_limits(modality),
        contrast_limits_range=value_range,
        inverted=decision.drawn_inverted,
        high_stored_is_dark=decision.drawn_inverted == rising,
        bits_stored=facts.bits_stored,
        windows=offered,
        radiograph=radiograph,
        facts=facts,
    )
    return upright(shown, turn_of(facts.orientation))


def sha256_of(stored: NDArray[np.generic]) -> str:
    """SHA-256 of pixels as they are stored, with their shape."""
    digest = hashlib.sha256(repr(stored.shape).encode())
    little = stored.astype(stored.dtype.newbyteorder("<"), copy=False)
    digest.update(np.ascontiguousarray(little).data)
    return digest.hexdigest()


def upright(film: DisplayedFilm, turn: Turn) -> DisplayedFilm:
    """A film as everybody looks at it, with a flag where it is stored otherwise."""
    if not turn:
        return film
    one = film.radiograph
    flag = Flag(
        "orientation",
        "The film is stored mirrored or turned, as its PatientOrientation says: it was"
        " turned so that rows run to the patient's left and columns to the feet.",
    )
    same = film.modality is film.stored
    stored = turn.shown(film.stored)
    return replace(
        film,
        stored=stored,
        modality=stored if same else turn.shown(film.modality),
        radiograph=replace(
            one,
            pixels=turn.shown(one.pixels),
            spacing_mm=None if one.spacing_mm is None else turn.pair(one.spacing_mm),
            detector_mm=None if one.detector_mm is None else turn.pair(one.detector_mm),
            aspect=1 / one.aspect if turn.transposed else one.aspect,
            flags=(*one.flags, flag),
            burnt_in=None if one.burnt_in is None else turn.shown(one.burnt_in),
            outside=None if one.outside is None else turn.shown(one.outside),
            turned=turn.code,
        ),
    )


def _open_picture(path: Path) -> DisplayedFilm:
    picture = read_picture(path)
    values, bits, marks = picture.values, picture.bits, picture.burnt_in
    full = (0.0, float((1 << bits) - 1))
    pixels = values.astype(np.float32)
    hidden = with_even_border(pixels, picture.hidden, picture.aspect)
    return DisplayedFilm(
        stored=values,
        modality=values,
        contrast_limits=_content_limits(values),
        contrast_limits_range=full,
        inverted=False,
        high_stored_is_dark=False,
        bits_stored=bits,
        windows=(),
        radiograph=Radiograph(
            pixels=_shown_only(pixels, marks, hidden),
            grey_range=full,
            spacing_source="none: a picture has no pixel spacing",
            aspect=picture.aspect,
            flags=(*picture.flags, *told(hidden)),
            case_id=case_id_of(path),
            burnt_in=marks,
            outside=hidden,
            pixels_sha256=sha256_of(values),
        ),
        facts=None,
    )


def _shown_only(
    pixels: FloatImage,
    marks: NDArray[np.bool_] | None,
    hidden: NDArray[np.bool_] | None,
) -> FloatImage:
    """The pixels without what hides the patient or lies beyond the shutter."""
    if marks is not None:
        pixels = filled(pixels, marks)
    return pixels if hidden is None else framed(pixels, hidden)


def _content_limits(values: NDArray[np.generic]) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low, low + 1)
