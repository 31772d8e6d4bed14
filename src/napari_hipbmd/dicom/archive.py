"""An archive (PACS) by DICOMweb: looking for films, taking them, sending reports.

Whatever goes wrong is a sentence with the server's name, and without what was asked
for: an address holds patients' numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset

from ..core.errors import Cancelled, FilmRefused
from ..core.extras import from_extra
from .archive_session import Access, logged_in, unheard
from .guard import quietly, refusing

MODALITIES = ("DX", "CR")
_FIELDS = (
    "PatientID", "StudyDate", "StudyDescription", "SeriesDescription", "ProtocolName",
    "BodyPartExamined", "Modality",
)  # fmt: skip
_WORDS = ("BodyPartExamined", "SeriesDescription", "ProtocolName", "StudyDescription")
_PARTS = {
    "hip": "hip", "hüft": "hip", "hueft": "hip", "coxa": "hip", "pelvi": "pelvis",
    "becken": "pelvis", "femur": "femur", "femoral": "femur",
}  # fmt: skip
_HIP = re.compile("|".join(_PARTS), re.IGNORECASE)


@dataclass(frozen=True)
class ArchivedSeries:
    """A series of films, as the archive lists it."""

    study: str
    series: str
    patient_id: str
    day: str
    modality: str
    words: str

    @property
    def part(self) -> str:
        """``hip``, ``pelvis`` or ``femur``, as its words say first; empty if neither.

        Nothing else of them: whoever wrote them may have named somebody.
        """
        found = _HIP.search(self.words)
        return "" if found is None else _PARTS[found[0].lower()]

    @property
    def is_of_hip(self) -> bool:
        """Whether its words speak of a hip or the pelvis."""
        return bool(self.part)


class Archive:
    """A server that was logged in to.

    Parameters
    ----------
    cancelled
        Asked before and while something is asked for: :class:`Cancelled` is raised
        once it says so.

    Raises
    ------
    FilmRefused
        If the address is none, is not encrypted, or the keyring has nothing for it.
    """

    def __init__(
        self, access: Access, cancelled: Callable[[], bool] | None = None
    ) -> None:
        access.check()
        self.access = access
        self._cancelled = cancelled or (lambda: False)
        session = logged_in(access, self._cancelled)
        with from_extra("pacs", "Talking to a PACS"):
            from dicomweb_client.api import DICOMwebClient
        self._client = DICOMwebClient(access.url, session=session)
        # Someone waits: half a second and one more, in place of half a minute.
        self._client.set_http_retry_params(
            max_attempts=3, wait_exponential_multiplier=250
        )

    def series(
        self,
        *,
        patient: str | None = None,
        since: str | None = None,
        until: str | None = None,
        study: str | None = None,
    ) -> list[ArchivedSeries]:
        """Series of radiographs; days as ``YYYYMMDD``.

        Raises
        ------
        FilmRefused
            If the server cannot be reached or does not answer as it should.
        """
        asked: dict[str, Any] = {}
        if patient:
            asked["PatientID"] = patient
        if since or until:
            asked["StudyDate"] = f"{since or ''}-{until or ''}"
        found = []
        for modality in MODALITIES:
            with self._told():
                found += self._client.search_for_series(
                    study,
                    fields=_FIELDS,
                    search_filters={**asked, "Modality": modality},
                    get_remaining=True,
                )
        return [_series(Dataset.from_json(one)) for one in found]

    def instances(self, one: ArchivedSeries) -> list[str]:
        """The unique identifiers of a series' films."""
        with self._told():
            found = self._client.search_for_instances(
                one.study, one.series, get_remaining=True
            )
        return [str(Dataset.from_json(item).SOPInstanceUID) for item in found]

    def film(self, one: ArchivedSeries, instance: str) -> Dataset:
        """A film, compressed as it is there."""
        with self._told():
            return self._client.retrieve_instance(one.study, one.series, instance)

    def study(self, study: str) -> Dataset:
        """What the archive says of a study and its patient."""
        with self._told():
            found = self._client.search_for_studies(
                fields=PATIENT, search_filters={"StudyInstanceUID": study}
            )
        if not found:
            raise FilmRefused(f"{self.access.host} has no such study any more.")
        return Dataset.from_json(found[0])

    def has(self, study: str, series: str, instance: str) -> bool:
        """Whether it has an object already."""
        with self._told():
            found = self._client.search_for_instances(
                study, search_filters={"SOPInstanceUID": instance}
            )
        return bool(found)

    def store(self, study: str, objects: Sequence[Dataset]) -> None:
        """Send objects of one study.

        Raises
        ------
        FilmRefused
            If the server does not take one of them.
        """
        with self._told():
            answer = self._client.store_instances(objects, study)
        if answer.get("FailedSOPSequence"):
            raise FilmRefused(f"{self.access.host} did not take a report.")

    @contextmanager
    def _told(self) -> Iterator[None]:
        from requests import RequestException

        host = self.access.host
        if self._cancelled():
            raise Cancelled
        try:
            with unheard():
                yield
        except RequestException as error:
            status = getattr(error.response, "status_code", None)
            if status in (401, 403):
                raise FilmRefused(
                    f"{host} lets nobody in that way ({status}): look at the user or"
                    " token, and at what the keyring has."
                ) from None
            if status is not None:
                raise FilmRefused(f"{host} answers with the error {status}.") from None
            if "SSL" in type(error).__name__ or "CERTIFICATE" in str(error):
                raise FilmRefused(
                    f"The certificate of {host} is not trusted: give a file with"
                    " that of its authority (ca)."
                ) from None
            raise FilmRefused(
                f"The connection to {host} cannot be made or broke off: what is"
                " finished is kept, run the same again."
            ) from None
        except (ValueError, KeyError, AttributeError, OSError):
            raise FilmRefused(f"{host} does not answer as DICOMweb does.") from None


