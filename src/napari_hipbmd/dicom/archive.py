"""An archive (PACS) by DICOMweb: looking for films, taking them, sending reports.

Whatever goes wrong is a sentence with the server's name, and without what was asked
for: an address holds patients' numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

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
        found: list[ArchivedSeries] = []
        for modality in MODALITIES:
            search = partial(
                self._client.search_for_series,
                study,
                fields=_FIELDS,
                search_filters={**asked, "Modality": modality},
            )
            found += map(_series, self._all(search))
        return found

    def instances(self, one: ArchivedSeries) -> list[str]:
        """The unique identifiers of a series' films."""
        search = partial(self._client.search_for_instances, one.study, one.series)
        return [str(item.SOPInstanceUID) for item in self._all(search)]

    def film(self, one: ArchivedSeries, instance: str) -> Dataset:
        """A film, compressed as it is there.

        Raises
        ------
        FilmRefused
            If the server breaks off, or gives another one.
        """
        with self._told():
            film = self._client.retrieve_instance(one.study, one.series, instance)
            other = film.SOPInstanceUID != instance
        if other:
            raise FilmRefused(
                f"{self.access.host} gave another film than the one that was asked for:"
                " nothing of it was kept."
            )
        return film

    def study(self, study: str) -> Dataset:
        """What the archive says of a study and its patient."""
        with self._told():
            found = self._client.search_for_studies(
                fields=PATIENT, search_filters={"StudyInstanceUID": study}
            )
            study_found = [Dataset.from_json(one) for one in found[:1]]
        if not study_found:
            raise FilmRefused(f"{self.access.host} has no such study any more.")
        return study_found[0]

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

    def _all(self, search: Callable[..., list[dict[str, Any]]]) -> list[Dataset]:
        """What a search gives, page by page; a server may give the first one again."""
        found: list[Dataset] = []
        known: set[str] = set()
        while True:
            with self._told():
                page = [Dataset.from_json(one) for one in search(offset=len(found))]
                named = {_named(one): one for one in page}
            new = [one for name, one in named.items() if name not in known]
            if not new:
                return found
            found += new
            known |= named.keys()

    @contextmanager
    def _told(self) -> Iterator[None]:
        from requests import JSONDecodeError, RequestException
        from retrying import RetryError

        host = self.access.host
        strange = (
            f"{host} does not answer as DICOMweb does: look at the address of its"
            " services, and whether it wants a user or a token."
        )
        if self._cancelled():
            raise Cancelled
        try:
            with unheard():
                yield
        except JSONDecodeError:  # such as a page to log in
            raise FilmRefused(strange) from None
        except RetryError as error:
            status = getattr(error.last_attempt.value, "status_code", None)
            told = "cannot be reached" if status is None else f"is busy ({status})"
            raise FilmRefused(f"{host} {told}: run the same again later.") from None
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
        except _NO_ANSWER:
            raise FilmRefused(strange) from None


PATIENT = (
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex",
    "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber",
    "ReferringPhysicianName",
)  # fmt: skip
"""What reports of a study have to say alike."""


_NO_ANSWER = (
    ValueError, KeyError, AttributeError, TypeError, NotImplementedError, OSError,
    EOFError, InvalidDicomError,
)  # fmt: skip
"""What becomes of an answer that is none of DICOMweb, in pydicom and its client."""


def _named(found: Dataset) -> str:
    """What tells a series or an instance from the others of a list."""
    return str(found.get("SOPInstanceUID") or found.SeriesInstanceUID)


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
