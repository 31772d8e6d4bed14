"""What a notebook calls: a film may be a file, a :class:`Radiograph`, or an array."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .. import pipeline
from ..bmd import RegionFeatures, region_features
from ..core.anatomy import LANDMARK_IDS, Points, Region, polygons
from ..core.errors import Refused
from ..core.hip_images import LandmarkSet
from ..core.measurement import Measurement
from ..core.radiograph import (
    FloatImage,
    HipBox,
    Patient,
    Radiograph,
    Side,
    check_side,
)
from ..dicom import read_film
from ..dicom.greys.grey_range import levels_of_picture
from ..pipeline.enhanced import Enhanced, enhance_film
from ..pipeline.models import load_models, load_networks
from ..study.exact_sto import exact_sto_of
from .film_options import SPACING_MM
from .measure import MeasureOptions

_BEYOND = 1.0  # of the grey range: resampling leaves it a little

Film: TypeAlias = str | Path | Radiograph | NDArray[Any]


def as_radiograph(
    film: Film,
    *,
    spacing_mm: float | None = None,
    side: Side | None = None,
) -> Radiograph:
    """A film from whatever it is given as.

    Parameters
    ----------
    film
        A file, a radiograph, or an array ``(rows, columns)`` in which bone is bright:
        whole numbers of 8 or 16 bits on the range of their type, or of 10 … 14 bits
        where they leave many unused, as pictures are (flag ``range``); others on
        0 … 1.
    spacing_mm
        Size of a pixel, for a film that does not know it.
    side
        Which hip it is, where the film does not say.

    Raises
    ------
    Refused
        If it cannot be used, or an array does not tell its grey range.
    """
    check_side(side)
    if spacing_mm is not None:
        _check_spacing(spacing_mm)
    if isinstance(film, str | Path):
        film = read_film(Path(film))
    elif not isinstance(film, Radiograph):
        film = _of_array(np.asarray(film))
    if spacing_mm is not None:
        film = film.with_typed_spacing(spacing_mm)
    return film if side is None else replace(film, side=side)


def measure(
    film: Film,
    *,
    spacing_mm: float | None = None,
    side: Side | None = None,
    patient: Patient | None = None,
    box: HipBox | None = None,
    landmarks_xy: Points | None = None,
    models: Path | None = None,
) -> Measurement:
    """Measure one hip of a film.

    Parameters
    ----------
    film, spacing_mm, side
        As of :func:`as_radiograph`; a side that nobody tells is guessed (flag
        ``side-guessed``).
    patient
        Sex, age in years, height in cm and weight in kg; what is None is taken from the
        film, and the regression without them is used where it does not say either.
    box
        The hip box, in pixels of the film; by default the whole film, or on a large one
        the place where the networks are surest.
    landmarks_xy
        ``(16, 2)`` film pixels that somebody placed, in the order of
        ``core.anatomy.LANDMARK_IDS``; the networks find them when absent.
    models
        Folder of models; the bundled ones by default.

    Returns
    -------
    Measurement
        Status ``"partial"`` with a ``reason`` where there is no aBMD, such as without a
        pixel spacing.

    Raises
    ------
    Refused
        If film, patient, box, landmarks or models cannot be used.
    """
    if patient is not None:
        _check_patient(patient)
    if landmarks_xy is not None:
        landmarks_xy = _sixteen(landmarks_xy)
    return pipeline.measure(
        as_radiograph(film, spacing_mm=spacing_mm, side=side),
        patient=patient,
        box=_checked_box(box),
        landmarks_xy=landmarks_xy,
        models=load_models(models),
    )


def enhance(
    film: Film,
    *,
    spacing_mm: float | None = None,
    side: Side | None = None,
    box: HipBox | None = None,
    models: Path | None = None,
) -> Enhanced:
    """STO and bone image of one hip; its error, too, where the truth is known.

    Parameters and errors are those of :func:`measure`. ``images`` of the result holds
    film, STO and bone image ``(rows, columns)`` of the box on the grey range 0 … 1.
    """
    read = as_radiograph(film, spacing_mm=spacing_mm, side=side)
    exact = None
    if isinstance(film, str | Path):
        exact = exact_sto_of(Path(film), read)
    return enhance_film(
        read, load_networks(models), read.side, _checked_box(box), exact
    )


def find_landmarks(
    film: Film,
    *,
    spacing_mm: float | None = None,
    side: Side | None = None,
    box: HipBox | None = None,
    models: Path | None = None,
) -> LandmarkSet:
    """The sixteen landmarks of one hip, in film pixels, and how sure they are.

    Parameters and errors are those of :func:`measure`.
    """
    read = as_radiograph(film, spacing_mm=spacing_mm, side=side)
    found, _, _ = pipeline.find_landmarks(
        read, load_networks(models), read.side, _checked_box(box)
    )
    return found


def features(
    image: FloatImage,
    landmarks_xy: Points,
    corner_xy: tuple[int, int] = (0, 0),
) -> Mapping[Region, RegionFeatures]:
    """Thresholds and features of the three regions between sixteen landmarks.

    Parameters
    ----------
    image
        ``(rows, columns)``: a bone image, or a film on its 0 … 1 range.
    landmarks_xy
        ``(16, 2)`` film pixels.
    corner_xy
        Where in the film pixel ``[0, 0]`` of the image lies, ``(x, y)``.

    Returns
    -------
    dict
        ``"neck"``, ``"trochanter"`` and ``"intertrochanter"`` → thresholds ``(3, 2)``
        and features ``(3,)`` on the range of the image; NaN where the region has no
        pixel in it.

    Raises
    ------
    Refused
        If the image is no ``(rows, columns)`` or the landmarks are not sixteen.
    """
    image = np.asarray(image, dtype=np.float32)
    if image.ndim != 2:
        raise Refused(
            f"An image is rows × columns, and an array of the shape {image.shape} was"
            " given."
        )
    return region_features(image, polygons(_sixteen(landmarks_xy)), corner_xy)


def _sixteen(landmarks_xy: Points) -> Points:
    found = np.asarray(landmarks_xy, dtype=np.float64)
    if found.shape != (len(LANDMARK_IDS), 2):
        raise Refused(
            f"Landmarks are {len(LANDMARK_IDS)} rows of x and y, and an array of the"
            f" shape {found.shape} was given."
        )
    return found


def _check_patient(patient: Patient) -> None:
    if not isinstance(patient, Patient):
        raise Refused(
            "A patient is Patient(sex, age_years, height_cm, weight_kg), and"
            f" {patient!r} was given."
        )
    MeasureOptions(**vars(patient))  # refuses what the command line does


def _checked_box(box: HipBox | None) -> HipBox | None:
    if box is not None and not isinstance(box, HipBox):
        raise Refused(f"A hip box is HipBox(x0, y0, x1, y1), and {box!r} was given.")
    return box


def _check_spacing(spacing_mm: float) -> None:
    low, high = SPACING_MM
    if np.ndim(spacing_mm) or not low <= float(spacing_mm) <= high:
        raise Refused(
            f"A pixel spacing is one number from {low:g} to {high:g} mm, and"
            f" {spacing_mm!r} was given."
        )


def _of_array(pixels: NDArray[Any]) -> Radiograph:
    kind = pixels.dtype.kind
    whole = kind in "iu"
    if kind not in "biuf" or (whole and pixels.dtype.itemsize > 2):
        raise Refused(
            f"An array of {pixels.dtype} does not tell its grey range: give uint8 or"
            " uint16, or numbers on 0 … 1."
        )
    if kind == "f" and pixels.size:
        low, high = float(pixels.min()), float(pixels.max())
        if not np.isfinite((low, high)).all():
            raise Refused("The array holds pixels that are no numbers: fill them in.")
        if low < -_BEYOND or high > 1 + _BEYOND:
            raise Refused(
                f"Decimal numbers are taken on 0 … 1, and these go from {low:.4g} to"
                f" {high:.4g}: divide them by their grey range, or give uint8 or"
                " uint16."
            )
    if not whole:
        return Radiograph(pixels.astype(np.float32))
    if pixels.size and pixels.min() < 0:
        raise Refused(
            "The array holds negative numbers, which tell no grey range: give uint8 or"
            " uint16, or numbers on 0 … 1."
        )
    bits = int(np.iinfo(pixels.dtype).max).bit_length()
    found = levels_of_picture(pixels, bits)
    low, high = found.ends
    return Radiograph(pixels.astype(np.float32), (low, high), flags=found.flags)
