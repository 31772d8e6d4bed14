"""Who a film is about: what must not come out of it (DICOM PS3.15 E.1).

The words of these elements are looked for in whatever else the program repeats, for
people write names into window explanations, body parts and file names.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from ..tags import code, values_of
from .name_forms import name_forms, whole_names


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split())


_NAMES = _listed("""
    PatientName OtherPatientNames PatientBirthName PatientMotherBirthName
    ReferringPhysicianName ConsultingPhysicianName PerformingPhysicianName
    PhysiciansOfRecord NameOfPhysiciansReadingStudy OperatorsName RequestingPhysician
    ScheduledPerformingPhysicianName HumanPerformerName VerifyingObserverName
    PersonName ContentCreatorName ResponsiblePerson NamesOfIntendedRecipientsOfResults
    InstitutionName InstitutionAddress InstitutionalDepartmentName StationName
    ResponsibleOrganization MilitaryRank BranchOfService
    PatientAddress CountryOfResidence RegionOfResidence Occupation
    PatientReligiousPreference
    """)
_NUMBERS = _listed("""
    PatientID OtherPatientIDs IssuerOfPatientID AccessionNumber StudyID
    MedicalRecordLocator PatientBirthDate PatientBirthTime PatientTelephoneNumbers
    AdmissionID FillerOrderNumberImagingServiceRequest
    PlacerOrderNumberImagingServiceRequest
    RequestedProcedureID ScheduledProcedureStepID PerformedProcedureStepID
    DeviceSerialNumber PlateID DetectorID CassetteID
    """)
_TEXTS = _listed("""
    PatientComments AdditionalPatientHistory MedicalAlerts Allergies ImageComments
    StudyComments
    """)


def _tags(keywords: frozenset[str]) -> frozenset[int]:
    found = (tag_for_keyword(keyword) for keyword in keywords)
    return frozenset(int(tag) for tag in found if tag is not None)


_NAME_TAGS, _NUMBER_TAGS = _tags(_NAMES), _tags(_NUMBERS)
_PATIENT_TAGS = _tags(_listed("PatientName OtherPatientNames PatientBirthName"))
_PATIENT_ID = 0x00100020

_NOBODY = _listed("""
    ANON ANONYMOUS ANONYMIZED CASE DIGITAL FILM HIP IMAGE LEFT PATIENT PELVIS PHANTOM
    RIGHT STUDY SUBJECT TEST UNKNOWN NONE NAME BONE FEMUR THE AND FOR OF DR MR MRS MS
    PROF MD PHD AP PA CR DX LT RT DCM XR FILMS FOLDER HIPS IMAGES HOSPITAL CLINIC
    CLINICAL CENTER CENTRE MEDICAL UNIVERSITY DEPARTMENT RADIOLOGY IMAGING HEALTH
    INSTITUTE GENERAL ROOM STATION WIDE NORMAL SOFT HARD WINDOW TABLE
    """)
_LEAST_LETTERS, _LEAST_DIGITS = 2, 6
_LEAST_OF_PATIENT_ID = 4
_LEAST_WITHIN = 5
"""Letters of a name that is known at the ends of a longer word, too: HMUELLER."""

_FIRST_IDEOGRAPH = "\u2e80"
"""Here begin the scripts of China, Japan and Korea, which put no blank in a name."""

_LETTERS = str.maketrans(
    {"Æ": "AE", "Œ": "OE", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "ẞ": "SS"}
)
_TWO_LETTERS = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE", "Å": "AA", "Ø": "OE"})


@dataclass(frozen=True)
class Identifiers:
    """The words and numbers that tell who a film is about, in capitals.

    Words stand in every spelling without marks: MULLER and MUELLER for Müller. Of them
    ``patient`` are the long ones of the patient's own name.
    """

    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    patient: frozenset[str] = frozenset()

    def named_in(self, text: str) -> bool:
        """Whether a text names the patient or somebody about them."""
        plain = unicodedata.normalize("NFC", text).upper()
        if any(word in self.words for word in _words_in(plain)):
            return True
        squeezed = re.sub(r"[\W_]", "", plain)
        return any(
            number in plain or re.sub(r"[\W_]", "", number) in squeezed
            for number in self.numbers
        )

    def named_in_file(self, name: str) -> bool:
        """Whether a file or folder is called after somebody, as HMUELLER is."""
        if self.named_in(name):
            return True
        found = _words_in(unicodedata.normalize("NFC", name).upper()) - _NOBODY
        return any(
            word.startswith(who) or word.endswith(who)
            for who in self.patient
            for word in found
        )

    def without(self, text: str | None) -> str | None:
        """The text, or None where it names somebody."""
        return None if text is None or self.named_in(text) else text


def identifiers(film: Dataset) -> Identifiers:
    """What a data set says about who it belongs to.

    A film whose identity was removed (``PatientIdentityRemoved`` YES) has none.
    """
    present = film.keys()
    if code(film, "PatientIdentityRemoved") == "YES":
        return Identifiers()
    words: set[str] = set()
    patient: set[str] = set()
    numbers: set[str] = set()
    for tag in present & _NAME_TAGS:
        for value in _texts(film, tag):
            for form in name_forms(value):
                found = _words(form)
                words |= found
                if tag in _PATIENT_TAGS:
                    whole = {*whole_names(form, _NOBODY)}
                    words |= whole
                    patient |= {word for word in found | whole if _is_long(word)}
    for tag in present & _NUMBER_TAGS:
        for value in _texts(film, tag):
            least = _LEAST_OF_PATIENT_ID if tag == _PATIENT_ID else _LEAST_DIGITS
            for number in _written(value.upper().strip()):
                if len(number) >= least and number not in _NOBODY:
                    numbers.add(number)
    return Identifiers(frozenset(words), frozenset(numbers), frozenset(patient))


def _is_long(word: str) -> bool:
    """Whether a name is known within a longer word; two signs of Chinese are enough."""
    ideographs = sum(sign >= _FIRST_IDEOGRAPH for sign in word)
    return len(word) >= _LEAST_WITHIN or len(word) == ideographs >= _LEAST_LETTERS


def _words_in(plain: str) -> set[str]:
    """All words of a text in capitals, in every spelling.

    A person's name has letters only: JANE in JANE2 may be one.
    """
    found = re.findall(r"[^\W\d_]+", plain)
    return {spelling for word in found for spelling in _spellings(word)}


def _words(value: str) -> set[str]:
    found = re.findall(r"\w+", unicodedata.normalize("NFC", value).upper())
    words = {w for w in found if len(w) >= _LEAST_LETTERS and w.isalpha()} - _NOBODY
    return {spelling for word in words for spelling in _spellings(word)}


def _spellings(word: str) -> set[str]:
    """A word in capitals as it may be written where there are no marks."""
    ways = {word.translate(_TWO_LETTERS), word}
    bare = (unicodedata.normalize("NFKD", way.translate(_LETTERS)) for way in ways)
    return {re.sub(r"[^A-Z]", "", way) or word for way in bare}


def _written(number: str) -> set[str]:
    """A number, also without the zeros before it; a day, in any order."""
    ways = {number, number.lstrip("0")}
    if day := re.fullmatch(r"((?:19|20)\d\d)(\d\d)(\d\d)", number):
        year, month, date = day.groups()
        ways |= {date + month + year, month + date + year}
        short = year[2:]
        ways |= {date + month + short, month + date + short, short + month + date}
    return ways


def _texts(film: Dataset, tag: int) -> list[str]:
    return [str(value)[:128] for value in values_of(film, tag)[:8] if value]
