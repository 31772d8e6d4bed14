"""What a DICOM film says about itself, in plain values and without identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSNearLossless,
)

from ..core.radiograph import Patient, Side
from .header import Header
from .person import ABOUT_THE_FILM, person_of
from .spelling import spelt
from .tags import code, integer, items, number, only_number, text, uid_name, values

UNKNOWN_SYNTAX = "an unknown transfer syntax"
# JPEG 2000 (…91) may be lossless all the same; these cannot be.
_LOSSY = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless})

_DESCRIPTIONS = (
    "StudyDescription",
    "SeriesDescription",
    "ProtocolName",
    "PerformedProcedureStepDescription",
    "RequestedProcedureDescription",
    "AcquisitionDeviceProcessingDescription",
    "AcquisitionProtocolDescription",
    "ViewPosition",
    "ImageComments",
)
RESCALE = ("RescaleSlope", "RescaleIntercept")
_HISTORIES = (
    "AdditionalPatientHistory",
    "MedicalAlerts",
    "PatientComments",
    "PatientState",
    "AdmittingDiagnosesDescription",
    "ReasonForStudy",
    "ReasonForTheRequestedProcedure",
    "StudyComments",
)
_CODED = (
    "ViewCodeSequence",
    "ProcedureCodeSequence",
    "PerformedProtocolCodeSequence",
    "AnatomicRegionSequence",
)


_AXES = dict(zip("APRLHF", "ppssll", strict=True))
"""The axis that each direction lies on: rows and columns cannot share one."""


def _words(pattern: str) -> re.Pattern[str]:
    # People join words with underscores, which \\b takes for letters.
    return re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", re.IGNORECASE)


_FROG = _words(r"frog\w*|lauenstein|dunn")
_NOT_AP = _words(
    r"lat|lateral|axial|oblique|cross[ -]?table|inlet|outlet|judet|ll|rl|false profile"
)
_IMPLANT = re.compile(
    r"(?<!no )(?<!without )(?<!ohne )(?:prosthe|prothese|endoproth|arthroplast|implant"
    r"|osteosynth|metalwork|internal fixation|gamma[ -]?nail|intramedullary nail"
    r"|(?<![^\W_])(?:TH[AR]|TEP|DHS|PFNA?|ORIF|screws?)(?![^\W_]))",
    re.IGNORECASE,
)
_SEPARATED = _words(
    r"(?<!scatter )(?<!background )subtract\w*|dual[ _-]?energy"
    r"|(?:bones?|soft[ _-]?tissues?)[ _-]?(?:suppress\w*|only)"
    r"|(?:suppress|remov)\w*[ _-](?:bones?|soft[ _-]?tissues?)"
    r"|tomo|tomosynthesis|tomogra\w*|scout|topogram|locali[sz]er|surview"
)
_CHILD = _words(
    r"DDH|infants?|child|children|p(?:a|ä)?ediatrics?|neonat\w*|newborn|baby|toddler"
    r"|perthes|SCFE|SUFE"
)
_HIP = _words(r"hips?|pelvi\w*|femur|femoral|thigh|coxa\w*|h(?:ü|ue)ft\w*|becken\w*")
_OTHER_PART = _words(
    r"chest|thorax|lung|abdomen|skull|head|spine|[ctl]-?spine|lumbar|cervical|shoulder"
    r"|clavicle|humerus|elbow|forearm|wrist|hands?|fingers?|knees?|patella|tibia|ankles?"
    r"|foot|feet|toes?|mammo\w*|breast|dental|ribs?|sternum"
)


@dataclass(frozen=True)
class HeaderFacts:
    """The facts that reading a film depends on.

    ``modality`` … ``view`` are as written, in capitals; None where a tag is absent.
    ``side`` is ``"L"`` or ``"R"`` only when the film says exactly one of them.
    What names the patient is left out. ``frog`` … ``other_part`` are read from its
    descriptions, which are not kept: people write names into them. ``misspelt`` names
    the tags that were understood although no standard spells them so, ``unread`` those
    that hold something which was not understood. ``sides_differ``
    and ``age_differs``: two tags tell different sides, or an age that the dates do not.
    ``orientation`` is where rows and columns run in the patient: ``("L", "F")``.
    """

    sop_class: str
    modality: str | None
    transfer_syntax: str
    rows: int
    columns: int
    frames: int
    samples: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    photometric: str | None
    presentation_intent: str | None
    presentation_lut_shape: str | None
    pixel_intensity_relationship: str | None
    pixel_intensity_sign: int | None
    body_part: str | None
    view: str | None
    side: Side | None
    frog: bool
    not_ap: bool
    implant: bool
    separated: bool
    child: bool
    other_part: bool
    lossy: bool
    burnt_in: bool
    kvp: float | None
    patient: Patient
    misspelt: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    sides_differ: bool = False
    age_differs: bool = False
    orientation: tuple[str, ...] = ()

    @property
    def picture_bytes(self) -> int:
        """The bytes that the picture needs without compression."""
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * (self.bits_allocated // 8)

    @property
    def stored_range(self) -> tuple[int, int]:
        """The least and greatest value that the bits stored can hold."""
        if self.signed:
            return -(1 << (self.bits_stored - 1)), (1 << (self.bits_stored - 1)) - 1
        return 0, (1 << self.bits_stored) - 1


def header_facts(header: Header) -> HeaderFacts:
    """Read the facts; what is missing or damaged becomes None, zero or False."""
    film = header.dataset
    allocated = integer(film, "BitsAllocated")
    high_bit = integer(film, "HighBit", -1)
    stored = integer(film, "BitsStored", high_bit + 1 or allocated)
    sign = number(film, "PixelIntensityRelationshipSign")
    described = _described(film, _DESCRIPTIONS, _CODED)
    person = person_of(film)
    who = header.who
    sop_class = text(film, "SOPClassUID") or ""

    def said(keyword: str) -> str | None:
        return who.without(spelt(film, keyword)[0])

    return HeaderFacts(
        sop_class=sop_class if uid_name(sop_class) else "",
        modality=said("Modality"),
        transfer_syntax=uid_name(header.transfer_syntax) or UNKNOWN_SYNTAX,
        rows=integer(film, "Rows"),
        columns=integer(film, "Columns"),
        frames=integer(film, "NumberOfFrames", 1),
        samples=integer(film, "SamplesPerPixel", 1),
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1 if high_bit < 0 else high_bit,
        signed=integer(film, "PixelRepresentation") == 1,
        photometric=said("PhotometricInterpretation"),
        presentation_intent=_intent(film),
        presentation_lut_shape=said("PresentationLUTShape"),
        pixel_intensity_relationship=said("PixelIntensityRelationship"),
        pixel_intensity_sign=int(sign) if sign in (-1, 1) else None,
        body_part=said("BodyPartExamined")
        or who.without(_meaning(film, "AnatomicRegionSequence")),
        view=said("ViewPosition") or who.without(_meaning(film, "ViewCodeSequence")),
        side=person.side,
        frog=bool(_FROG.search(described)),
        not_ap=bool(_NOT_AP.search(described)),
        implant=bool(
            _IMPLANT.search(f"{described} / {_described(film, _HISTORIES, ())}")
        ),
        separated=bool(_SEPARATED.search(f"{described} / {_derived(film)}")),
        child=bool(_CHILD.search(described)),
        other_part=_of_another_part(film, described),
        lossy=code(film, "LossyImageCompression") == "01"
        or header.transfer_syntax in _LOSSY,
        burnt_in=code(film, "BurnedInAnnotation") == "YES",
        kvp=_within(number(film, "KVP"), 10, 300),
        patient=person.patient,
        sides_differ=person.sides_differ,
        age_differs=person.age_differs,
        orientation=_orientation(film),
        misspelt=person.misspelt,
        unread=(*person.unread, *_unread(film)),
    )


def _unread(film: Dataset) -> list[str]:
    """Tags of one number that hold several or something else, and odd directions."""
    found = [
        keyword
        for keyword in (*RESCALE, "NumberOfFrames")
        if values(film, keyword) and only_number(film, keyword) is None
    ]
    if integer(film, "NumberOfFrames", 1) < 1:
        found.append("NumberOfFrames")
    if values(film, "PatientOrientation") and not _orientation(film):
        found.append("PatientOrientation")
    return found


def _described(film: Dataset, keywords: tuple[str, ...], coded: tuple[str, ...]) -> str:
    """Free texts and the meanings of codes, to look for words in."""
    found = [text(film, keyword) for keyword in keywords]
    for keyword in coded:
        for item in items(film, keyword)[:4]:
            found += [text(item, "CodeMeaning")]
            found += [
                text(modifier, "CodeMeaning")
                for modifier in items(item, "ViewModifierCodeSequence")[:4]
            ]
    return " / ".join(filter(None, found))


def _of_another_part(film: Dataset, described: str) -> bool:
    """Whether the descriptions name another part than the hip.

    Beside a tag of its own only what describes the film: a study may hold others.
    """
    if text(film, "BodyPartExamined"):
        described = _described(film, ABOUT_THE_FILM, ("AnatomicRegionSequence",))
    return bool(_OTHER_PART.search(described) and not _HIP.search(described))


def _derived(film: Dataset) -> str:
    """What the film was made of and how, to look for words in."""
    kinds = " / ".join(map(str, values(film, "ImageType")[:8]))
    return f"{kinds} / {text(film, 'DerivationDescription') or ''}"


def _intent(film: Dataset) -> str | None:
    """FOR PRESENTATION or FOR PROCESSING, by the tag or else by the SOP class."""
    said = spelt(film, "PresentationIntentType")[0] or ""
    name = UID(text(film, "SOPClassUID") or "").name.upper()
    intents = ("FOR PRESENTATION", "FOR PROCESSING")
    by_class = (i for i in intents if i in name)
    return said if said in intents else next(by_class, None)


def _meaning(film: Dataset, keyword: str) -> str | None:
    for item in items(film, keyword)[:1]:
        return code(item, "CodeMeaning")
    return None


def _orientation(film: Dataset) -> tuple[str, ...]:
    """Directions of the patient, of which the letters are A, P, R, L, H and F."""
    said = [str(value).strip().upper() for value in values(film, "PatientOrientation")]
    good = all(re.fullmatch("[APRLHF]{1,3}", one) for one in said)
    axes = {_AXES[one[0]] for one in said} if good else set()
    return tuple(said) if len(said) == len(axes) == 2 else ()


def _within(value: float | None, low: float, high: float) -> float | None:
    return value if value is not None and low <= value <= high else None
