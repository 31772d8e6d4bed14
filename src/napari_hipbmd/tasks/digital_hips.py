"""A study of digital hips: films with the tags of real ones, table and truth."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import Refused
from ..core.options import REQUIRED, check, option
from ..core.progress import Progress
from ..core.radiograph import Side
from ..phantom import Family
from ..runs.loop import run_jobs
from ..study.boxes import place_boxes
from ..study.boxes_file import PlacedBox
from ..study.cases.case import Case
from ..study.cases.table import TABLE, read_cases, write_cases
from .digital_case import RenderCase, case_name, patient_index

BATCH = 16
MAX_CASES = 99_999
BOXED_BY = "digital-hip"


@dataclass(frozen=True, kw_only=True)
class DigitalHipsOptions:
    """Which digital hips, how they are made, and where they go."""

    n: int = option(REQUIRED, "how many hips", low=1, metavar="N")
    out: Path = option(REQUIRED, "a new study", metavar="DIR")
    seed: int = option(0, "other hips for another number", low=0, metavar="S")
    family: Family = option(
        "train",
        "the population, X-ray machine and display that are drawn from",
        choices=("train", "shifted"),
    )
    pixels: int = option(900, "rows and columns of a film", low=1)
    whole_pelvis: bool = option(
        False, "both hips of a patient (every third case) lie on one film of the pelvis"
    )
    workers: int | None = option(None, "processes (default: all cores)", low=1)

    def __post_init__(self) -> None:
        check(self)


def make_study(
    folder: Path,
    count: int,
    seed: int,
    family: Family,
    pixels: int = 900,
    workers: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    whole: bool = False,
) -> list[Case]:
    """Write a study of ``count`` digital hips; go on where an earlier run stopped.

    Parameters
    ----------
    folder
        The study; may hold part of the same cohort already.
    pixels
        Rows and columns of each film.
    workers
        Processes; all cores by default.
    progress
        Called with ``(done, count)``.
    whole
        Pairs of hips are films of a whole pelvis, with a hip box for each.

    Raises
    ------
    Refused
        If the folder holds another cohort, or the numbers make no sense.
    Cancelled
        If asked to stop; what is finished is kept.
    """
    if not 1 <= count <= MAX_CASES:
        raise Refused(f"The number of digital hips must be 1 to {MAX_CASES}.")
    if seed < 0:
        raise Refused("The seed must be zero or a whole number above it.")
    if not 128 <= pixels <= 4096:
        raise Refused("The films' size must be 128 to 4096 pixels.")
    names = [case_name(family, seed, i) for i in range(count)]
    there = read_cases(folder) if (folder / TABLE).exists() else []
    done = {case.case_id: case for case in there}
    strangers = [name for name in done if not name.startswith(f"{family}-{seed}-")]
    if strangers:
        raise Refused(
            f"{folder.name} already holds other cases (such as {strangers[0]}):"
            " give --out another folder."
        )
    sizes = {case.extra.get("pixels", str(pixels)) for case in there}
    if sizes - {str(pixels)}:
        raise Refused(
            f"{folder.name} holds films of {' and '.join(sorted(sizes))} pixels: give"
            " --pixels as before, or --out another folder."
        )
    missing = [i for i, name in enumerate(names) if name not in done]
    if whole:  # the second hip of a pair comes with the first
        missing = sorted({patient_index(i) for i in missing})
    before = sum(name in done for name in names)
    fresh: dict[str, Case] = {}

    def save() -> None:
        _place_boxes(folder, fresh.values())
        done.update(fresh)
        fresh.clear()
        write_cases(folder, [done[name] for name in sorted(done)])

    if progress:
        progress(before, count)
    made = 0
    try:
        rendering = RenderCase(folder, family, seed, pixels, whole)
        processes = min(workers or os.cpu_count() or 1, max(1, len(missing)))
        for _, cases in run_jobs(
            missing, rendering, workers=processes, cancelled=cancelled
        ):
            if isinstance(cases, Exception):
                raise cases
            fresh |= {case.case_id: case for case in cases}
            made += len(cases)
            if progress:
                progress(min(before + made, count), count)
            if len(fresh) >= BATCH:
                save()
    finally:
        save()
    return [done[name] for name in names]


def _place_boxes(folder: Path, cases: Iterable[Case]) -> None:
    """Keep the hip boxes of films that show two hips."""
    films: dict[str, dict[Side, PlacedBox]] = {}
    for case in cases:
        if case.box is not None and case.side is not None:
            boxes = films.setdefault(case.image.as_posix(), {})
            boxes[case.side] = PlacedBox(case.box, BOXED_BY, "")
    if films:
        place_boxes(folder, films)
