"""One case of a cohort of digital hips: its person, its film, its truth, its row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.anatomy import SITES
from ..core.errors import Refused
from ..core.radiograph import HipBox, Patient, Side
from ..core.version import __version__
from ..dicom import FilmTags, write_film
from ..phantom import FAMILIES, DigitalHip, Family, render, render_pelvis
from ..phantom.cohort import Person, draw_person
from ..phantom.finish.display import to_stored
from ..study.cases.case import Case
from ..study.truth import Truth, write_truth

PAIR_EVERY = 6  # of six cases, the last two are both hips of one patient


DXA_PRECISION = 0.02


PELVIS_FINER = (1.0, 2.2)  # columns of a whole pelvis against a hip's


def case_name(family: Family, seed: int, index: int) -> str:
    """``train-7-00012``: the same for every run with this seed."""
    return f"{family}-{seed}-{index:05d}"


def patient_index(index: int) -> int:
    """The case whose patient case ``index`` is a hip of: the first of a pair."""
    return index - 1 if index % PAIR_EVERY == PAIR_EVERY - 1 else index


def drawn_person(
    family: Family, seed: int, index: int
) -> tuple[Person, np.random.Generator]:
    """Whose hip case ``index`` is, and the stream to draw more of this person from."""
    stream = np.random.default_rng([seed, FAMILIES.index(family), patient_index(index)])
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
    patient = patient_index(index)
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


@dataclass(frozen=True)
class RenderCase:
    """Renders cases of a cohort into a study: a work of :func:`runs.loop.run_jobs`.

    Gives the rows of the hips of one film, or why there are none.
    """

    folder: Path
    family: Family
    seed: int
    pixels: int
    whole: bool

    def __call__(self, index: int) -> list[Case] | Exception:
        """Write film and truth of case ``index``."""
        try:
            return self._made(index)
        except OSError as error:  # the disk's sentence is made by whoever waits
            return error

    def lost(self, index: int, reason: str) -> list[Case] | Exception:
        """Why case ``index`` could not be made."""
        name = case_name(self.family, self.seed, index)
        return Refused(f"The digital hip {name} could not be made. {reason}")

    def fingerprint(self) -> str:
        """The version that renders."""
        return __version__

    def _made(self, index: int) -> list[Case]:
        hips = digital_hips(self.family, self.seed, index, self.pixels, self.whole)
        image = Path("images") / f"{case_name(self.family, self.seed, index)}.dcm"
        write_film(self.folder / image, _stored(hips[0]), _tags(hips, image.stem))
        return [self._case(image, hip, index + i) for i, hip in enumerate(hips)]

    def _case(self, image: Path, hip: DigitalHip, index: int) -> Case:
        family, seed = self.family, self.seed
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
        write_truth(self.folder, name, truth)
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
            group=case_name(family, seed, patient_index(index)),
            extra={
                **{f"true_bmd_{s}": f"{hip.bmd_g_cm2[s]:.4f}" for s in SITES},
                "family": family,
                "film_type": str(plan.film_type),
                "kvp": f"{plan.setup.kvp:.0f}",
                "dxa_source": "simulated",
                "pixels": str(self.pixels),
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
