"""An archive (PACS) by DICOMweb: looking for films, taking them, sending reports.

Whatever goes wrong is a sentence with the server's name, and without what was asked
for: an address holds patients' numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydicom import dcmread
from pydicom.dataset import Dataset

from ..core.extras import from_extra
from ..core.radiograph import FilmRefused
from .guard import quietly, refusing

MODALITIES = ("DX", "CR")
SERVICE = "napari-hipbmd"
"""What passwords and tokens are called in the system's keyring, before the server."""
_FIELDS = (
    "PatientID", "StudyDate", "StudyDescription", "SeriesDescription", "ProtocolName",
    "BodyPartExamined", "Modality",
)  # fmt: skip
_WORDS = ("BodyPartExamined", "SeriesDescription", "ProtocolName", "StudyDescription")
_HIP = re.compile(r"hip|pelvi|femur|femoral|coxa|hüft|hueft|becken", re.IGNORECASE)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Access:
    """Which server, and how one gets in.

    Attributes
    ----------
    url
        The root of its DICOMweb services.
    user
        Whose password the keyring has.
    token
        Whether the keyring has a bearer token instead.
    ca
        Certificates to trust, beside the system's.
    plain
        Whether ``http`` will do beyond this computer.
    """

    url: str
    user: str | None = None
    token: bool = False
    ca: Path | None = None
    plain: bool = False

    @property
    def host(self) -> str:
        """Its name, for sentences."""
        return urlsplit(self.url).hostname or "the server"


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
    def is_of_hip(self) -> bool:
        """Whether its words speak of a hip or the pelvis."""
        return _HIP.search(self.words) is not None


class Archive:
    """A server that was logged in to.

    Raises
    ------
    FilmRefused
        If the address is none, is not encrypted, or the keyring has nothing for it.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self._check()
        with from_extra("pacs", "Talking to a PACS"):
            from dicomweb_client.api import DICOMwebClient
            from dicomweb_client.session_utils import create_session
        session = create_session()
        session.trust_env = False  # no password of a .netrc, no proxy
        if access.ca is not None:
            session.verify = str(access.ca)
        if access.token:
            session.headers["Authorization"] = f"Bearer {_secret(access, 'token')}"
        elif access.user is not None:
            session.auth = (access.user, _secret(access, access.user))
        self._client = DICOMwebClient(access.url, session=session)

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

    def _check(self) -> None:
        parts = urlsplit(self.access.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FilmRefused(
                "Give the address of the DICOMweb services, such as"
                " https://pacs.example.org/dicom-web."
            )
        if parts.username or parts.password:
            raise FilmRefused(
                "No name and no password in the address: give --user NAME, and keep"
                " the password in the system's keyring."
            )
        near = parts.hostname in _LOOPBACK
        if parts.scheme == "http" and not near and not self.access.plain:
            raise FilmRefused(
                f"{parts.hostname} is asked without encryption: give an https address,"
                " or --plain in a network that you trust."
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        from requests import RequestException

        host = self.access.host
        try:
            yield
        except RequestException as error:
            status = getattr(error.response, "status_code", None)
            if status in (401, 403):
                raise FilmRefused(
                    f"{host} lets nobody in that way ({status}): look at --user and"
                    " --token, and at what the keyring has."
                ) from None
            if status is not None:
                raise FilmRefused(f"{host} answers with the error {status}.") from None
            if "SSL" in type(error).__name__ or "CERTIFICATE" in str(error):
                raise FilmRefused(
                    f"The certificate of {host} is not trusted: give its authority"
                    " with --ca FILE."
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


def _secret(access: Access, user: str) -> str:
    with from_extra("pacs", "Logging in to a PACS"):
        import keyring
        from keyring.errors import KeyringError
    service = f"{SERVICE} {access.url}"
    try:
        found = keyring.get_password(service, user)
    except KeyringError:
        raise FilmRefused("The system's keyring cannot be opened.") from None
    if not found:
        raise FilmRefused(
            f"The system's keyring has nothing for it: keyring set {service!r} {user}."
        )
    return found


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
    for file in sorted(path.rglob("*.dcm")) if path.is_dir() else [path]:
        with quietly(), refusing():
            report = dcmread(file)
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
