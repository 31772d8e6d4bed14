"""What a file is, from its first bytes and never from its name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ..core.errors import FilmRefused
from .guard import regular_file

FileKind = Literal["dicom", "bare dicom", "picture", "other"]

_HEAD_BYTES = 512

_TIFFS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", *_TIFFS)

_VRS = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC"
    b" UI UL UN UR US UT UV".split()
)

_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (344, b"n+1\x00", "a NIfTI volume"),
    (344, b"ni1\x00", "a NIfTI volume"),
    (0, b"NRRD", "an NRRD volume"),
    (0, b"ObjectType", "a MetaImage volume"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"%PDF", "a PDF document"),
    (4, b"ftyphei", "a HEIC picture"),
    (4, b"ftypmif1", "a HEIC picture"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyp", "a video"),
    (0, b"BM", "a BMP picture"),
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"\x00\x00\x00\x0cjP  ", "a bare JPEG 2000 picture"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"7z\xbc\xaf", "a 7-Zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (257, b"ustar", "a tar archive"),
)

_REMEDY = {
    "volume": "open a single X-ray film instead",
    "archive": "unpack it and open the films inside",
    "picture": "save it as PNG or TIFF, or better, export the film as DICOM",
}


def file_kind(path: Path) -> tuple[FileKind, str]:
    """What the file is, and in words why it is not a film when it is ``other``.

    ``bare dicom`` has no preamble: its data set starts with the first byte, or behind
    the four letters that follow a preamble.

    Raises
    ------
    FilmRefused
        If it is no ordinary file that can be a film (:func:`regular_file`).
    """
    regular_file(path)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head[128:132] == b"DICM":
        return "dicom", ""
    if _starts_a_data_set(head.removeprefix(b"DICM")):
        return "bare dicom", ""
    if head.startswith(_PICTURES):
        return "picture", ""
    return "other", _name_of(path, head)


def is_picture(path: Path) -> bool:
    """Whether a film is a picture, and not DICOM.

    Raises
    ------
    FilmRefused
        If it is neither: says what it is, and what to do.
    """
    kind, what = file_kind(path)
    if kind != "other":
        return kind == "picture"
    remedy = next(
        (advice for word, advice in _REMEDY.items() if word in what),
        "open a DICOM, PNG, JPEG or TIFF film",
    )
    raise FilmRefused(f"This is {what}, not a radiograph: {remedy}.")


def _name_of(path: Path, head: bytes) -> str:
    if head.startswith(b"\x1f\x8b") and path.name.lower().endswith(".nii.gz"):
        return "a NIfTI volume"
    for offset, magic, name in _OTHERS:
        if head[offset : offset + len(magic)] == magic:
            return name
    if _is_text(head):
        return "a text file"
    return "a file of an unknown kind"


def _starts_a_data_set(head: bytes) -> bool:
    """Whether the bytes begin with an element of group 0002 or 0008."""
    if len(head) < 8:
        return False
    little = head[1] == 0 and head[0] in (0x02, 0x08) and head[3] <= 0x11
    big = head[0] == 0 and head[1] in (0x02, 0x08) and head[2] <= 0x11
    if head[4:6] in _VRS:
        return little or big
    # Implicit VR is little endian; its first element is a short one.
    return little and int.from_bytes(head[4:8], "little") <= 1024


def _is_text(head: bytes) -> bool:
    try:
        text = head[:-3].decode("utf-8") if len(head) > 3 else head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 8
    return all(character.isprintable() or character in "\r\n\t" for character in text)
