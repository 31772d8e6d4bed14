"""What is done to a film, wherever that is; a bad film spoils no other."""

from __future__ import annotations

from typing import Protocol, TypeVar

from ..core.errors import Cancelled, Refused
from ..core.threads import one_thread

ATTEMPTS = 3
STOPPED = (
    f"The film stopped the process that measured it {ATTEMPTS} times (too little"
    " memory?): it was left out; try it alone."
)
JobT = TypeVar("JobT")
GivenT = TypeVar("GivenT")
InT = TypeVar("InT", contravariant=True)
OutT = TypeVar("OutT", covariant=True)


class FilmWork(Protocol[InT, OutT]):
    """What is done to every job; it travels to other processes.

    A bad film is refused by raising :class:`Refused`.
    """

    def __call__(self, job: InT, /) -> OutT:
        """Do one job."""
        ...

    def lost(self, job: InT, reason: str, /) -> OutT:
        """What is given of a job that could not be done."""
        ...

    def fingerprint(self) -> str:
        """What has to be the same everywhere: version and models."""
        ...


def done(work: FilmWork[JobT, GivenT], job: JobT) -> GivenT:
    """Do one job, with one thread: the numbers are the same wherever that is."""
    with one_thread():
        try:
            return work(job)
        except Refused as refusal:
            return work.lost(job, str(refusal))
        except Cancelled:
            raise
        except Exception as error:  # whatever it is, it concerns one film
            what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            return work.lost(job, f"The film could not be measured ({what}).")
