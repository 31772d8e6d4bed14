"""Make the small films that are mutated: one of each kind that the reader knows.

    .venv/bin/python tests/dicom/make_corpus.py

They are stored beside this script, so that a number of mutated files names the same
files everywhere. Nothing real is in them.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import tifffile
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import JPEGBaseline8Bit

sys.path.insert(0, str(Path(__file__).parent))
from syntaxes import LOSSLESS, LOSSY, in_syntax

from napari_hipbmd.dicom import FilmTags, write_film

CORPUS = Path(__file__).parent / "corpus"
SHAPE = (40, 36)


def main() -> None:
    """Write the corpus anew."""
    CORPUS.mkdir(exist_ok=True)
    for old in CORPUS.iterdir():
        old.unlink()
    stored = film()
    plain = write("explicit", stored)
    for syntax in (*LOSSLESS, *LOSSY):
        in_syntax(plain, syntax, CORPUS / f"{syntax}.dcm")
    write("cr-inverse", 4095 - stored, modality="CR", photometric="MONOCHROME1")
    write("raw", stored, pixel_intensity_relationship="LIN", pixel_intensity_sign=-1)
    write("tables", stored, edit={
        "ModalityLUTSequence": table(np.arange(4096) // 2, 0),
        "VOILUTSequence": table(np.arange(2048) * 2, 0),
        "VOILUTFunction": "SIGMOID",
    })  # fmt: skip
    write("rescaled", stored, modality="CR", edit={
        "RescaleSlope": "-0.5", "RescaleIntercept": "2047.5",
        "PixelRepresentation": 1, "SpecificCharacterSet": "ISO 2022 IR 87",
        "PatientName": "Yamada^Tarou", "PatientAge": "007Y",
    })  # fmt: skip
    private = pydicom.dcmread(write("private", stored))
    block = private.private_block(0x0019, "SOMEBODY", create=True)
    block.add_new(1, "SQ", Sequence([nested(5)]))
    block.add_new(2, "OB", bytes(40))
    private.save_as(CORPUS / "private.dcm")
    colours("rgb", stored)
    baseline("baseline", stored)
    frames("two-frames", stored)
    bare(plain)
    pictures(stored)
    print(sum(1 for _ in CORPUS.iterdir()), "files,",
          sum(p.stat().st_size for p in CORPUS.iterdir()), "bytes")  # fmt: skip


def film() -> NDArray[np.uint16]:
    """12 bits, dense bone bright in the middle."""
    rng = np.random.default_rng(7)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    radius = np.hypot(rows - SHAPE[0] / 2, columns - SHAPE[1] / 2)
    grey = 400 + 3200 * np.exp(-((radius / 9) ** 2)) + rng.normal(0, 8, SHAPE)
    return np.clip(grey, 0, 4095).astype(np.uint16)


def write(
    name: str, stored: NDArray[np.uint16], edit: dict[str, Any] | None = None,
    **tags: Any,
) -> Path:  # fmt: skip
    """One film with the tags of ``FilmTags`` and ``edit`` on top."""
    path = CORPUS / f"{name}.dcm"
    known = {
        "side": "L", "windows": ((2048, 4096, "WIDE"), (1500, 900, "BONE")),
        "imager_pixel_spacing_mm": (0.2, 0.2), "pixel_spacing_mm": (0.16, 0.16),
        "pixel_spacing_calibration_type": "GEOMETRY", "age_years": 70, "sex": "F",
    }  # fmt: skip
    write_film(path, stored, FilmTags(name, **(known | tags)))
    if edit:
        dataset = pydicom.dcmread(path)
        for keyword, value in edit.items():
            setattr(dataset, keyword, value)
        dataset.save_as(path)
    return path


def table(entries: NDArray[np.integer], first: int) -> Sequence:
    """A look-up table as a sequence of one item."""
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, 12]
    item["LUTDescriptor"].VR = "US"
    item.LUTExplanation = "TABLE"
    item.add_new(0x00283006, "US", [int(v) for v in entries])
    return Sequence([item])


def nested(depth: int) -> Dataset:
    """Items inside items."""
    item = Dataset()
    item.CodeValue, item.CodeMeaning = "T-1", "Hip"
    if depth:
        item.AnatomicRegionSequence = Sequence([nested(depth - 1)])
    return item


def colours(name: str, stored: NDArray[np.uint16]) -> None:
    """A grey film that was saved in colour."""
    grey = (stored >> 4).astype(np.uint8)
    write(name, stored, edit={
        "SamplesPerPixel": 3, "PlanarConfiguration": 0,
        "PhotometricInterpretation": "RGB", "BitsAllocated": 8, "BitsStored": 8,
        "HighBit": 7, "PixelData": np.stack([grey] * 3, -1).tobytes(),
    })  # fmt: skip


def baseline(name: str, stored: NDArray[np.uint16]) -> None:
    """A film in 8-bit JPEG."""
    path = write(name, stored)
    buffer = io.BytesIO()
    Image.fromarray((stored >> 4).astype(np.uint8)).save(buffer, "JPEG", quality=95)
    dataset = pydicom.dcmread(path)
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelData = encapsulate([buffer.getvalue()])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.save_as(path)


def frames(name: str, stored: NDArray[np.uint16]) -> None:
    """A loop, which is refused until a bit of it is lost."""
    data = np.stack([stored] * 2).tobytes()
    write(name, stored, edit={"NumberOfFrames": 2, "PixelData": data})


def bare(plain: Path) -> None:
    """The same data set without preamble and without meta header."""
    dataset = pydicom.dcmread(plain)
    del dataset.file_meta
    pydicom.dcmwrite(
        CORPUS / "bare.dcm", dataset, implicit_vr=True, little_endian=True,
        enforce_file_format=False,
    )  # fmt: skip


def pictures(stored: NDArray[np.uint16]) -> None:
    """PNG, JPEG and TIFF."""
    Image.fromarray(stored * np.uint16(16)).save(CORPUS / "picture.png")
    Image.fromarray((stored >> 4).astype(np.uint8)).save(CORPUS / "picture.jpg")
    tifffile.imwrite(CORPUS / "picture.tif", stored, compression="zlib")


if __name__ == "__main__":
    main()
