"""What is made of one hip besides its numbers, wherever it is measured."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tifffile

from .. import __version__
from ..batch import Job, Outcome, film_sha256, measure_job
from ..batch.jobs import refused
from ..measurement import Measurement
from ..models import load_models, models_sha256
from .case import case_page
from .pictures import thumbnail

LAYERS = ("sto.tif", "bone.tif")
PAGE = "page.html"


@dataclass(frozen=True)
class Make:
    """Measures a hip and makes its files.

    Attributes
    ----------
    models
        Folder of models; None for the bundled ones.
    layers
        STO and bone image as float32 TIFF, on the film's 0 … 1 grey range.
    html
        The hip's page, and a small picture for the study's.
    """

    models: Path | None = None
    layers: bool = False
    html: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The files that are made of a measured hip."""
        return (LAYERS if self.layers else ()) + ((PAGE,) if self.html else ())

    def fingerprint(self) -> str:
        """Version and models: what has to be the same wherever this runs."""
        return f"{__version__} {models_sha256(self.models)}"

    def __call__(self, job: Job) -> Outcome:
        """Measure one hip; a bad film gives a refused result."""
        found = measure_job(job, load_models(self.models))
        files: dict[str, bytes] = {}
        small = None
        if self.layers:
            files |= _layers(found)
        if self.html:
            files[PAGE] = case_page(found, job.truth).encode("utf-8")
            small = thumbnail(found)
        light = replace(found, film=None, images=None)
        return Outcome(light, files, film_sha256(job.path), small)

    def lost(self, job: Job, reason: str) -> Outcome:
        """The outcome of a job that could not be done: a next run tries again."""
        return Outcome(refused(job, reason, load_models(self.models)))


def _layers(found: Measurement) -> dict[str, bytes]:
    if found.images is None:
        return {}
    row, column = found.images.corner_row_col
    files = {}
    for kind, image in zip(LAYERS, (found.images.sto, found.images.bone), strict=True):
        buffer = io.BytesIO()
        tifffile.imwrite(
            buffer,
            np.ascontiguousarray(image, np.float32),
            metadata={"corner_row": row, "corner_column": column},
        )
        files[kind] = buffer.getvalue()
    return files
