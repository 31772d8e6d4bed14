"""From a file's bytes to stored values, in every common transfer syntax.

Uncompressed, deflated, big-endian and RLE are pydicom's own; JPEG, JPEG-LS and JPEG
2000 go through its plugins for GDCM, CharLS and Pillow. Where those decline, OpenJPEG
(HTJ2K) and GDCM's own image reader (12-bit JPEG Extended) are asked directly. None of
them is under the GPL.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.decoders import get_decoder
from pydicom.uid import (
    UID,
    JPEG2000TransferSyntaxes,
    JPEGExtended12Bit,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    SecondaryCaptureImageStorage,
    generate_uid,
)

from ..radiograph import FilmRefused
from .codestream import frame_size
from .facts import FilmFacts
from .guard import MAX_FILE_BYTES
from .header import Header

_HTJ2K_PREFIX = "1.2.840.10008.1.2.4.20"
_VIDEO_PREFIX = "1.2.840.10008.1.2.4.10"

_SMALL_PIXELS = 1 << 22
_MOST_PIXELS_PER_BYTE = 500
"""A blank film compresses about this well; a film with a hip on it 100 times less."""


def stored_values(header: Header, facts: FilmFacts) -> NDArray[np.integer]:
    """The stored values: ``(rows, columns)``, or ``(rows, columns, 3)`` for colour.

    Values are what the bits stored hold, sign extended; other bits of the word
    (overlays live there) are dropped.

    Raises
    ------
    FilmRefused
        If the bytes present cannot be the picture that the header claims, if a codec
        is missing, or if none can decode it.
    """
    syntax = _syntax(header)
    source = _minimal(header, facts, syntax)
    if header.encapsulated:
        _check_frame(source, header, facts)
    stored = _decoded(source, syntax, facts)
    expected = (facts.rows, facts.columns) + ((3,) if facts.samples == 3 else ())
    if stored.shape != expected or stored.dtype.kind not in "iu":
        raise FilmRefused(
            f"The pixel data decodes to {' × '.join(map(str, stored.shape))}, not to"
            f" the {facts.rows} × {facts.columns} that the header claims: export it again."
        )
    shift = facts.high_bit + 1 - facts.bits_stored
    return stored >> shift if shift else stored


def _syntax(header: Header) -> UID:
    syntax = header.transfer_syntax
    if header.encapsulated and not syntax.is_private and not syntax.is_compressed:
        raise FilmRefused(
            "The pixel data is compressed, yet the file says it is not: export it"
            " again without compression."
        )
    return syntax


def _minimal(header: Header, facts: FilmFacts, syntax: UID) -> Dataset:
    """A data set with the pixels and what decoding needs, nobody's data in it."""
    film = Dataset()
    film.SamplesPerPixel = facts.samples
    film.PhotometricInterpretation = facts.photometric or "MONOCHROME2"
    if facts.samples == 3:
        planar = header.dataset.get("PlanarConfiguration")
        film.PlanarConfiguration = planar if planar in (0, 1) else 0
    film.Rows, film.Columns = facts.rows, facts.columns
    film.BitsAllocated = facts.bits_allocated
    # Bits below the stored ones are shifted out afterwards; pydicom would assume
    # that there are none and drop the same number at the other end.
    film.BitsStored = facts.high_bit + 1
    film.HighBit = facts.high_bit
    film.PixelRepresentation = int(facts.signed)
    limit = MAX_FILE_BYTES if header.encapsulated else _native_bytes(header, facts)
    film.add_new(0x7FE00010, _pixel_vr(header, facts), header.read_pixels(limit))
    film["PixelData"].is_undefined_length = header.encapsulated
    film.file_meta = FileMetaDataset()
    film.file_meta.TransferSyntaxUID = syntax
    return film


def _pixel_vr(header: Header, facts: FilmFacts) -> str:
    # 8-bit words in big endian are swapped in pairs where the file says OW.
    if header.encapsulated or facts.bits_allocated > 8:
        return "OB" if header.encapsulated else "OW"
    return header.pixel_vr or "OW"


