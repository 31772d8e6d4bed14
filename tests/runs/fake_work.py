"""Work for tests: it measures nothing, and processes die of some films."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from napari_hipbmd.core.measurement import Measurement


@dataclass(frozen=True)
class Given:
    """What work gives of a film, without all that measuring loads."""

    measurement: Measurement


@dataclass(frozen=True)
class Fake:
    """Measures nothing; dies on some films, once or always."""

    folder: Path
    dies_once_on: str = ""
    dies_on: str = ""
    raises_on: str = ""
    version: str = "1"

    def __call__(self, job):
        once = self.folder / "died"
        if job.name == self.dies_once_on and not once.exists():
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if job.name == self.dies_on:
            os.kill(os.getpid(), signal.SIGKILL)
        if job.name == self.raises_on:
            raise ZeroDivisionError("nothing to see")
        return Given(Measurement(job.name, job.image, "L", "measured"))

    def lost(self, job, reason):
        return Given(Measurement(job.name, job.image, "L", "refused", reason))

    def fingerprint(self):
        return self.version


@dataclass(frozen=True)
class Elsewhere(Fake):
    """Says something else in every process."""

    def fingerprint(self):
        return str(os.getpid())
