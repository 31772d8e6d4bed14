"""A folder of results: journal, tables, pages; a run into it goes on where it stopped.

=====================  ==============================================================
``results.jsonl``      the journal, one line a hip, written while the films are measured
``results.json``       every hip, for machines
``results.csv``        the same as a table
``report.html``        one page about all hips, for people
``cases/*.html``       one page a hip
``sr/*.dcm``           one DICOM structured report a hip
``.results.index…``    of the journal and the tables, for the next run
=====================  ==============================================================
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ..core.alone import alone_in
from ..core.files import (
    numbered_stem,
    text_atomic,
    write_bytes_atomic,
    write_text_atomic,
)
from ..core.measurement import Measurement
from ..core.measurement_json import measurement_as_json
from ..report.overview import OverviewRow, study_page
from ..report.table import CsvTable, JsonTable
from .enhanced_files import MEASURED
from .jobs import Job
from .journal import Record, RunJournal, film_sha256, made_of
from .journal_index import Entry
from .loop import run_jobs
from .measuring import NAMED, PAGE, REPORT, Make, Outcome

LOCK = ".results.lock"
_PLACE = {
    PAGE: "cases/{}.html",
    REPORT: "sr/{}.dcm",
    **{kind: "{}_" + kind for kind in MEASURED},
}


@dataclass(frozen=True, eq=False, slots=True)
class Done:
    """One finished hip.

    Attributes
    ----------
    kept
        Its line, or where the journal has it: read whenever it is asked for, so that
        ten thousand hips need little memory.
    new
        Whether this run measured it.
    notes
        Sentences about what could not be made of it.
    """

    job: Job
    kept: Record | Entry
    new: bool
    notes: tuple[str, ...] = ()
    journal: RunJournal | None = None

    @property
    def record(self) -> Record:
        """Its line.

        Raises
        ------
        Refused
            If the journal was changed meanwhile.
        """
        if isinstance(self.kept, Record):
            return self.kept
        assert self.journal is not None
        return self.journal.record(self.kept)

    @property
    def measurement(self) -> Measurement:
        """The result; raises as :attr:`record`."""
        return self.record.measurement

    @property
    def known(self) -> Measurement | Entry:
        """Its status and its regression, for which no line need be read."""
        return self.kept.measurement if isinstance(self.kept, Record) else self.kept


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
        self._film_of: dict[str, str] = {}
        self._lock = ExitStack()

    def __enter__(self) -> Results:
        if self.folder is not None:
            self._lock.enter_context(alone_in(self.folder, LOCK))
            self.journal = RunJournal(self.folder)
            names = self.journal.file_names()
            self._film_of = {name.casefold(): film for name, film in names.items()}
        return self

    def __exit__(self, *_error: object) -> None:
        self._lock.close()

    def left_of(self, jobs: Sequence[Job]) -> list[Job]:
        """Those of jobs that are to be done; what is done already is taken over."""
        left = []
        for job in jobs:
            if job.name not in self.done:
                entry = self._finished(job)
                if entry is None:
                    left.append(job)
                else:
                    self._taken.add(entry.file_name.casefold())
                    self.done[job.name] = Done(job, entry, False, journal=self.journal)
        return left

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
        left = self.left_of(jobs)
        yield from [self.done[job.name] for job in jobs if job.name in self.done]
        for job, outcome in run_jobs(
            left,
            self.work,
            workers=workers,
            scheduler=scheduler,
            cancelled=cancelled,
        ):
            yield self._keep(job, outcome)

    def write(self, jobs: Sequence[Job]) -> None:
        """Tables and the page about all hips that are done, in the order of jobs.

        They stay as they are where they were made of the same.
        """
        if self.folder is None or self.journal is None:
            return
        found = [self.done[job.name] for job in jobs if job.name in self.done]
        files = [self.folder / name for name in ("results.json", "results.csv")]
        page = [self.folder / "report.html"] if self.work.html else []
        made_of = self._tables_made_of(found)
        if not self.journal.made_already(made_of, files + page):
            with text_atomic(files[0]) as json_file, text_atomic(files[1]) as csv_file:
                rows = self._write_tables(found, JsonTable(json_file), csv_file)
            for path in page:
                write_text_atomic(path, study_page(rows))
            self.journal.keep_index(made_of, files + page)

    def _write_tables(
        self, found: Sequence[Done], hips: JsonTable, csv_file: TextIO
    ) -> list[OverviewRow]:
        """Each line is read once for all of them; gives the rows of the page."""
        lines, rows = CsvTable(csv_file), []
        for one in found:
            record = one.record
            hips.add(record.measurement)
            lines.add(record.measurement)
            if self.work.html:
                page = record.files.get(PAGE)
                rows.append(
                    OverviewRow(
                        record.measurement, one.job.truth, record.thumbnail, page
                    )
                )
        hips.end()
        return rows

    def _tables_made_of(self, found: Sequence[Done]) -> str:
        """SHA-256 of the lines, and of their order; empty where one is in no line."""
        assert self.journal is not None
        places = [one.kept.start for one in found if isinstance(one.kept, Entry)]
        if len(places) < len(found):
            return ""
        told = json.dumps([self.work.html, self.journal.sha256, places])
        return hashlib.sha256(told.encode()).hexdigest()

    def _finished(self, job: Job) -> Entry | None:
        if not self.journal:
            return None
        made = made_of(job, film_sha256(job.path), self.models)
        entry = self.journal.done(made)
        if entry is None or entry.status == "refused":
            return entry
        asked = set(self.work.asked)
        if not asked <= set(entry.asked) or NAMED in set(entry.asked) - asked:
            return None
        files = entry.files.items()
        there = all(self._path_of(k, p).is_file() for k, p in files if k in asked)
        return entry if there else None

    def _keep(self, job: Job, outcome: Outcome) -> Done:
        data = measurement_as_json(outcome.measurement)
        # A film of the same name that an earlier run measured keeps its files.
        film = outcome.film_sha256
        others = {name for name, of in self._film_of.items() if of != film}
        name = numbered_stem(outcome.measurement.case_id, self._taken | others)
        self._taken.add(name.casefold())
        places = {kind: _PLACE[kind].format(name) for kind in outcome.files}
        for kind, content in outcome.files.items():
            write_bytes_atomic(self._path_of(kind, places[kind]), content)
        # As it will be read back: a run that goes on gives the same digits.
        record = Record(
            made_of=made_of(job, film, self.models),
            file_name=name,
            asked=tuple(self.work.asked),
            files=places,
            result=data,
            film=film,
            thumbnail=outcome.thumbnail,
        )
        entry = None if self.journal is None else self.journal.append(record)
        one = Done(job, entry or record, True, outcome.notes, self.journal)
        self.done[job.name] = one
        return one

    def _path_of(self, kind: str, place: str) -> Path:
        if kind in MEASURED and self.layers is not None:
            return self.layers / place
        assert self.folder is not None
        return self.folder / place
