"""The trainings: each from a study, and a preset, to a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.extras import from_extra
from ..core.progress import Progress
from ..core.resources import weights_dir
from ..study import Study
from ..study.split import part_of, read_split
from .locator_data import load_films
from .sources import data_provenance, pairs_to_learn_from, study_to_learn_from
from .training_data import RealFilms, load_hips, real_hips

if TYPE_CHECKING:
    from ..landmarks.retraining import Retrained
    from ..learning.training import Fit


def train_landmarks(
    studies: Sequence[Path],
    preset: str,
    plan: Fit,
    progress: Progress | None = None,
    real: RealFilms | None = None,
    start: Path | None = None,
) -> None:
    """Train the landmark networks on studies and write the model.

    Parameters
    ----------
    real
        Labelled real films, mixed in.
    start
        The folder of a model to start from; from nothing by default.

    Raises
    ------
    Refused
        If a study lacks what they learn from.
    Cancelled
        If asked to stop.
    """
    with from_extra("train", "A training"):
        from ..landmarks.training import NAME, learn_landmarks

    read = [study_to_learn_from(folder) for folder in studies]
    hips = (load_hips(study, progress=progress, with_sto=False) for study in read)
    settings: dict[str, object] = {**data_provenance(*read), **plan.settings}
    weights = None
    if start is not None:
        weights, settings["started_from"] = _started_from(start, NAME)
    mixed = None
    if real is not None:
        mixed = real_hips(real, progress)
        settings["real_films"] = real.provenance()
    learn_landmarks(hips, preset, replace(plan, settings=settings), mixed, weights)  # type: ignore[arg-type]


def train_locator(folder: Path, plan: Fit, real: RealFilms | None = None) -> None:
    """Train the network that finds hips on whole films.

    Raises
    ------
    Refused
        If a study lacks what it learns from.
    Cancelled
        If asked to stop.
    """
    with from_extra("train", "A training"):
        from ..landmarks.locator_training import learn_locator

    study = study_to_learn_from(folder)
    settings: dict[str, object] = {**data_provenance(study), **plan.settings}
    more = None
    if real is not None:
        split = read_split(real.folder)
        labelled = study_to_learn_from(real.folder)
        part = part_of(labelled.cases, split, "train")
        more = load_films(Study(labelled.folder, part), real.annotator)
        settings["real_films"] = real.provenance()
    learn_locator(
        load_films(study), replace(plan, settings=settings), more,
        real.times if real else 1,
    )  # fmt: skip


def train_enhancement(
    studies: Sequence[Path],
    pairs: Sequence[Path],
    preset: str,
    plan: Fit,
    progress: Progress | None = None,
    start: Path | None = None,
) -> None:
    """Train the autoencoder on any mix of digital hips and stored pairs.

    Studies are held in memory, pairs are read from the disk one by one. Patients are
    held out of each study; the validation part of pairs is held out as it is, and
    their test part is never seen.

    Parameters
    ----------
    start
        The folder of a model to start from; from nothing by default.

    Raises
    ------
    Refused
        If there is nothing to learn from or nothing to hold out, or pairs do not fit.
    Cancelled
        If asked to stop.
    """
    with from_extra("train", "A training"):
        from ..enhancement.training import NAME, train_mixture

    folders = [pairs_to_learn_from(folder) for folder in pairs]
    read = [study_to_learn_from(folder) for folder in studies]
    hips = (load_hips(study, progress=progress) for study in read)
    settings: dict[str, object] = {}
    if read:
        settings |= data_provenance(*read)
    if folders:
        settings["pairs"] = [
            {
                "name": one.folder.name,
                "count": one.manifest.count,
                "hips": len(one.manifest.hips),
                "tiles": len(one.manifest.tiles),
                **one.manifest.options.to_json(),
            }
            for one in folders
        ]
    weights = None
    if start is not None:
        weights, settings["started_from"] = _started_from(start, NAME)
    plan = replace(plan, settings={**settings, **plan.settings})
    train_mixture(hips, folders, preset, plan, weights)  # type: ignore[arg-type]


def _started_from(
    folder: Path, name: str
) -> tuple[Mapping[str, Any], dict[str, object]]:
    """Weights of a model, and what the card of the next one says about it."""
    from ..learning.weights import read_model

    weights, card = read_model(folder, name)
    return weights, {k: card[k] for k in ("name", "made", "command") if k in card}


def retrain_landmarks(
    folder: Path,
    annotator: str | None,
    plan: Fit,
    start: Path | None = None,
    progress: Progress | None = None,
) -> Retrained:
    """Go on training the landmark networks with what somebody labelled.

    The model is written to ``plan.out`` and put to use nowhere.

    Parameters
    ----------
    folder
        The study. A fifth of its patients is held out and compared before and after.
    annotator
        Whose labels; the study's truth when None. Films may be labelled in part.
    plan
        Where the model goes and how it is trained; ``epochs`` and ``batch_size`` as in
        ``landmarks.retraining.EPOCHS`` and ``BATCH`` when in doubt.
    start
        The folder of the model to start from; the bundled one by default.
    progress
        Called with ``(done, count)`` while films are read; ``plan.report`` tells of
        the epochs.

    Raises
    ------
    Refused
        If there are too few labelled films, or the model to start from is damaged.
    Cancelled
        If asked to stop; nothing is written but the training's checkpoint.
    """
    with from_extra("train", "A training"):
        from ..landmarks.retraining import LEAST_LANDMARKS, retrain

    study = study_to_learn_from(folder)
    hips = load_hips(study, annotator, progress, LEAST_LANDMARKS, with_sto=False)
    plan = replace(plan, settings={**data_provenance(study), **plan.settings})
    return retrain(hips, start or weights_dir(), plan)
