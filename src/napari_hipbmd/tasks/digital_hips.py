"""A study of digital hips: films with the tags of real ones, table and truth."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread

import numpy as np
from threadpoolctl import threadpool_limits

from ..core.anatomy import SITES
from ..core.errors import Cancelled, Refused
from ..core.options import REQUIRED, check, option
from ..core.progress import Progress
from ..core.radiograph import HipBox, Patient, Side
from ..dicom import FilmTags, write_film
from ..phantom import FAMILIES, DigitalHip, Family, render, render_pelvis
from ..phantom.cohort import Person, draw_person
from ..phantom.finish.display import to_stored
from ..study.boxes import place_boxes
from ..study.boxes_file import PlacedBox
from ..study.cases.case import Case
from ..study.cases.table import TABLE, read_cases, write_cases
from ..study.truth import Truth, write_truth

PAIR_EVERY = 6  # of six cases, the last two are both hips of one patient
DXA_PRECISION = 0.02
BATCH = 16
MAX_CASES = 99_999
PELVIS_FINER = (1.0, 2.2)  # columns of a whole pelvis against a hip's
BOXED_BY = "digital-hip"


def case_name(family: Family, seed: int, index: int) -> str:
    """``train-7-00012``: the same for every run with this seed."""
    return f"{family}-{seed}-{index:05d}"


def _patient_index(index: int) -> int:
    return index - 1 if index % PAIR_EVERY == PAIR_EVERY - 1 else index


def drawn_person(
    family: Family, seed: int, index: int
) -> tuple[Person, np.random.Generator]:
    """Whose hip case ``index`` is, and the stream to draw more of this person from."""
    stream = np.random.default_rng(
        [seed, FAMILIES.index(family), _patient_index(index)]
    )
    return draw_person(stream), stream


def digital_hips(
    family: Family, seed: int, index: int, pixels: int, whole: bool
) -> tuple[DigitalHip, ...]:
    """Case ``index`` of the cohort ``seed``; both hips of a pair share the person.

    Parameters
    ----------
    whole
        A pair is one film of the whole pelvis: both its cases come at once, for the
        index of the first.
    """
    patient = _patient_index(index)
    person, stream = drawn_person(family, seed, index)
    if whole and index % PAIR_EVERY >= PAIR_EVERY - 2:
        columns = round(pixels * stream.uniform(*PELVIS_FINER))
        film_seed = int(stream.integers(1 << 62))
        return render_pelvis(film_seed, family, columns, person)
    side: Side | None = None
    if index % PAIR_EVERY >= PAIR_EVERY - 2:
        side = "L" if patient == index else "R"
    film_seed = int(
        np.random.default_rng([seed, FAMILIES.index(family), patient, index]).integers(
            1 << 62
        )
    )
    return (render(film_seed, family, pixels, side, person),)


def make_cases(
    folder: Path, family: Family, seed: int, index: int, pixels: int, whole: bool
) -> list[Case]:
    """Render one film into the study and return the rows of its hips."""
    with threadpool_limits(1):  # more threads would sum in another order
        hips = digital_hips(family, seed, index, pixels, whole)
    image = Path("images") / f"{case_name(family, seed, index)}.dcm"
    write_film(folder / image, _stored(hips[0]), _tags(hips, image.stem))
    return [
        _case(folder, image, hip, family, seed, index + i, pixels)
        for i, hip in enumerate(hips)
    ]


def _case(
    folder: Path, image: Path, hip: DigitalHip, family: Family, seed: int, index: int,
    pixels: int,
) -> Case:  # fmt: skip
    name = case_name(family, seed, index)
    plan, person = hip.plan, hip.person
    truth = Truth(
        hip.landmarks_xy,
        hip.states,  # type: ignore[arg-type]
        hip.regions,
        hip.bmd_g_cm2,
        hip.area_cm2,
        hip.sto,
        hip.mineral_g_cm2,
    )
    write_truth(folder, name, truth)
    rng = np.random.default_rng([seed, FAMILIES.index(family), index, 1])
    reading = {
        site: round(
            hip.bmd_g_cm2[site] * (1 + DXA_PRECISION * rng.standard_normal()), 3
        )
        for site in SITES
    }
    return Case(
        case_id=name,
        image=image,
        side=hip.side,
        box=None if hip.box is None else HipBox(*hip.box),
        patient=Patient(
            person.sex, person.age_years, person.height_cm, person.weight_kg
        ),
        dxa=reading,
        group=case_name(family, seed, _patient_index(index)),
        extra={
            **{f"true_bmd_{s}": f"{hip.bmd_g_cm2[s]:.4f}" for s in SITES},
            "family": family,
            "film_type": str(plan.film_type),
            "kvp": f"{plan.setup.kvp:.0f}",
            "dxa_source": "simulated",
            "pixels": str(pixels),
            "view": plan.view,
            "neck_turn_deg": f"{hip.neck_turn_deg:.1f}",
        },
    )


def _stored(hip: DigitalHip) -> np.ndarray:
    stored = to_stored(hip.film)
    return np.uint16(4095) - stored if hip.plan.monochrome1 else stored


def _tags(hips: tuple[DigitalHip, ...], name: str) -> FilmTags:
    hip = hips[0]
    plan, person = hip.plan, hip.person
    detector = (hip.detector_mm, hip.detector_mm)
    in_bone = hip.detector_mm / hip.magnification
    corrected = plan.spacing_tag == "pixel"
    return FilmTags(
        case_id=name,
        side=hip.side if len(hips) == 1 else None,
        photometric="MONOCHROME1" if plan.monochrome1 else "MONOCHROME2",
        pixel_spacing_mm=(in_bone, in_bone) if corrected else None,
        pixel_spacing_calibration_type="GEOMETRY" if corrected else None,
        imager_pixel_spacing_mm=detector,
        distance_source_to_detector_mm=plan.setup.sid_mm,
        distance_source_to_patient_mm=plan.setup.sid_mm / hip.magnification,
        estimated_radiographic_magnification=hip.magnification,
        kvp=plan.setup.kvp,
        sex=person.sex,
        age_years=person.age_years,
        height_m=person.height_cm / 100,
        weight_kg=person.weight_kg,
        windows=((2048.0, 4096.0, "full range"),),
    )


def _follow_the_first() -> None:
    """Ctrl-C reaches every process: the first decides, and none outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    first = parent_process()
    if first is not None:
        Thread(target=_end_after, args=(first,), daemon=True).start()


def _end_after(first: BaseProcess) -> None:
    first.join()
    os._exit(1)


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
        missing = sorted({_patient_index(i) for i in missing})
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
        for cases in _render_all(folder, family, seed, missing, pixels, whole, workers):
            fresh |= {case.case_id: case for case in cases}
            made += len(cases)
            if progress:
                progress(min(before + made, count), count)
            if cancelled is not None and cancelled():
                raise Cancelled
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


def _render_all(
    folder: Path, family: Family, seed: int, indices: list[int], pixels: int,
    whole: bool, workers: int | None,
) -> Iterator[list[Case]]:  # fmt: skip
    """Cases as they are finished, on all cores."""
    workers = min(workers or os.cpu_count() or 1, max(1, len(indices)))
    if workers == 1:
        for i in indices:
            yield make_cases(folder, family, seed, i, pixels, whole)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_follow_the_first) as pool:
        waiting = iter(indices)
        running: set[Future[list[Case]]] = set()
        try:
            while True:
                while len(running) < 2 * workers:
                    index = next(waiting, None)
                    if index is None:
                        break
                    running.add(
                        pool.submit(
                            make_cases, folder, family, seed, index, pixels, whole
                        )
                    )
                if not running:
                    return
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
