"""The codecs, asked in order until one decodes a compressed frame.

JPEG, JPEG-LS and JPEG 2000 go through pydicom's plugins for GDCM, CharLS and Pillow.
Where those decline, OpenJPEG (HTJ2K) and GDCM's own image reader (12-bit JPEG
Extended) are asked directly. None of them is under the GPL.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    UID,
    JPEG2000TransferSyntaxes,
    JPEGExtended12Bit,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLELossless,
    SecondaryCaptureImageStorage,
    generate_uid,
)

from ..tags import uid_name

_HTJ2K_PREFIX = "1.2.840.10008.1.2.4.20"
_VIDEO_PREFIX = "1.2.840.10008.1.2.4.10"


class MissingCodec(ValueError):
    """No installed codec reads this transfer syntax; the message says what to do."""


@dataclass(frozen=True)
class Frame:
    """One compressed frame, and of its header only what decoding needs.

    ``bits_stored`` counts from the lowest bit of the word.
    """

    syntax: str
    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    signed: bool
    photometric: str
    planar: int
    data: bytes

    def dataset(self) -> Dataset:
        """The frame as a data set that pydicom decodes; nobody's data is in it."""
        film = Dataset()
        film.SamplesPerPixel = self.samples
        film.PhotometricInterpretation = self.photometric
        if self.samples > 1:
            film.PlanarConfiguration = self.planar
        film.Rows, film.Columns = self.rows, self.columns
        film.BitsAllocated, film.BitsStored = self.bits_allocated, self.bits_stored
        film.HighBit = self.bits_stored - 1
        film.PixelRepresentation = int(self.signed)
        film.add_new(0x7FE00010, "OB", encapsulate([self.data]))
        film["PixelData"].is_undefined_length = True
        film.file_meta = FileMetaDataset()
        film.file_meta.TransferSyntaxUID = UID(self.syntax)
        return film


def decode_frame(frame: Frame) -> NDArray[np.integer]:
    """Decode one frame: ``(rows, columns)`` or ``(rows, columns, 3)`` integers.

    Raises
    ------
    MissingCodec
        If nothing installed reads the transfer syntax.
    ValueError
        If no codec could decode it.
    """
    syntax = UID(frame.syntax)
    failures: list[str] = []
    try:
        decoder = get_decoder(syntax)
        if decoder.is_available:
            plugin = _only_plugin(syntax, frame, decoder.available_plugins)
            array, _ = decoder.as_array(
                frame.dataset(), index=0, decoding_plugin=plugin
            )
            return array
    except Exception as error:  # each plugin has its own errors
        failures.append(str(error))
    try:
        if _is_jpeg_2000(syntax):
            return _openjpeg(frame)
        if syntax == JPEGExtended12Bit:
            return _gdcm_reader(frame)
    except ImportError:
        failures.clear()
    except Exception as error:
        failures.append(str(error))
    # RLE needs no package: it fails where the film is damaged.
    if failures and (_package(syntax) or syntax == RLELossless):
        raise ValueError("; ".join(failures))
    raise MissingCodec(_advice(syntax))


def _only_plugin(syntax: UID, frame: Frame, available: tuple[str, ...]) -> str:
    """The plugin to ask alone, or an empty text to ask them all in turn.

    Both JPEG-LS plugins wrap CharLS, so that asking the second after the first has
    failed gains nothing, and pyjpegls takes six seconds to fail. GDCM's declines some
    few bits. For JPEG 2000 Pillow's OpenJPEG shares the work among processors.
    """
    if len(available) < 2:
        return ""
    if syntax in JPEGLSTransferSyntaxes:
        return "pyjpegls" if frame.bits_stored < 8 else "gdcm"
    shared = syntax in JPEG2000TransferSyntaxes and frame.samples == 1
    return "pillow" if shared and not frame.signed and "pillow" in available else ""


def _is_jpeg_2000(syntax: UID) -> bool:
    return syntax in JPEG2000TransferSyntaxes or syntax.startswith(_HTJ2K_PREFIX)


def _package(syntax: UID) -> str | None:
    """What to install for a transfer syntax, None for those films never use."""
    if syntax in JPEGLSTransferSyntaxes:
        return "pyjpegls"
    if _is_jpeg_2000(syntax):
        return "pylibjpeg-openjpeg"
    return "python-gdcm" if syntax in JPEGTransferSyntaxes else None


def _advice(syntax: UID) -> str:
    name = uid_name(syntax) or "none of the standard's"
    if syntax.startswith(_VIDEO_PREFIX):
        return "This is a video, not a film: export a single image."
    package = _package(syntax)
    if package is None:
        return (
            f"Films are not stored in this transfer syntax ({name}): export it again"
            " without compression."
        )
    return f"The codec for {name} is missing: run python -m pip install {package}"


def _openjpeg(frame: Frame) -> NDArray[np.integer]:
    from openjpeg.utils import decode

    array: NDArray[np.integer] = decode(frame.data)
    return array


def _gdcm_reader(frame: Frame) -> NDArray[np.integer]:
    """Decode with GDCM's image reader, which takes files only."""
    import gdcm

    film = frame.dataset()
    film.SOPClassUID = SecondaryCaptureImageStorage
    film.SOPInstanceUID = generate_uid()
    with tempfile.TemporaryDirectory(prefix="hipbmd-") as folder:
        path = Path(folder) / "frame.dcm"
        film.save_as(path, enforce_file_format=True)
        reader = gdcm.ImageReader()
        reader.SetFileName(str(path))
        if not reader.Read():
            raise ValueError("GDCM cannot read the frame")
        # The binding hands bytes over as text.
        data = reader.GetImage().GetBuffer().encode("utf-8", "surrogateescape")
    kind = "i" if frame.signed else "u"
    array = np.frombuffer(data, f"<{kind}{frame.bits_allocated // 8}")
    return array.reshape(frame.rows, frame.columns)
