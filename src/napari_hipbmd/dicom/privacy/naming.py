"""A film's name that gives no person away."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from itertools import islice
from pathlib import Path

from ...core.cells import readable
from ...core.errors import FilmRefused, Refused
from ..guard import quietly, refusing
from ..header import Header, read_header
from ..sniff import file_kind
from ..tags import text
from .identifiers import Identifiers

_SUFFIXES = frozenset(
    {".dcm", ".dicom", ".dic", ".ima", ".png", ".jpg", ".jpeg", ".tif", ".tiff"}
)
_LONGEST = 64
_ASKED = 100  # files of a folder that are looked at for a film


def patient_key(patient_id: str) -> str:
    """A number in place of a patient's; words such as ANONYMOUS are nobody's."""
    if not any(character.isdigit() for character in patient_id):
        return ""
    digest = hashlib.sha256(f"hipbmd {patient_id}".encode()).hexdigest()
    return f"patient-{digest[:8]}"


def case_id_of(path: Path) -> str:
    """The file's name without its suffix, printable and at most 64 characters."""
    suffix = path.suffix if path.suffix.lower() in _SUFFIXES else ""
    stem = path.name.removesuffix(suffix)
    return (
        "".join(c if c.isprintable() else "_" for c in readable(stem))[:_LONGEST]
        or "film"
    )


def case_id_of_dicom(path: Path, header: Header) -> str:
    """The file's name, or a number in its place where it names the patient.

    Somebody's archive may have written ``SMITH_JANE_HIP.dcm``. The number is made from
    the film's own identifier, so that it is the same each time.
    """
    name = case_id_of(path)
    if not header.who.named_in_file(name):
        return name
    unique = text(header.dataset, "SOPInstanceUID") or readable(path.name)
    return f"film-{hashlib.sha256(unique.encode()).hexdigest()[:8]}"


def names_its_patient(path: Path, told: str) -> bool:
    """Whether a text about a film, or a folder of films, names whom it shows.

    Parameters
    ----------
    path
        The film; of a folder, the first film that says whom it shows is asked.
    told
        Such as the path as it would be written.
    """
    return _shown_by(path).named_in_file(readable(told))


def _shown_by(path: Path) -> Identifiers:
    """Whom a film, or the first film of a folder that says so, shows."""
    films = path.rglob("*") if path.is_dir() else iter([path])
    for film in islice((one for one in films if one.is_file()), _ASKED):
        with suppress(FilmRefused, OSError), quietly(), refusing():
            if file_kind(film)[0] in ("dicom", "bare dicom"):
                return read_header(film).who
    return Identifiers()


def public_path(path: Path, folder: Path) -> str:
    """A file's path below a folder, as it may be printed: it gives no person away.

    Folders and files that are called after the patient are called otherwise here. Of a
    file that cannot be read its neighbours tell whom it shows; alone it keeps its name,
    for then nobody's is known.
    """
    parts = tuple(map(readable, path.relative_to(folder).parts))
    who, name, kind = Identifiers(), parts[-1], "other"
    with suppress(Refused), quietly(), refusing():
        kind = file_kind(path)[0]
        if kind in ("dicom", "bare dicom"):
            header = read_header(path)
            who, case_id = header.who, case_id_of_dicom(path, header)
            if case_id != case_id_of(path):
                name = case_id + (path.suffix if path.suffix in _SUFFIXES else "")
    if kind == "other":
        return "/".join(_hidden_by_neighbours(path, parts))
    above = ["_" if who.named_in_file(part) else part for part in parts[:-1]]
    return "/".join([*above, name])


def _hidden_by_neighbours(path: Path, parts: tuple[str, ...]) -> list[str]:
    """The parts of an unreadable file's path, but those that name a neighbour."""
    who = _shown_by(path.parent)
    *above, name = ("" if who.named_in_file(part) else part for part in parts)
    digest = hashlib.sha256(parts[-1].encode()).hexdigest()[:8]
    return [*(part or "_" for part in above), name or f"film-{digest}{path.suffix}"]
