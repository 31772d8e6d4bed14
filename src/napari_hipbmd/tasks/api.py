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
from ..core.anatomy import Points, Region, polygons
from ..core.hip_images import LandmarkSet
from ..core.measurement import Measurement
from ..core.radiograph import FloatImage, HipBox, Patient, Radiograph, Side
from ..dicom import read_film
from ..pipeline.enhanced import Enhanced, enhance_film
from ..pipeline.models import load_models, load_networks
from ..study.exact_sto import exact_sto_of

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
        whole numbers on the range of their type, others on 0 … 1.
    spacing_mm
        Size of a pixel, for a film that does not know it.
    side
        Which hip it is, where the film does not say.

    Raises
    ------
    Refused
        If it cannot be used.
    """
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
    """Measure one hip of a film; see :func:`pipeline.measure`.

    Parameters
    ----------
    film, spacing_mm, side
        As of :func:`as_radiograph`.
    landmarks_xy
        ``(16, 2)`` film pixels that somebody placed; the networks find them when
        absent.
    models
        Folder of models; the bundled ones by default.

    Raises
    ------
    Refused
        If the film, the box or the models cannot be used.
    """
    return pipeline.measure(
        as_radiograph(film, spacing_mm=spacing_mm, side=side),
        patient=patient,
        box=box,
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

    Parameters and errors are those of :func:`measure`.
    """
    read = as_radiograph(film, spacing_mm=spacing_mm, side=side)
    exact = None
    if isinstance(film, str | Path):
        exact = exact_sto_of(Path(film), read)
    return enhance_film(read, load_networks(models), read.side, box, exact)


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
    found, _, _ = pipeline.find_landmarks(read, load_networks(models), read.side, box)
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
        Where in the film pixel ``[0, 0]`` of the image lies.
    """
    return region_features(image, polygons(landmarks_xy), corner_xy)


def _of_array(pixels: NDArray[Any]) -> Radiograph:
    whole = np.issubdtype(pixels.dtype, np.integer)
    high = float(np.iinfo(pixels.dtype).max) if whole else 1.0
    return Radiograph(pixels.astype(np.float32), (0.0, high))