PATIENT = (
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex",
    "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber",
    "ReferringPhysicianName",
)  # fmt: skip
"""What reports of a study have to say alike."""


def _series(found: Dataset) -> ArchivedSeries:
    def said(keyword: str) -> str:
        return str(found.get(keyword) or "")

    return ArchivedSeries(
        said("StudyInstanceUID"),
        said("SeriesInstanceUID"),
        said("PatientID"),
        said("StudyDate"),
        said("Modality"),
        " ".join(filter(None, map(said, _WORDS))),
    )


def reports_in(path: Path) -> list[tuple[Path, Dataset]]:
    """The structured reports of a folder, or the one that is given.

    Raises
    ------
    FilmRefused
        If there is none, or one cannot be read.
    """
    if not path.exists():
        raise FilmRefused(f"There is no file or folder {path}.")
    found: list[tuple[Path, Dataset]] = []
    inside = [file for file in sorted(path.rglob("*.dcm")) if file.name[0] != "."]
    for file in inside if path.is_dir() else [path]:
        with quietly(), refusing():
            report = dcmread(file, stop_before_pixels=True)
        if report.get("Modality") == "SR" and report.get("StudyInstanceUID"):
            found.append((file, report))
    if not found:
        raise FilmRefused(
            f"{path.name} holds no structured report: 'hipbmd measure --sr' makes them."
        )
    return found


def with_identity(report: Dataset, study: Dataset, real: Mapping[str, str]) -> Dataset:
    """A report without the person as it belongs under its study.

    Parameters
    ----------
    study
        As :meth:`Archive.study` tells it.
    real
        Unique identifiers in the report → those of the archive; changed in place.
    """
    _renamed(report, real)
    for keyword in PATIENT:
        if study.get(keyword):
            setattr(report, keyword, study[keyword].value)
    for keyword in ("PatientIdentityRemoved", "DeidentificationMethod"):
        if keyword in report:
            delattr(report, keyword)
    return report


def _renamed(item: Dataset, real: Mapping[str, str]) -> None:
    for element in item:
        if element.VR == "SQ":
            for inner in element.value:
                _renamed(inner, real)
        elif element.VR == "UI" and str(element.value) in real:
            element.value = real[str(element.value)]
