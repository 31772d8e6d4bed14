"""Films from an archive into a study, and reports back under the right one."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydicom.dataset import Dataset

from ..core.errors import Refused
from ..core.files import write_bytes_atomic
from ..core.options import REQUIRED, Private, check, option
from ..dicom.anonymous import anonymous
from ..dicom.archive import Archive
from ..dicom.archive_answers import ArchivedSeries, is_whole
from ..dicom.archive_reports import reports_in, with_identity
from ..dicom.archive_session import Access
from ..dicom.source import derived_uid

Progress = Callable[[int, int], None]
IMAGES = "images"


def _day(text: str) -> str:
    """``2024-03-14`` as DICOM writes days.

    Raises
    ------
    ValueError
        If it is no day.
    """
    found = re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)", text, re.ASCII)
    try:
        year, month, day = map(int, found.groups() if found else ())
        date(year, month, day)
    except ValueError:
        raise ValueError(f"{text[:20]!r} is no day such as 2024-03-14") from None
    return f"{year:04}{month:02}{day:02}"


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """Which server, how one gets in, and which of its studies are meant."""

    url: str = option(
        REQUIRED,
        "the root of its DICOMweb services",
        metavar="URL",
        positional=True,
        label="server",
    )
    user: str | None = option(
        None, "log in with the password that the system's keyring has", metavar="NAME"
    )
    token: bool = option(
        False, "log in with the token that the keyring has", label="with a token"
    )
    ca: Path | None = option(
        None,
        "certificates to trust beside the system's",
        metavar="FILE",
        label="certificates",
    )
    plain: bool = option(
        False, "allow http, in a network that you trust", label="allow http"
    )
    patient: str | None = option(
        None, "studies of this patient's number alone", metavar="ID", parse=Private
    )
    since: str | None = option(
        None, "studies of this day and later", metavar="YYYY-MM-DD", parse=_day
    )
    until: str | None = option(
        None, "studies of this day and earlier", metavar="YYYY-MM-DD", parse=_day
    )

    def __post_init__(self) -> None:
        check(self)
        if self.token and self.user is not None:
            raise Refused("A user has a password, a token has no user: give one.")
        if self.since and self.until and self.until < self.since:
            raise Refused(
                "The last day lies before the first one: give them the other way round."
            )

    @property
    def access(self) -> Access:
        """The way in."""
        return Access(self.url, self.user, self.token, self.ca, self.plain)

    def archive(self, cancelled: Callable[[], bool] | None = None) -> Archive:
        """The server, logged in to."""
        return Archive(self.access, cancelled)


@dataclass(frozen=True, kw_only=True)
class FindOptions(ServerOptions):
    """What is looked for."""

    all_parts: bool = option(
        False,
        "also films whose words do not speak of a hip or the pelvis",
        label="other parts, too",
    )


@dataclass(frozen=True, kw_only=True)
class GetOptions(FindOptions):
    """What is taken, and where it goes."""

    out: Path = option(REQUIRED, "a study's folder; films go to images/", metavar="DIR")
    identified: bool = option(
        False,
        "with the patient's name, number and dates (never otherwise)",
        label="with name and number",
    )


@dataclass(frozen=True, kw_only=True)
class SendOptions(ServerOptions):
    """Which reports are sent."""

    reports: Path = option(
        REQUIRED,
        "a structured report of 'hipbmd measure --sr', or a folder with such",
        metavar="REPORTS",
        positional=True,
    )


@dataclass
class Found:
    """Series that fit, and how many were passed over for their words."""

    series: list[ArchivedSeries]
    passed_over: int = 0


@dataclass
class Taken:
    """Files of films that are there now, and how many of them were before.

    ``cut_short`` are files that are not there: the archive gave part of their picture.
    """

    files: list[Path] = field(default_factory=list)
    before: int = 0
    burned_in: list[Path] = field(default_factory=list)
    cut_short: list[Path] = field(default_factory=list)


@dataclass
class Sent:
    """What became of reports: sent, there already, and sentences about the others."""

    sent: int = 0
    before: int = 0
    left: list[str] = field(default_factory=list)


def find(options: FindOptions, cancelled: Callable[[], bool] | None = None) -> Found:
    """Radiographs of hips and pelves in an archive.

    Raises
    ------
    Refused
        If it cannot be asked.
    Cancelled
        If asked to stop.
    """
    return _found(options, options.archive(cancelled))


def _found(options: FindOptions, archive: Archive) -> Found:
    found = _listed(options, archive)
    fit = [one for one in found if options.all_parts or one.is_of_hip]
    return Found(fit, len(found) - len(fit))


def get(
    options: GetOptions,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    series: Sequence[ArchivedSeries] | None = None,
) -> Taken:
    """Take films, without the person unless asked for; those that are there stay.

    Each file appears whole. A connection that breaks costs the film that was on its
    way; the same again takes the rest.

    Parameters
    ----------
    series
        Of those that :func:`find` gave; all of them if absent.

    Raises
    ------
    Refused
        If the archive cannot be asked, or breaks off.
    Cancelled
        If asked to stop.
    """
    archive, done = options.archive(cancelled), Taken()
    if series is None:
        series = _found(options, archive).series
    wanted = [(one, uid) for one in series for uid in archive.instances(one)]
    for number, (one, uid) in enumerate(wanted):
        path = options.out / IMAGES / f"film-{_short(uid)}.dcm"
        if path.exists():
            done.before += 1
        elif not is_whole(film := archive.film(one, uid)):
            done.cut_short.append(path)
        else:
            if film.get("BurnedInAnnotation") == "YES":
                done.burned_in.append(path)
            write_bytes_atomic(path, _file(film, options.identified))
        done.files += [path] * (path not in done.cut_short)
        if progress is not None:
            progress(number + 1, len(wanted))
    return done


def send(
    options: SendOptions,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Sent:
    """Send structured reports back under the studies of their films.

    A report without the person names its film by identifiers that follow from the
    film's own: those of the archive's films are worked out in the same way, and where
    they agree the report gets the patient's and the study's in memory. Nothing is
    taken away here, and what the archive has already is not sent again.

    Raises
    ------
    Refused
        If there is no report, or the archive cannot be asked, or breaks off.
    Cancelled
        If asked to stop.
    """
    reports = reports_in(options.reports)
    archive, done = options.archive(cancelled), Sent()
    studies = {one.study for one in _listed(options, archive)}
    origin = {name: study for study in studies for name in _names(study)}
    for number, (path, report) in enumerate(reports):
        study = origin.get(str(report.StudyInstanceUID))
        if study is None:
            done.left.append(f"{path.name} is of no study that was found there")
        elif archive.has(study, str(report.SeriesInstanceUID), report.SOPInstanceUID):
            done.before += 1
        else:
            real = dict.fromkeys(_names(study), study)
            for one in archive.series(study=study):
                uids = [one.series, *archive.instances(one)]
                real |= {name: uid for uid in uids for name in _names(uid)}
            named = with_identity(report, archive.study(study), real)
            if archive.store(study, named):
                done.sent += 1
            else:
                done.left.append(
                    f"{path.name} was not taken by {archive.access.host}: ask those"
                    " who run it whether it takes structured reports"
                )
        if progress is not None:
            progress(number + 1, len(reports))
    return done


def _listed(options: ServerOptions, archive: Archive) -> list[ArchivedSeries]:
    return archive.series(
        patient=options.patient, since=options.since, until=options.until
    )


def _names(uid: str) -> tuple[str, ...]:
    """What a film's identifier may be called in a report.

    Itself; without the person once, of a film that lay here with the person; twice,
    of one that was taken without.
    """
    once = derived_uid(uid)
    return uid, str(once), str(derived_uid(once))


def _short(uid: str) -> str:
    return hashlib.sha256(uid.encode()).hexdigest()[:12]


def _file(film: Dataset, identified: bool) -> bytes:
    try:
        kept = film if identified else anonymous(film)
    except KeyError:
        raise Refused("A film there lacks a unique identifier.") from None
    buffer = io.BytesIO()
    kept.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
