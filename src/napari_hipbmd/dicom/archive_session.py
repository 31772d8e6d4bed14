"""The way to an archive: logged in, quiet about whom was asked for, and stoppable."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from ..core.errors import Cancelled, FilmRefused
from ..core.extras import from_extra
from .guard import MAX_FILE_BYTES

if TYPE_CHECKING:
    from requests import Session

SERVICE = "napari-hipbmd"
"""What passwords and tokens are called in the system's keyring, before the server."""
TOKEN = "token"
"""As whose password the keyring has a token."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_TALKATIVE = (
    "dicomweb_client.web", "retrying", "urllib3.connectionpool", "urllib3.util.retry",
)  # fmt: skip


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

    def check(self) -> None:
        """Refuse what is no address, and what would send secrets in the clear.

        Raises
        ------
        FilmRefused
            With one sentence.
        """
        try:
            parts = urlsplit(self.url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FilmRefused(
                "Give the address of the DICOMweb services, such as"
                " https://pacs.example.org/dicom-web."
            )
        if parts.username or parts.password:
            raise FilmRefused(
                "No name and no password in the address: give the user, and keep the"
                " password in the system's keyring."
            )
        near = parts.hostname in _LOOPBACK
        if parts.scheme == "http" and not near and not self.plain:
            raise FilmRefused(
                f"{parts.hostname} is asked without encryption: give an https address,"
                " or allow http (plain) in a network that you trust."
            )
        if self.ca is not None and not self.ca.is_file():
            raise FilmRefused(f"There is no file {self.ca} with certificates.")


def logged_in(access: Access, cancelled: Callable[[], bool]) -> Session:
    """A session that trusts whom it should and knows the password or token.

    What comes is read until ``cancelled`` says so, even in the middle of a film.

    Raises
    ------
    FilmRefused
        If the keyring has nothing for it.
    """
    with from_extra("pacs", "Talking to a PACS"):
        from dicomweb_client.session_utils import create_session
    session: Session = create_session()
    session.trust_env = False  # no password of a .netrc, no proxy
    if access.ca is not None:
        session.verify = str(access.ca)
    if access.token:
        session.headers["Authorization"] = f"Bearer {_secret(access, TOKEN)}"
    elif access.user is not None:
        session.auth = (access.user, _secret(access, access.user))

    def stoppable(answer: Any, **_: Any) -> None:
        _stay_there(access, answer)
        answer.raw = _Stoppable(answer.raw, cancelled)

    session.hooks["response"].append(stoppable)
    return session


def _stay_there(access: Access, answer: Any) -> None:
    """Refuse to be sent on to another server, or to one that does not encrypt.

    A report has a patient's name, and the way to a film the patient's number.
    """
    if not answer.is_redirect:
        return
    there = urlsplit(urljoin(answer.url, answer.headers["location"]))
    asked = urlsplit(answer.url)
    if there.hostname == asked.hostname and there.scheme in (asked.scheme, "https"):
        return
    raise FilmRefused(
        f"{access.host} sends on to {there.scheme}://{there.hostname or '?'}, and"
        " nobody was asked there: give the address of that server if it is the right"
        " one."
    )


def why_untrusted(host: str, error: str) -> str:
    """A sentence about a connection that could not be made safe."""
    said = error.lower()
    if "certificate" not in said:
        return f"{host} does not speak https there: look at the address and its port."
    if "expired" in said or "not yet valid" in said:
        return (
            f"The certificate of {host} is not valid today: look at this computer's"
            " clock, and tell those who run the server."
        )
    if "mismatch" in said or "not valid for" in said:
        return f"The certificate of {host} names another server: look at the address."
    return (
        f"The certificate of {host} is not trusted: give a file with that of its"
        " authority (ca)."
    )


def keep_secret(access: Access, secret: str) -> None:
    """Keep the password of the user, or the token, in the system's keyring.

    Raises
    ------
    FilmRefused
        If it cannot be opened.
    """
    access.check()
    with _keyring() as keyring:
        user = TOKEN if access.token else access.user or ""
        keyring.set_password(f"{SERVICE} {access.url}", user, secret)


@contextmanager
def unheard() -> Iterator[None]:
    """Let libraries log nothing of what this thread asks: addresses hold patients."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_not_asking)  # once, however often asked
    before, _asking.now = getattr(_asking, "now", False), True
    try:
        yield
    finally:
        _asking.now = before


_asking = threading.local()


def _not_asking(record: logging.LogRecord) -> bool:
    return not getattr(_asking, "now", False)


class _Stoppable:
    """The body of an answer, which ends when somebody asks it to or it has no end."""

    def __init__(self, raw: Any, cancelled: Callable[[], bool]) -> None:
        self._raw, self._cancelled = raw, cancelled

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, *how: Any, **more: Any) -> Iterator[bytes]:
        """As urllib3's: the body bit by bit."""
        read = 0
        for part in self._raw.stream(*how, **more):
            read += len(part)
            if self._cancelled():
                self._raw.close()
                raise Cancelled
            if read > MAX_FILE_BYTES:
                self._raw.close()
                raise FilmRefused(
                    "The server's answer is larger than any film, and was broken off:"
                    " look at the address of its services."
                )
            yield part


def _secret(access: Access, user: str) -> str:
    service = f"{SERVICE} {access.url}"
    with _keyring() as keyring:
        found: str | None = keyring.get_password(service, user)
    if not found:
        raise FilmRefused(
            f"The system's keyring has nothing for it: keyring set {service!r} {user}."
        )
    return found


@contextmanager
def _keyring() -> Iterator[Any]:
    with from_extra("pacs", "Logging in to a PACS"):
        import keyring
        from keyring.errors import KeyringError
    try:
        yield keyring
    except KeyringError:
        raise FilmRefused(
            "The system's keyring cannot be opened: unlock it, or set one up for this"
            " user, and try again."
        ) from None
