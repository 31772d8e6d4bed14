"""A folder of results: journal, tables, pages; a run into it goes on where it stopped.

=====================  ==============================================================
``results.jsonl``      the journal, one line a hip, written while the films are measured
``results.json``       every hip, for machines
``results.csv``        the same as a table
``report.html``        one page about all hips, for people
``cases/*.html``       one page a hip
``sr/*.dcm``           one DICOM structured report a hip
=====================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import Refused
from ..core.files import numbered_stem, write_bytes_atomic, write_text_atomic
from ..core.locks import Busy, kept_alone
from ..core.measurement import Measurement
from ..core.measurement_json import measurement_as_json, measurement_from_json
from ..report.overview import OverviewRow, study_page
from ..report.table import csv_text, json_text
from .enhanced_files import MEASURED
from .jobs import Job
from .journal import Record, RunJournal, film_sha256, made_of
from .loop import run_jobs
from .measuring import NAMED, PAGE, REPORT, Make, Outcome

LOCK = ".results.lock"
_PLACE = {
    PAGE: "cases/{}.html",
    REPORT: "sr/{}.dcm",
    **{kind: "{}_" + kind for kind in MEASURED},
}


@dataclass(frozen=True, eq=False)
class Done:
    """One finished hip; ``new`` tells whether this run measured it."""

    job: Job
    measurement: Measurement
    thumbnail: str | None
    page: str | None
    new: bool
    notes: tuple[str, ...] = ()


class Results:
    """Runs jobs and keeps what they give; within ``with``, nobody else writes there.

    Parameters
    ----------
    work
        What is made of every hip.
    models_sha256
        Of the models that it uses.
    folder
        Where results are kept; without one nothing is, and nothing is resumed.
    layers
        Where pictures of layers go.

    Raises
    ------
    Refused
        On entering, if another run is at work there, or the folder holds a journal that
        cannot be read.
    """

    def __init__(
        self,
        work: Make,
        models_sha256: str,
        folder: Path | None = None,
        layers: Path | None = None,
    ) -> None:
        self.work = work
        self.models = models_sha256
        self.folder = folder
        self.layers = layers
        self.journal: RunJournal | None = None
        self.done: dict[str, Done] = {}
        self._taken: set[str] = set()
        self._film_of: dict[str, str | None] = {}
        self._lock = ExitStack()

    def __enter__(self) -> Results:
        if self.folder is not None:
            try:
                self._lock.enter_context(kept_alone(self.folder / LOCK))
            except Busy:
                raise Refused(
                    f"Another run writes its results into {self.folder.name}: wait for"
                    " it, or give --out another folder."
                ) from None
            self.journal = RunJournal(self.folder)
            self._film_of = self.journal.file_names()
        return self

    def __exit__(self, *_error: object) -> None:
        self._lock.close()

    def run(
        self,
        jobs: Sequence[Job],
        *,
        workers: int = 1,
        scheduler: str | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Iterator[Done]:
        """Do what is not done yet; gives every hip, finished ones first.

        See :func:`batch.run_jobs`.
        """
        left = []
        for job in jobs:
            record = self._finished(job)
            if record is None:
                left.append(job)
            else:
                yield self._take_over(job, record)
        for job, outcome in run_jobs(
            left,
            self.work,
            workers=workers,
            scheduler=scheduler,
            cancelled=cancelled,
        ):
            yield self._keep(job, outcome)

    def write(self, jobs: Sequence[Job]) -> None:
        """Tables and the page about all hips that are done, in the order of jobs."""
        if self.folder is None:
            return
        found = [self.done[job.name] for job in jobs if job.name in self.done]
        results = [one.measurement for one in found]
        write_text_atomic(self.folder / "results.json", json_text(results))
        write_text_atomic(self.folder / "results.csv", csv_text(results))
        if self.work.html:
            rows = [
                OverviewRow(one.measurement, one.job.truth, one.thumbnail, one.page)
                for one in found
            ]
            write_text_atomic(self.folder / "report.html", study_page(rows))

    def _finished(self, job: Job) -> Record | None:
        if not self.journal:
            return None
        made = made_of(job, film_sha256(job.path), self.models)
        record = self.journal.done(made)
        if record is None or record.measurement.status == "refused":
            return record
        asked = set(self.work.asked)
        if not asked <= set(record.asked) or NAMED in set(record.asked) - asked:
            return None
        files = record.files.items()
        there = all(self._path_of(k, p).is_file() for k, p in files if k in asked)
        return record if there else None

    def _take_over(self, job: Job, record: Record) -> Done:
        self._taken.add(record.file_name)
        page = record.files.get(PAGE)
        one = Done(job, record.measurement, record.thumbnail, page, False)
        self.done[job.name] = one
        return one

    def _keep(self, job: Job, outcome: Outcome) -> Done:
        data = measurement_as_json(outcome.measurement)
        # As it will be read back: a run that goes on gives the same digits.
        found = measurement_from_json(data)
        # A film of the same name that an earlier run measured keeps its files.
        film = outcome.film_sha256
        others = {name for name, of in self._film_of.items() if of != film}
        name = numbered_stem(found.case_id, self._taken | others)
        self._taken.add(name)
        places = {kind: _PLACE[kind].format(name) for kind in outcome.files}
        for kind, content in outcome.files.items():
            write_bytes_atomic(self._path_of(kind, places[kind]), content)
        page = places.get(PAGE)
        one = Done(job, found, outcome.thumbnail, page, True, outcome.notes)
        if self.journal is not None:
            self.journal.append(
                Record(
                    made_of=made_of(job, film, self.models),
                    file_name=name,
                    asked=tuple(self.work.asked),
                    files=places,
                    result=data,
                    film=film,
                    thumbnail=outcome.thumbnail,
                )
            )
        self.done[job.name] = one
        return one

    def _path_of(self, kind: str, place: str) -> Path:
        if kind in MEASURED and self.layers is not None:
            return self.layers / place
        assert self.folder is not None
        return self.folder / place
