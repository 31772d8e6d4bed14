"""Landmarks that a network found, kept so that a film opens with them at once.

``predictions/<model>/<case_id>.json`` has the form of a label file, with the model in
the annotator's place, each landmark's expected error, and the hip box that was used.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...core.anatomy import LANDMARK_IDS
from ...core.errors import Refused
from ...core.files import write_text_atomic
from ...core.hip_images import LandmarkSet
from ...core.reading import read_regular
from ..cases.case import checked_name
from .facts import FilmFacts
from .label import Label
from .labels import LARGEST_BYTES, Labels, labels_of_text, labels_text, utc_now

FOLDER = "predictions"


def model_id(name: str, version: str) -> str:
    """A folder's name for a model: ``landmarks-default-1a2b3c4d``."""
    words = re.findall(r"[A-Za-z0-9]+", f"{name} {version}")
    return "-".join(words)[:120] or "model"


def predicted_labels(
    case_id: str, found: LandmarkSet, film: FilmFacts, name: str, version: str
) -> Labels:
    """What a network found as labels that nobody has looked at yet.

    A landmark that lies outside the film keeps its position; a person decides.
    """
    when = utc_now()
    landmarks = {
        mark: Label(
            (float(x), float(y)),
            source=name,
            version=version,
            when=when,
            predicted_xy=(float(x), float(y)),
            sigma_mm=float(sigma) if np.isfinite(sigma) else None,
        )
        for mark, (x, y), sigma in zip(
            LANDMARK_IDS, found.xy, found.sigma_mm, strict=True
        )
    }
    return Labels(case_id, model_id(name, version), landmarks, when, when, film=film)


def write_predictions(folder: str | Path, labels: Labels) -> Path:
    """Write the predictions of a model for a case, over earlier ones of it."""
    path = _path(Path(folder), labels.annotator, labels.case_id)
    now = utc_now()
    dated = replace(labels, created=labels.created or now, modified=now)
    write_text_atomic(path, labels_text(dated))
    return path


def read_predictions(
    folder: str | Path, case_id: str, model: str | None = None
) -> Labels | None:
    """The predictions for a case, or None when there are none.

    Parameters
    ----------
    folder
        The study.
    case_id
        The case.
    model
        Whose; the latest ones by default.

    Raises
    ------
    Refused
        If the file cannot be read as predictions of that case.
    """
    folder = Path(folder)
    paths = [
        _path(folder, name, case_id)
        for name in ([model] if model else prediction_models(folder))
    ]
    there = [path for path in paths if path.is_file()]
    if not there:
        return None
    latest = max(there, key=lambda path: path.stat().st_mtime_ns)
    try:
        data = read_regular(latest, LARGEST_BYTES)
        return labels_of_text(data, latest.parent.name, case_id)
    except (OSError, Refused):
        raise Refused(
            f"The predictions of {latest.parent.name} for {case_id} cannot be used:"
            " delete the file and predict again."
        ) from None


def prediction_models(folder: str | Path) -> tuple[str, ...]:
    """The models that have predicted in this study, in alphabetical order."""
    where = Path(folder) / FOLDER
    if not where.is_dir():
        return ()
    return tuple(sorted(path.name for path in where.iterdir() if path.is_dir()))


def predicted_cases(folder: str | Path) -> set[str]:
    """The cases that some model has predicted."""
    where = Path(folder) / FOLDER
    return {path.stem for path in where.glob("*/*.json")}


def _path(folder: Path, model: str, case_id: str) -> Path:
    checked_name(model, "The model")
    checked_name(case_id, "The case_id")
    return folder / FOLDER / model / f"{case_id}.json"
