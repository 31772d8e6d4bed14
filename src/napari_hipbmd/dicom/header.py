"""A DICOM file up to its pixels: read once, measured, nothing allocated on trust."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from ..core.errors import FilmRefused
from .decoding.fragments import first_frame
from .guard import MAX_FILE_BYTES, Metered
from .privacy.identifiers import Identifiers, identifiers

_MAX_INFLATED_BYTES = 1 << 27
_META_BYTES = 4096
_PREAMBLE_BYTES, _MARK = 128, b"DICM"
_UNDEFINED_LENGTH = 0xFFFFFFFF

_PIXELS = {
    0x7FE00008: "FloatPixelData",
    0x7FE00009: "DoubleFloatPixelData",
    0x7FE00010: "PixelData",
}


@dataclass(frozen=True, eq=False)
class Header:
    """Everything before the pixels.

    Attributes
    ----------
    dataset
        The elements before the pixel data.
    transfer_syntax
        As the file says, or as found where it does not say.
    pixel_keyword
        The kind of pixel data, or None where there is none.
    pixel_vr
        Its value representation, where the file gives one.
    pixel_bytes
        How many bytes of it are really in the file.
    encapsulated
        Whether it is wrapped in fragments (undefined length).
    is_short
        Whether the file ends in the middle of an element before the pixels.
    """

    dataset: Dataset
    transfer_syntax: UID
    pixel_keyword: str | None
    pixel_vr: str | None
    pixel_bytes: int
    encapsulated: bool
    is_short: bool
    _offset: int
    _held: bytes | None
    _path: Path

    @cached_property
    def who(self) -> Identifiers:
        """Who the film is about: what must not come out of it."""
        return identifiers(self.dataset)

    @cached_property
    def pictures(self) -> tuple[bytes, int]:
        """The first picture of a compressed film, and how many there are.

        Raises
        ------
        ValueError
            If its pixel data is not made of fragments.
        """
        return first_frame(self.read_pixels(MAX_FILE_BYTES))

    def read_pixels(self, limit: int) -> bytes:
        """At most ``limit`` bytes of the pixel data's value."""
        if self._held is not None:
            return self._held[self._offset : self._offset + limit]
        with self._path.open("rb") as file:
            file.seek(self._offset)
            return file.read(min(limit, self.pixel_bytes))


def read_header(path: Path) -> Header:
    """Parse a DICOM file, with or without preamble, as far as its pixels.

    Raises
    ------
    FilmRefused
        If the header is larger than any film's or the deflated data is a bomb.
    """
    whole = _with_preamble(path)
    inflated = _inflate(path, whole)
    held = whole if inflated is None else inflated
    with path.open("rb") if held is None else io.BytesIO(held) as file:
        return _parse(path, file, held, inflated is not None)


def _parse(path: Path, file: BinaryIO, held: bytes | None, inflated: bool) -> Header:
    metered = Metered(file)
    keyword: str | None = None
    pixel_vr: str | None = None
    length = 0
    offset = 0

    def at_pixels(tag: BaseTag, vr: str | None, value_length: int) -> bool:
        nonlocal keyword, pixel_vr, length, offset
        if int(tag) not in _PIXELS:
            return False
        # pydicom asks when it stands at the first byte of the value.
        keyword, pixel_vr = _PIXELS[int(tag)], vr
        length, offset = value_length, metered.tell()
        return True

    dataset, syntax = _elements(cast(BinaryIO, metered), at_pixels, inflated)
    available = max(0, metered.size - offset) if keyword else 0
    encapsulated = length == _UNDEFINED_LENGTH
    return Header(
        dataset,
        syntax,
        keyword,
        pixel_vr,
        available if encapsulated else min(length, available),
        encapsulated,
        metered.is_short,
        offset,
        held,
        path,
    )


def _elements(
    file: BinaryIO,
    stop_when: Callable[[BaseTag, str | None, int], bool],
    inflated: bool,
) -> tuple[Dataset, UID]:
    if inflated:
        dataset = read_dataset(file, False, True, stop_when=stop_when)
        return dataset, DeflatedExplicitVRLittleEndian
    film = read_partial(file, stop_when=stop_when, force=True)
    said = film.file_meta.get("TransferSyntaxUID")
    if said:
        return film, UID(str(said))
    implicit, little = film.original_encoding
    if implicit:
        return film, ImplicitVRLittleEndian
    return film, ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _with_preamble(path: Path) -> bytes | None:
    """A file that begins with the letters behind a preamble, with one; else None."""
    with path.open("rb") as file:
        if file.read(len(_MARK)) != _MARK:
            return None
    return bytes(_PREAMBLE_BYTES) + path.read_bytes()


def _inflate(path: Path, whole: bytes | None) -> bytes | None:
    """The data set of a deflated file, or None when the file is not deflated."""
    with path.open("rb") as file:
        head = file.read(_META_BYTES) if whole is None else whole[:_META_BYTES]
    # The meta header is short, and most films are not deflated.
    marked = head[_PREAMBLE_BYTES:].startswith(_MARK)
    if not marked or DeflatedExplicitVRLittleEndian.encode() not in head:
        return None
    whole = path.read_bytes() if whole is None else whole
    after_mark = io.BytesIO(whole[_PREAMBLE_BYTES + len(_MARK) :])
    meta = read_dataset(
        after_mark, False, True, stop_when=lambda tag, *_: tag.group != 2
    )
    if meta.get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        return None
    # Preamble, "DICM" and the group length element itself come before its value.
    start = _PREAMBLE_BYTES + len(_MARK) + 12 + int(meta.FileMetaInformationGroupLength)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    data = inflater.decompress(whole[start:], _MAX_INFLATED_BYTES)
    if inflater.unconsumed_tail:
        raise FilmRefused(
            f"The file unpacks to more than {_MAX_INFLATED_BYTES >> 20} MiB, more than"
            " any film: it is damaged, so export it again."
        )
    return data
