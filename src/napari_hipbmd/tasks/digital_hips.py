"""A study of digital hips: films with the tags of real ones, table and truth."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from ..core.anatomy import LANDMARK_IDS, SITES
from ..core.radiograph import Cancelled, FilmRefused, Patient, Side
from ..dicom import FilmTags, write_film
from ..phantom import FAMILIES, DigitalHip, Family, render
from ..phantom.cohort import draw_person
from ..phantom.display import to_stored
from ..study.case import Case
from ..study.table import TABLE, read_cases, write_cases
from ..study.truth import Truth, write_truth

PAIR_EVERY = 6  # of six cases, the last two are both hips of one patient
DXA_PRECISION = 0.02
BATCH = 16
MAX_CASES = 99_999
Progress = Callable[[int, int], None]


def case_name(family: Family, seed: int, index: int) -> str:
    """``train-7-00012``: the same for every run with this seed."""
    return f"{family}-{seed}-{index:05d}"


def _patient_index(index: int) -> int:
    return index - 1 if index % PAIR_EVERY == PAIR_EVERY - 1 else index


def digital_hip(family: Family, seed: int, index: int, pixels: int) -> DigitalHip:
    """Case ``index`` of the cohort ``seed``; both hips of a pair share the person."""
    patient = _patient_index(index)
    stream = np.random.default_rng([seed, FAMILIES.index(family), patient])
    person = draw_person(stream)
    side: Side | None = None
    if index % PAIR_EVERY >= PAIR_EVERY - 2:
        side = "L" if patient == index else "R"
    film_seed = int(
        np.random.default_rng([seed, FAMILIES.index(family), patient, index]).integers(
            1 << 62
        )
    )
    return render(film_seed, family, pixels, side, person)


def make_case(folder: Path, family: Family, seed: int, index: int, pixels: int) -> Case:
    """Render one case into the study and return its row."""
    with threadpool_limits(1):  # more threads would sum in another order
        hip = digital_hip(family, seed, index, pixels)
    name = case_name(family, seed, index)
    image = Path("images") / f"{name}.dcm"
    plan, person = hip.plan, hip.person
    truth = Truth(
        hip.landmarks_xy,
        tuple("occluded" if m in hip.occluded else "placed" for m in LANDMARK_IDS),
        hip.regions,
        hip.bmd_g_cm2,
        hip.area_cm2,
        hip.sto,
    )
    write_film(folder / image, _stored(hip), _tags(hip, name))
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
        side=plan.side,
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
        },
    )


def _stored(hip: DigitalHip) -> np.ndarray:
    stored = to_stored(hip.film)
    return np.uint16(4095) - stored if hip.plan.monochrome1 else stored


def _tags(hip: DigitalHip, name: str) -> FilmTags:
    plan, person = hip.plan, hip.person
    detector = (hip.detector_mm, hip.detector_mm)
    in_bone = hip.detector_mm / hip.magnification
    corrected = plan.spacing_tag == "pixel"
    return FilmTags(
        case_id=name,
        side=plan.side,
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


def _leave_ctrl_c() -> None:
    """Ctrl-C reaches every process; the first one decides what becomes of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def make_study(
    folder: Path,
    count: int,
    seed: int,
    family: Family,
    pixels: int = 900,
    workers: int | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
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

    Raises
    ------
    FilmRefused
        If the folder holds another cohort, or the numbers make no sense.
    Cancelled
        If asked to stop; what is finished is kept.
    """
    if not 1 <= count <= MAX_CASES:
        raise FilmRefused(f"The number of digital hips must be 1 to {MAX_CASES}.")
    if seed < 0:
        raise FilmRefused("The seed must be zero or a whole number above it.")
    if not 128 <= pixels <= 4096:
        raise FilmRefused("The films' size must be 128 to 4096 pixels.")
    names = [case_name(family, seed, i) for i in range(count)]
    there = read_cases(folder) if (folder / TABLE).exists() else []
    done = {case.case_id: case for case in there}
    strangers = [name for name in done if not name.startswith(f"{family}-{seed}-")]
    if strangers:
        raise FilmRefused(
            f"{folder.name} already holds other cases (such as {strangers[0]}):"
            " give --out another folder."
        )
    sizes = {case.extra.get("pixels", str(pixels)) for case in there}
    if sizes - {str(pixels)}:
        raise FilmRefused(
            f"{folder.name} holds films of {' and '.join(sorted(sizes))} pixels: give"
            " --pixels as before, or --out another folder."
        )
    missing = [i for i, name in enumerate(names) if name not in done]
    before = count - len(missing)
    fresh: dict[str, Case] = {}

    def save() -> None:
        done.update(fresh)
        fresh.clear()
        write_cases(folder, [done[name] for name in sorted(done)])

    if progress:
        progress(before, count)
    made = 0
    try:
        for case in _render_all(folder, family, seed, missing, pixels, workers):
            fresh[case.case_id] = case
            made += 1
            if progress:
                progress(before + made, count)
            if cancelled is not None and cancelled():
                raise Cancelled
            if len(fresh) >= BATCH:
                save()
    finally:
        save()
    return [done[name] for name in names]


def _render_all(
    folder: Path, family: Family, seed: int, indices: list[int], pixels: int,
    workers: int | None,
) -> Iterator[Case]:  # fmt: skip
    """Cases as they are finished, on all cores."""
    workers = min(workers or os.cpu_count() or 1, max(1, len(indices)))
    if workers == 1:
        for i in indices:
            yield make_case(folder, family, seed, i, pixels)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_leave_ctrl_c) as pool:
        waiting = iter(indices)
        running: set[Future[Case]] = set()
        try:
            while True:
                while len(running) < 2 * workers:
                    index = next(waiting, None)
                    if index is None:
                        break
                    running.add(
                        pool.submit(make_case, folder, family, seed, index, pixels)
                    )
                if not running:
                    return
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
