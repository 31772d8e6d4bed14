"""What is not a film is refused by name."""

from __future__ import annotations

import re

from pydicom.dataset import Dataset
from pydicom.uid import UID

from ..core.errors import FilmRefused
from .facts import HeaderFacts
from .guard import MAX_PIXELS
from .header import Header
from .tags import items, text

_NOT_FILMS = {
    "CT": "a CT slice",
    "MR": "an MR slice",
    "PT": "a PET slice",
    "NM": "a nuclear medicine image",
    "US": "an ultrasound image",
    "ES": "an endoscopy picture",
    "OP": "an ophthalmology picture",
    "SM": "a microscopy slide",
    "SEG": "a segmentation",
    "RTDOSE": "a radiotherapy dose",
    "RTSTRUCT": "a radiotherapy structure set",
    "RTPLAN": "a radiotherapy plan",
    "RTIMAGE": "a radiotherapy image",
    "PR": "a presentation state (how to show another file)",
    "KO": "a key object selection (it points at other files)",
    "SR": "a written report",
    "DOC": "a document",
    "ECG": "an ECG",
    "REG": "a registration",
}

_BY_CLASS = (
    ("Softcopy Presentation State", "PR"),
    ("Structured Display", "PR"),
    ("Media Storage Directory", "DICOMDIR"),
    ("Key Object", "KO"),
    (" SR Storage", "SR"),
    ("SR Storage", "SR"),
    ("Encapsulated", "DOC"),
    ("ECG", "ECG"),
    ("Waveform", "ECG"),
    ("CT Image", "CT"),
    ("MR Image", "MR"),
    ("MR Color", "MR"),
    ("Positron", "PT"),
    ("Nuclear Medicine", "NM"),
    ("Ultrasound", "US"),
    ("Endoscopic", "ES"),
    ("Ophthalmic", "OP"),
    ("Microscop", "SM"),
    ("Segmentation", "SEG"),
    ("RT Dose", "RTDOSE"),
    ("RT Structure", "RTSTRUCT"),
    ("RT Ion Plan", "RTPLAN"),
    ("RT Plan", "RTPLAN"),
    ("RT Image", "RTIMAGE"),
    ("Registration", "REG"),
)

GREYS = ("MONOCHROME1", "MONOCHROME2")
_PHOTOMETRICS = frozenset({
    *GREYS, "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420",
    "YBR_PARTIAL_422", "YBR_ICT", "YBR_RCT",
})  # fmt: skip
_SMALLEST = 32
_SPECIES = "PatientSpeciesCodeSequence"
_HUMAN = re.compile(r"homo\b|human|humain|mensch|person|unknown|none|n/?a\b", re.I)


def check(header: Header, facts: HeaderFacts) -> None:
    """Refuse what is not one grey film, before any pixel is read.

    Raises
    ------
    FilmRefused
        With a sentence that names the thing and says what to do.
    """
    _check_kind(header, facts)
    _check_species(header.dataset)
    if header.pixel_keyword is None:
        raise FilmRefused(
            "This DICOM file has a header but no picture: export the film itself."
        )
    _check_picture(header, facts)


def _check_kind(header: Header, facts: HeaderFacts) -> None:
    name = UID(facts.sop_class).name if facts.sop_class else ""
    kind = next((kind for part, kind in _BY_CLASS if part in name), None)
    if kind is None and "DirectoryRecordSequence" in header.dataset:
        kind = "DICOMDIR"
    if kind == "DICOMDIR":
        raise FilmRefused(
            "This is a DICOMDIR, the table of contents of a disc: open the folder it"
            " lies in instead."
        )
    # A screenshot of anything is a Secondary Capture, whatever modality it names;
    # only volumes are still no films then.
    if kind is None and (
        "Secondary Capture" not in name or facts.modality in ("CT", "MR", "PT")
    ):
        kind = facts.modality if facts.modality in _NOT_FILMS else None
    if kind is not None:
        raise FilmRefused(
            f"This is {_NOT_FILMS[kind]}, not a radiograph: choose the X-ray film of"
            " the hip."
        )


def _check_species(film: Dataset) -> None:
    """Refuse films of animals; a film that names no species is of a person."""
    said = [text(film, "PatientSpeciesDescription")]
    said += [text(one, "CodeMeaning") for one in items(film, _SPECIES)]
    named = " ".join(filter(None, said))
    if (named and not _HUMAN.search(named)) or text(film, "PatientBreedDescription"):
        raise FilmRefused(
            "The film's tags say that it is of an animal: landmarks and BMD are made"
            " for people's hips, so choose the film of a person."
        )


def _check_picture(header: Header, facts: HeaderFacts) -> None:
    rows, columns = facts.rows, facts.columns
    if header.pixel_keyword != "PixelData":
        raise FilmRefused(
            "The file holds floating-point values, which no X-ray machine writes:"
            " export the original film."
        )
    if facts.frames > 1:
        raise FilmRefused(
            f"This is a loop or volume of {facts.frames} frames, not a film: export"
            " the one frame that shows the hip."
        )
    if facts.photometric is not None and facts.photometric not in _PHOTOMETRICS:
        raise FilmRefused(
            f"The film's PhotometricInterpretation is {facts.photometric}, which tells"
            " nobody which end of its greys is bright: export it again."
        )
    if facts.photometric == "PALETTE COLOR":
        raise FilmRefused(
            "This is a picture in palette colours, not a radiograph: export the"
            " original grey film."
        )
    if facts.samples not in (1, 3):
        raise FilmRefused(
            f"The file has {facts.samples} samples a pixel, a film has one: export"
            " the original grey film."
        )
    if rows < 1 or columns < 1:
        raise FilmRefused(
            "The file does not say how many rows and columns its picture has: export"
            " the original film."
        )
    if rows < _SMALLEST or columns < _SMALLEST:
        raise FilmRefused(
            f"The picture has {rows} × {columns} pixels, too few for a film"
            f" ({_SMALLEST} × {_SMALLEST}): export it at its full size."
        )
    if rows * columns > MAX_PIXELS:
        raise FilmRefused(
            f"The file claims {rows} × {columns} pixels, more than any film: it is"
            " damaged, so export it again."
        )
    if facts.bits_allocated not in (8, 16) or not (
        1 < facts.bits_stored <= facts.high_bit + 1 <= facts.bits_allocated
    ):
        raise FilmRefused(
            f"The file stores {facts.bits_stored} bits in {facts.bits_allocated}"
            f" (high bit {facts.high_bit}), which no film does: export the original"
            " film with 8 … 16 bits."
        )
