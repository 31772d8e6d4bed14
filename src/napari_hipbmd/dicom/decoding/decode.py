"""From a film's bytes to its stored values; nothing is allocated on trust."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import AllTransferSyntaxes, ExplicitVRBigEndian, RLELossless

from ...core.errors import FilmRefused, Refused
from ..facts import HeaderFacts
from ..header import Header
from ..tags import integer
from .codecs import Frame, MissingCodec, decode_frame
from .codestream import frame_size
from .isolation import decode_apart
from .row_length import check_rows

_SMALL_PIXELS = 1 << 22
_MOST_PIXELS_PER_BYTE = 100
"""Only blank films compress better; one with a hip on it, a few pixels a byte."""


def whole_words(header: Header, facts: HeaderFacts) -> NDArray[np.integer] | None:
    """All bits of the words that an uncompressed grey film's values lie in, unsigned.

    None for compressed films; see :func:`cut_from_words`.
    """
    if header.encapsulated or facts.samples != 1:
        return None
    size = facts.bits_allocated // 8
    order = ">" if header.transfer_syntax == ExplicitVRBigEndian else "<"
    count = facts.rows * facts.columns
    data = header.read_pixels(count * size)
    words = np.frombuffer(data, f"{order}u{size}", count)
    return words.reshape(facts.rows, facts.columns).astype(f"u{size}")


def cut_from_words(
    stored: NDArray[np.integer], facts: HeaderFacts
) -> tuple[NDArray[np.integer], NDArray[np.integer] | None]:
    """What a codec gave, cut to the stored bits; and whole where it has more of them.

    A compressed picture has its own number of bits, and may go beyond the header's.
    """
    low, high = facts.stored_range
    if facts.samples != 1 or (stored.min() >= low and stored.max() <= high):
        return stored, None
    shift = facts.high_bit + 1 - facts.bits_stored
    words = (stored << shift).view(f"u{stored.dtype.itemsize}")
    mask = (1 << facts.bits_stored) - 1
    sign = -low  # 0 without one
    kept = ((stored & mask).astype(np.int32) ^ sign) - sign
    return kept.astype(stored.dtype), words


def stored_values(header: Header, facts: HeaderFacts) -> NDArray[np.integer]:
    """The stored values: ``(rows, columns)``, or ``(rows, columns, 3)`` for colour.

    Values are what the bits stored hold, sign extended; other bits of the word
    (overlays live there) are dropped.

    Raises
    ------
    FilmRefused
        If the bytes present cannot be the picture that the header claims, if a codec
        is missing, or if none can decode it.
    """
    stored = (
        _compressed(header, facts) if header.encapsulated else _plain(header, facts)
    )
    expected = (facts.rows, facts.columns) + ((3,) if facts.samples == 3 else ())
    if stored.shape != expected or stored.dtype.kind not in "iu":
        raise FilmRefused(
            f"The pixel data decodes to {' × '.join(map(str, stored.shape))}, not to"
            f" the {facts.rows} × {facts.columns} that the header claims: export it"
            " again."
        )
    check_rows(stored)
    # Bits below the stored ones: pydicom takes the stored bits for the lowest.
    shift = facts.high_bit + 1 - facts.bits_stored
    return stored >> shift if shift else stored


def _plain(header: Header, facts: HeaderFacts) -> NDArray[np.integer]:
    syntax = header.transfer_syntax
    if syntax not in AllTransferSyntaxes:
        raise FilmRefused(
            "The film's transfer syntax is none of the standard's, so that nobody can"
            " tell how its values lie: export it again as Explicit VR Little Endian."
        )
    if syntax.is_compressed and not syntax.is_deflated:
        raise FilmRefused(
            "The file says that its picture is compressed, yet it is not: export it"
            " again."
        )
    film = Dataset()
    film.SamplesPerPixel = facts.samples
    film.PhotometricInterpretation = _photometric(facts)
    if facts.samples > 1:
        film.PlanarConfiguration = _planar(header)
    film.Rows, film.Columns = facts.rows, facts.columns
    film.BitsAllocated, film.BitsStored = facts.bits_allocated, facts.high_bit + 1
    film.HighBit, film.PixelRepresentation = facts.high_bit, int(facts.signed)
    # 8-bit values in big endian are swapped in pairs where the file says OW.
    vr = "OW" if facts.bits_allocated > 8 else header.pixel_vr or "OW"
    film.add_new(0x7FE00010, vr, header.read_pixels(_bytes_needed(header, facts)))
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = syntax
    array, _ = get_decoder(syntax).as_array(film, index=0)
    return array


def _bytes_needed(header: Header, facts: HeaderFacts) -> int:
    needed = facts.picture_bytes
    if header.pixel_bytes < needed:
        raise FilmRefused(
            f"The file is cut short: it has {header.pixel_bytes} of the {needed} bytes"
            f" that {facts.rows} × {facts.columns} pixels need, so copy or export it"
            " again."
        )
    return needed + needed % 2


def _compressed(header: Header, facts: HeaderFacts) -> NDArray[np.integer]:
    syntax = header.transfer_syntax
    if not syntax.is_private and not syntax.is_compressed:
        raise FilmRefused(
            "The picture is compressed, yet the file says that it is not: export it"
            " again without compression."
        )
    if facts.rows * facts.columns > max(
        _SMALL_PIXELS, header.pixel_bytes * _MOST_PIXELS_PER_BYTE
    ):
        raise FilmRefused(
            f"The file claims {facts.rows} × {facts.columns} pixels in"
            f" {header.pixel_bytes} bytes, too few for a film: it is damaged, so export"
            " it again."
        )
    try:
        data, _count = header.pictures
        _check_frame(data, facts)
        frame = Frame(
            syntax=str(syntax),
            rows=facts.rows,
            columns=facts.columns,
            samples=facts.samples,
            bits_allocated=facts.bits_allocated,
            bits_stored=facts.high_bit + 1,
            signed=facts.signed,
            photometric=_photometric(facts),
            planar=_planar(header),
            data=data,
        )
        # Only RLE is decoded without C code.
        return decode_frame(frame) if syntax == RLELossless else decode_apart(frame)
    except Refused:
        raise
    except MissingCodec as error:
        raise FilmRefused(str(error)) from error
    except Exception as error:
        raise FilmRefused(
            f"The pixel data ({facts.transfer_syntax}) cannot be decoded, it is damaged"
            " or cut short: export the film again, best without compression."
        ) from error


def _check_frame(data: bytes, facts: HeaderFacts) -> None:
    """Codecs allocate what the frame claims: it must be what the header claims."""
    size = frame_size(data)
    if size is None:
        return
    claimed = (facts.rows, facts.columns, facts.samples)
    if (size.rows, size.columns, size.samples) != claimed:
        raise FilmRefused(
            f"The compressed picture is {size.rows} × {size.columns} with"
            f" {size.samples} sample(s) a pixel, the header claims {facts.rows} ×"
            f" {facts.columns} with {facts.samples}: export it again."
        )
    if size.precision > facts.bits_allocated:
        raise FilmRefused(
            f"The compressed picture has {size.precision} bits, more than the"
            f" {facts.bits_allocated} that the header leaves for them: export it again."
        )


def _photometric(facts: HeaderFacts) -> str:
    return facts.photometric or ("RGB" if facts.samples == 3 else "MONOCHROME2")


def _planar(header: Header) -> int:
    return int(integer(header.dataset, "PlanarConfiguration") == 1)
