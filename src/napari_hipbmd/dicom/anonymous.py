"""A film without the person: what may leave an archive.

Only what tells nothing about a person is kept (:func:`element_list.elements_of`), with
the pixels and the tables that they are read through; unique identifiers are replaced
by ones that follow from them (:func:`source.derived_uid`), and the patient's number by
a key.
"""

from __future__ import annotations

from pydicom.dataset import Dataset, FileMetaDataset

from .element_list import elements_of
from .privacy.naming import patient_key
from .source import UIDS, derived_uid
from .tags import text

_PIXELS = ("PixelData", "LUTData", "LUTDescriptor")
_TABLES = ("ModalityLUTSequence", "VOILUTSequence")


def anonymous(film: Dataset) -> Dataset:
    """The film as it may be kept; writing on the film itself is not looked for.

    Raises
    ------
    KeyError
        If it lacks a unique identifier.
    """
    kept = _public(film)
    for keyword in _TABLES:
        if keyword in film:
            setattr(kept, keyword, [_public(item) for item in film[keyword].value])
    for keyword in UIDS:
        setattr(kept, keyword, derived_uid(str(film[keyword].value)))
    kept.SOPClassUID = film.SOPClassUID
    kept.PatientID = patient_key(text(film, "PatientID") or "")
    kept.PatientName = ""
    kept.PatientIdentityRemoved = "YES"
    kept.DeidentificationMethod = "identifiers left out, UIDs replaced"
    kept.file_meta = FileMetaDataset()
    kept.file_meta.TransferSyntaxUID = film.file_meta.TransferSyntaxUID
    kept.file_meta.MediaStorageSOPClassUID = kept.SOPClassUID
    kept.file_meta.MediaStorageSOPInstanceUID = kept.SOPInstanceUID
    return kept


def _public(item: Dataset) -> Dataset:
    kept = Dataset()
    for element in elements_of(item):
        tag = (int(element.tag[1:5], 16), int(element.tag[6:10], 16))
        if not element.private and tag[0] != 2:
            kept.add(item[tag])
    for keyword in _PIXELS:
        if keyword in item:
            kept.add(item[keyword])
    return kept
