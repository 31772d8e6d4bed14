"""Measure films, folders of films or studies, and keep what is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..core.cells import printable
from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.measurement import Measurement
from ..core.options import check, option
from ..core.radiograph import Patient, Sex, Side
from ..pipeline.models import load_models, models_sha256
from ..quality import policy_named
from ..report import csv_text, json_text
from ..runs.jobs import Job, Options, jobs_of
from ..runs.journal_index import Entry
from ..runs.measuring import Make
from ..runs.results import Done, Results
from ..runs.same_films import same_films
from ..study import PREDICTED
from .film_options import (
    Corners,
    box_option,
    force_spacing_option,
    hip_box,
    side_option,
    spacing_option,
)
from .outputs import refuse_films, refuse_kept

SCREEN = "-"


@dataclass(frozen=True)
class MeasureOptions:
    """What may be said about films, how they are measured, and what is kept."""

    side: Side | None = side_option()
    sex: Sex | None = option(
        None, "of the patient (default: what the table or the film says)"
    )
    age_years: float | None = option(
        None,
        "of the patient (default as sex)",
        low=0,
        high=120,
        unit="years",
        metavar="A",
    )
    height_cm: float | None = option(
        None,
        "of the patient (default as sex)",
        low=50,
        high=250,
        unit="cm",
        metavar="H",
    )
    weight_kg: float | None = option(
        None,
        "of the patient (default as sex)",
        low=10,
        high=400,
        unit="kg",
        metavar="W",
    )
    box: Corners | None = box_option()
    spacing_mm: float | None = spacing_option()
    force_spacing: bool = force_spacing_option()
    landmarks: str = option(
        PREDICTED,
        "of a study: the networks' (default), those placed by NAME, what two people"
        " settled on, or a digital hip's true ones",
        metavar="predicted|NAME|consensus|truth",
    )
    models: Path | None = option(
        None,
        "a folder of models; those that it lacks are the bundled ones (default: all)",
        metavar="DIR",
    )
    withhold: str | None = option(
        None,
        "withhold values with these flags (default: by the study's policy.json, else"
        " none)",
        metavar="CODE,…|none|default|FILE.json",
        path=lambda text: text.endswith(".json"),
    )
    json: str | None = option(
        None,
        "write everything as JSON, - to the screen",
        metavar="FILE|-",
        path=lambda text: text != SCREEN,
    )
    csv: Path | None = option(None, "write a row a hip", metavar="FILE")
    layers: Path | None = option(
        None, "write STO, bone image and mineral map as TIFF", metavar="DIR"
    )
    out: Path | None = option(
        None,
        "keep the results there; a run that stopped goes on where it was",
        metavar="DIR",
    )
    html: bool = option(False, "write a page a hip, and one about all")
    sr: bool = option(False, "write a DICOM structured report a hip")
    identified: bool = option(
        False, "name the patient in pages and structured reports (never otherwise)"
    )
    workers: int = option(1, "processes on this computer (1)", low=1, metavar="N")
    scheduler: str | None = option(
        None, "measure on this Dask cluster instead", metavar="ADDRESS"
    )

    def __post_init__(self) -> None:
        check(self)
        _check_targets(self)

    def of_films(self) -> Options:
        """What is said about every film."""
        return Options(
            self.side,
            Patient(self.sex, self.age_years, self.height_cm, self.weight_kg),
            hip_box(self.box),
            self.spacing_mm,
            self.force_spacing,
            None if self.withhold is None else policy_named(self.withhold),
            self.landmarks,
        )


@dataclass(eq=False)
class Measured:
    """What became of the hips of a run, in their order.

    Attributes
    ----------
    refused
        Paths that hold nothing to measure.
    done
        Hips, with their jobs.
    """

    refused: list[Measurement] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)

    @property
    def results(self) -> Iterator[Measurement]:
        """All of them, each read from the journal when it is its turn."""
        yield from self.refused
        for one in self.done:
            yield one.measurement

    @property
    def notes(self) -> list[str]:
        """Sentences about several hips: films that are one under two names."""
        films = ((one.job.image, one.job.path, one.kept.film) for one in self.done)
        return [
            f"{printable(first)} and {printable(other)} hold one and the same film:"
            " check whose it is."
            for first, *others in same_films(films)
            for other in others
        ]

    @property
    def known(self) -> list[Measurement | Entry]:
        """Status and regression of all of them."""
        return [*self.refused, *(one.known for one in self.done)]


Told = Callable[[Sequence[str], int, int], None]
"""Called with sentences about a hip, how many hips are done, and of how many."""


def measure_paths(
    paths: Sequence[Path],
    options: MeasureOptions | None = None,
    *,
    told: Told | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Measured:
    """Measure everything that lies there, and write what is asked for.

    What is finished is written when the run is stopped, too.

    Raises
    ------
    Refused
        If a path does not exist, or models, a policy or the journal cannot be used; if
        a table would be written over a film.
    Cancelled
        If asked to stop.
    """
    options = options or MeasureOptions()
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise Refused(f"There is no file or folder {missing[0]}.")
    found = Measured()
    jobs = _jobs(paths, options.of_films(), found.refused)
    for flag, file in {"--json": options.json, "--csv": options.csv}.items():
        if file and file != SCREEN:
            refuse_films(flag, Path(file), [job.path for job in jobs])
    if told is not None:
        for refused in found.refused:
            told([f"{refused.image}: {refused.reason}"], 0, len(jobs))
    work = Make(
        options.models,
        options.layers is not None,
        options.html,
        options.sr,
        options.identified,
    )
    sha256 = models_sha256(options.models)
    with Results(work, sha256, options.out, options.layers) as run:
        if run.left_of(jobs):
            # A damaged one is told before anything is measured; who has nothing left to
            # do need not wait for any.
            load_models(options.models)
        number = 0
        try:
            for one in run.run(
                jobs,
                workers=options.workers,
                scheduler=options.scheduler,
                cancelled=cancelled,
            ):
                if told is not None:
                    number += 1
                    told(_said(one), number, len(jobs))
        finally:  # Ctrl-C keeps what is finished
            found.done = [run.done[job.name] for job in jobs if job.name in run.done]
            run.write(jobs)
            _write(options, found)
    return found


def _said(one: Done) -> list[str]:
    """Why there are no numbers of a hip, and what could not be made of it."""
    said = list(one.notes)
    if one.known.status == "refused":
        said.insert(0, str(one.measurement.reason))
    return [f"{one.job.image}: {sentence}" for sentence in said]


def _jobs(
    paths: Sequence[Path], options: Options, refused: list[Measurement]
) -> list[Job]:
    """All hips, each with a name of its own; paths that cannot be used are told."""
    jobs: dict[str, Job] = {}
    for path in paths:
        try:
            found = jobs_of(path, options)
        except Refused as error:
            called = Path(os.path.abspath(path))  # "." has no name of its own
            refused.append(
                Measurement(called.stem, called.name, None, "refused", str(error))
            )
            continue
        for job in found:
            name, number = job.name, 2
            while name in jobs:
                name, number = f"{job.name} ({number})", number + 1
            jobs[name] = replace(job, name=name)
    return list(jobs.values())


def _check_targets(options: MeasureOptions) -> None:
    """Refuse wrong paths before anything is measured."""
    if options.json == "":
        raise Refused("--json needs a file's name, or - for the screen.")
    json = None if options.json in (None, SCREEN) else options.json
    for name, file in {"--json": json, "--csv": options.csv}.items():
        if file and Path(file).exists() and not Path(file).is_file():
            what = "a folder" if Path(file).is_dir() else "a device or pipe"
            raise Refused(f"{name} needs a file, and {file} is {what}.")
        refuse_kept(name, None if file is None else Path(file))
    if json and options.csv and Path(json).absolute() == options.csv.absolute():
        raise Refused(f"--json and --csv need a file each, and both are {json}.")
    for name, folder in {"--layers": options.layers, "--out": options.out}.items():
        if folder and folder.exists() and not folder.is_dir():
            raise Refused(f"{name} needs a folder, and {folder} is a file.")
    for name, wanted in {"--html": options.html, "--sr": options.sr}.items():
        if wanted and options.out is None:
            raise Refused(f"{name} needs a folder for its files: give --out DIR.")
    if options.identified and not (options.html or options.sr):
        raise Refused(
            "--identified names the patient in pages and structured reports: give"
            " --html or --sr with it."
        )
    if options.scheduler is not None and options.workers != 1:
        raise Refused(
            "--workers starts processes here and --scheduler uses those of a cluster:"
            " give one of the two."
        )


def _write(options: MeasureOptions, found: Measured) -> None:
    """JSON and CSV files where they were asked for."""
    if options.json and options.json != SCREEN:
        write_text_atomic(options.json, json_text(found.results))
    if options.csv:
        write_text_atomic(options.csv, csv_text(found.results))
