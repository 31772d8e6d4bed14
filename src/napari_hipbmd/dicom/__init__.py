"""Films in: DICOM files and pictures become radiographs that are bright = dense.

Names are looked up on first use, so that importing this package loads no pydicom.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .densitometer import DxaReport, dxa_report
    from .element_list import Element, elements, public_elements
    from .film import DisplayedFilm, open_film, read_film
    from .folder import FolderContents, list_films, look_through
    from .greys.windows import Window
    from .inspection import inspect
    from .listing import Catalogue, CatalogueFilm, catalogue
    from .privacy.naming import names_its_patient, patient_key, public_path
    from .source import derived_uid, source_of
    from .write import FilmTags, write_film

__all__ = [
    "Catalogue",
    "CatalogueFilm",
    "DisplayedFilm",
    "DxaReport",
    "Element",
    "FilmTags",
    "FolderContents",
    "Window",
    "derived_uid",
    "catalogue",
    "dxa_report",
    "elements",
    "inspect",
    "list_films",
    "look_through",
    "names_its_patient",
    "open_film",
    "patient_key",
    "public_elements",
    "public_path",
    "read_film",
    "source_of",
    "write_film",
]

_HOME = {
    "Catalogue": "listing",
    "CatalogueFilm": "listing",
    "Element": "element_list",
    "catalogue": "listing",
    "elements": "element_list",
    "public_elements": "element_list",
    "names_its_patient": "privacy.naming",
    "patient_key": "privacy.naming",
    "DxaReport": "densitometer",
    "dxa_report": "densitometer",
    "public_path": "privacy.naming",
    "DisplayedFilm": "film",
    "FilmTags": "write",
    "FolderContents": "folder",
    "Window": "greys.windows",
    "derived_uid": "source",
    "inspect": "inspection",
    "list_films": "folder",
    "look_through": "folder",
    "open_film": "film",
    "read_film": "film",
    "source_of": "source",
    "write_film": "write",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