def _native_bytes(header: Header, facts: FilmFacts) -> int:
    samples = 2 if facts.photometric == "YBR_FULL_422" else facts.samples
    needed = facts.rows * facts.columns * samples * (facts.bits_allocated // 8)
    if header.pixel_bytes < needed:
        raise FilmRefused(
            f"The file is cut short: it has {header.pixel_bytes} of the {needed} bytes"
            f" that {facts.rows} × {facts.columns} pixels need, so copy or export it"
            " again."
        )
    return needed + needed % 2


def _check_frame(source: Dataset, header: Header, facts: FilmFacts) -> None:
    pixels = facts.rows * facts.columns
    if pixels > max(_SMALL_PIXELS, header.pixel_bytes * _MOST_PIXELS_PER_BYTE):
        raise FilmRefused(
            f"The file claims {facts.rows} × {facts.columns} pixels in"
            f" {header.pixel_bytes} bytes, too few for a film: it is damaged, so export"
            " it again."
        )
    size = frame_size(get_frame(source.PixelData, 0, number_of_frames=1))
    if size is None:
        return
    if (size.rows, size.columns, size.samples) != (
        facts.rows,
        facts.columns,
        facts.samples,
    ):
        raise FilmRefused(
            f"The compressed picture is {size.rows} × {size.columns} with"
            f" {size.samples} sample(s), the header claims {facts.rows} ×"
            f" {facts.columns} with {facts.samples}: export it again."
        )


def _decoded(source: Dataset, syntax: UID, facts: FilmFacts) -> NDArray[np.integer]:
    failures: list[str] = []
    try:
        decoder = get_decoder(syntax)
        if decoder.is_available:
            array, _ = decoder.as_array(source, index=0)
            return array
    except Exception as error:  # each plugin has its own errors
        failures.append(str(error))
    try:
        if syntax in JPEG2000TransferSyntaxes or syntax.startswith(_HTJ2K_PREFIX):
            return _openjpeg(source)
        if syntax == JPEGExtended12Bit:
            return _gdcm_reader(source, facts)
    except ImportError:
        failures.clear()
    except Exception as error:
        failures.append(str(error))
    if failures:
        raise FilmRefused(
            f"The pixel data ({facts.transfer_syntax}) cannot be decoded, it is damaged"
            " or cut short: export the film again, best without compression."
        )
    raise _missing_codec(syntax, facts)


def _missing_codec(syntax: UID, facts: FilmFacts) -> FilmRefused:
    if syntax.startswith(_VIDEO_PREFIX):
        return FilmRefused("This is a video, not a film: export a single image.")
    if syntax in JPEGLSTransferSyntaxes:
        package = "pyjpegls"
    elif syntax in JPEG2000TransferSyntaxes or syntax.startswith(_HTJ2K_PREFIX):
        package = "pylibjpeg-openjpeg"
    elif syntax in JPEGTransferSyntaxes:
        package = "python-gdcm"
    else:
        return FilmRefused(
            f"Films are not stored in this transfer syntax ({facts.transfer_syntax}):"
            " export it again without compression."
        )
    return FilmRefused(
        f"The codec for {facts.transfer_syntax} is missing: run"
        f" python -m pip install {package}"
    )


def _openjpeg(source: Dataset) -> NDArray[np.integer]:
    import openjpeg

    frame = get_frame(source.PixelData, 0, number_of_frames=1)
    array: NDArray[np.integer] = openjpeg.decode(frame)
    return array


def _gdcm_reader(source: Dataset, facts: FilmFacts) -> NDArray[np.integer]:
    """Decode with GDCM's image reader, which takes files only."""
    import gdcm

    frame = get_frame(source.PixelData, 0, number_of_frames=1)
    source.PixelData = encapsulate([frame])
    source.SOPClassUID = SecondaryCaptureImageStorage
    source.SOPInstanceUID = generate_uid()
    with tempfile.TemporaryDirectory(prefix="hipbmd-") as folder:
        path = Path(folder) / "frame.dcm"
        source.save_as(path, enforce_file_format=True)
        reader = gdcm.ImageReader()
        reader.SetFileName(str(path))
        if not reader.Read():
            raise ValueError("GDCM cannot read the frame")
        image = reader.GetImage()
        # The binding hands bytes over as text.
        data = image.GetBuffer().encode("utf-8", "surrogateescape")
    kind = "i" if facts.signed else "u"
    array = np.frombuffer(data, f"<{kind}{facts.bits_allocated // 8}")
    return array.reshape(facts.rows, facts.columns)
