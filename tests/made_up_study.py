"""A made-up study with truth, and a stand-in for the pipeline."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from napari_hipbmd.bmd import BmdModel
from napari_hipbmd.core.anatomy import LANDMARK_IDS, SITES, TYPICAL_XY, mask
from napari_hipbmd.core.anatomy import polygons as polygons_of
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.hip_images import HipImages, LandmarkSet
from napari_hipbmd.core.radiograph import Patient, Radiograph
from napari_hipbmd.grey_scale import RulerReading
from napari_hipbmd.pipeline import PreparedHip
from napari_hipbmd.pipeline.gain import with_gain_read
from napari_hipbmd.runs.jobs import Job
from napari_hipbmd.study import Case, Study, Truth, write_truth

SHAPE = (130, 110)
SPACING_MM = (1.5, 1.5)
_READINGS: dict[tuple[bytes, ...], RulerReading | None] = {}
"""What was read of a film: every study has the same ones."""
MARKS_XY = TYPICAL_XY * 16 + (36.0, 30.0)


class MadeUpStudy:
    """Films whose soft tissue hides the bone; enhancement removes most of it."""

    def __init__(self, folder: Path, n: int = 40, seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self.films: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.measured: list[str] = []
        cases = [self._case(i) for i in range(n)]
        self.study = Study.create(folder, cases)
        for case in cases:
            write_truth(folder, case.case_id, self._truth(case))

    def prepare(self, job: Job) -> PreparedHip:
        """What the pipeline would return, landmarks a few pixels off."""
        self.measured.append(job.name)
        if job.name == "hip-03":
            raise Refused("It is a spine.")
        film, sto = self.films[job.name]
        number = int(job.name[-2:])
        rng = np.random.default_rng(number)
        marks = MARKS_XY + rng.normal(0, 0.7, (16, 2))
        if job.landmarks_xy is not None:
            marks = job.landmarks_xy
        guess = sto + np.float32(rng.normal(0, 0.05))
        hip = PreparedHip(
            Radiograph(film, spacing_mm=SPACING_MM),
            job.image,
            "L",
            Patient(),
            None,
            "",
            (),
            (),
            HipImages((0, 0), film, guess),
            LandmarkSet(marks, np.ones(16)),
            (),
            {"total": 0.5},
        )
        key = film.tobytes(), guess.tobytes(), marks.tobytes()
        if key not in _READINGS:
            _READINGS[key] = with_gain_read(hip, None).reading
        return replace(hip, reading=_READINGS[key])

    def _case(self, i: int) -> Case:
        rng = self._rng
        neck = rng.normal(0.7, 0.15)
        bmd = dict(zip(SITES, neck * np.array([1, 0.9, 1.4, 1.2]), strict=True))
        y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
        tilt = rng.normal(0, 0.1, 3)
        sto = (0.4 + tilt[0] + tilt[1] * x / 110 + tilt[2] * y / 130).astype(np.float32)
        film = sto + rng.normal(0, 0.01, SHAPE).astype(np.float32)
        for region, polygon in polygons_of(MARKS_XY).items():
            film[mask(polygon, SHAPE)] += np.float32(0.3 * bmd[region])
        name = f"hip-{i:02d}"
        self.films[name] = film, sto
        return Case(
            name,
            Path("images") / f"{name}.dcm",
            "L",
            Patient("F", *rng.normal((68, 155, 58), (14, 8, 11))),
            {site: float(v * rng.normal(1, 0.02)) for site, v in bmd.items()},
            group=f"patient-{i // 2:02d}",
        )

    def _truth(self, case: Case) -> Truth:
        areas = dict.fromkeys(SITES, 5.0)
        return Truth(
            MARKS_XY,
            tuple("absent" if name == "I4" else "placed" for name in LANDMARK_IDS),
            polygons_of(MARKS_XY),
            {site: float(v) for site, v in case.dxa.items()},
            areas,
            self.films[case.case_id][1],
        )


def raw_regression() -> BmdModel:
    """A regression of the raw film, fitted to eighty made-up films."""
    rng = np.random.default_rng(0)
    neck = rng.normal(0.7, 0.1, 80)
    grey = 0.3 + 0.3 * neck[:, None] + rng.normal(0, 0.05, (80, 9))
    patients = [
        Patient("FM"[i % 2], *rng.normal((68, 160, 60), (12, 8, 10))) for i in range(80)
    ]
    bmd = neck[:, None] * (1, 0.9, 1.4, 1.2)
    return BmdModel.fit(grey, patients, bmd, calibrated_on="made-up films", image="raw")
