"""What the reader understood of a file: the answer of ``hipbmd inspect``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core.errors import Refused
from .facts import HeaderFacts, header_facts
from .film import DisplayedFilm, displayed_film, open_film
from .guard import quietly, refusing
from .header import read_header
from .sniff import file_kind


def inspect(path: str | Path) -> dict[str, Any]:
    """Everything the reader understood, as plain values without identifiers.

    Never raises for a bad file: ``status`` is then ``"refused"``, ``reason`` is a
    sentence, and what could still be read is filled in.
    """
    path = Path(path)
    facts: HeaderFacts | None = None
    try:
        with quietly(), refusing():
            if file_kind(path)[0] not in ("dicom", "bare dicom"):
                return _answer("readable", None, None, open_film(path))
            header = read_header(path)
            facts = header_facts(header)
            return _answer("readable", None, facts, displayed_film(path, header, facts))
    except Refused as refusal:
        return _answer("refused", str(refusal), facts, None)


def _answer(
    status: str,
    reason: str | None,
    facts: HeaderFacts | None,
    film: DisplayedFilm | None,
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "status": status,
        "reason": reason,
        "flags": [],
        "rows": None,
        "columns": None,
        "bits_stored": None,
        "transfer_syntax": None,
        "modality": None,
        "body_part": None,
        "view": None,
        "side": None,
        "photometric": None,
        "inverted": None,
        "spacing_mm": None,
        "spacing_source": "none",
        "windows": [],
    }
    if facts is not None:
        answer |= {
            "rows": facts.rows or None,
            "columns": facts.columns or None,
            "bits_stored": facts.bits_stored or None,
            "transfer_syntax": facts.transfer_syntax,
            "modality": facts.modality,
            "body_part": facts.body_part,
            "view": facts.view,
            "side": facts.side,
            "photometric": facts.photometric,
        }
    if film is not None:
        radiograph = film.radiograph
        rows, columns = radiograph.shape
        spacing_mm = radiograph.spacing_mm
        answer |= {
            "flags": [{"code": f.code, "text": f.text} for f in radiograph.flags],
            "rows": rows,
            "columns": columns,
            "bits_stored": film.bits_stored,
            "inverted": film.high_stored_is_dark,
            "spacing_mm": None if spacing_mm is None else list(spacing_mm),
            "spacing_source": radiograph.spacing_source,
            "windows": [window.to_json() for window in film.windows],
        }
    return answer
