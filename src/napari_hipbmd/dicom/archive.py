"""An archive (PACS) by DICOMweb: looking for films, taking them, sending reports.

Whatever goes wrong is a sentence with the server's name, and without what was asked
for: an address holds patients' numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from ..core.errors import Cancelled, FilmRefused, Refused
from ..core.extras import from_extra
from .archive_answers import ArchivedSeries, Asked, series_of
from .archive_reports import PATIENT
from .archive_session import Access, logged_in, unheard, why_untrusted

MODALITIES = ("DX", "CR")
_FIELDS = (
    "PatientID", "StudyDate", "StudyDescription", "SeriesDescription", "ProtocolName",
    "BodyPartExamined", "Modality",
)  # fmt: skip


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
        found: list[ArchivedSeries] = []
        for modality in MODALITIES:
            asked = Asked(modality, study, patient, since, until)
            search = partial(
                self._client.search_for_series,
                study,
                fields=_FIELDS,
                search_filters=asked.filters(),
            )
            found += filter(asked.fits, map(series_of, self._all(search)))
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
            studies = [Dataset.from_json(one) for one in found]
            this = [one for one in studies if one.StudyInstanceUID == study]
        if not this:
            raise FilmRefused(f"{self.access.host} has no such study any more.")
        return this[0]

    def has(self, study: str, series: str, instance: str) -> bool:
        """Whether it has an object already."""
        with self._told():
            found = self._client.search_for_instances(
                study, search_filters={"SOPInstanceUID": instance}
            )
            names = [_named(Dataset.from_json(one)) for one in found]
        return instance in names

    def store(self, study: str, report: Dataset) -> bool:
        """Send a report of a study; whether the server says that it has it now.

        A server may answer that all is well and have taken nothing: one that names no
        object is asked for it.

        Raises
        ------
        FilmRefused
            If it cannot be asked.
        """
        from requests import HTTPError

        name = str(report.SOPInstanceUID)
        with self._told():
            try:
                answer = self._client.store_instances([report], study)
            except HTTPError as error:
                if getattr(error.response, "status_code", None) in _DECLINED:
                    return False
                raise
            taken = answer.get("ReferencedSOPSequence") or ()
            if answer.get("FailedSOPSequence"):
                return False
            if name in [one.ReferencedSOPInstanceUID for one in taken]:
                return True
        return self.has(study, str(report.SeriesInstanceUID), name)

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
        except Refused:
            raise
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
                raise FilmRefused(why_untrusted(host, str(error))) from None
            raise FilmRefused(
                f"The connection to {host} cannot be made or broke off: what is"
                " finished is kept, run the same again."
            ) from None
        except _NO_ANSWER:
            raise FilmRefused(strange) from None


_DECLINED = (400, 409, 413, 415, 422)
"""What a server answers that does not want an object, and works otherwise."""

_NO_ANSWER = (
    ValueError, KeyError, AttributeError, TypeError, NotImplementedError, OSError,
    EOFError, InvalidDicomError,
)  # fmt: skip
"""What becomes of an answer that is none of DICOMweb, in pydicom and its client."""


def _named(found: Dataset) -> str:
    """What tells a series or an instance from the others of a list."""
    return str(found.get("SOPInstanceUID") or found.SeriesInstanceUID)
