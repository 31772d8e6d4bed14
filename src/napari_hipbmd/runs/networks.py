"""By which networks the films of a study are prepared: images and landmarks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from ..bmd import FEATURES_VERSION
from ..core.errors import Refused
from ..core.files import write_bytes_atomic
from ..core.model_card import read_card
from ..core.resources import weights_dir
from ..pipeline import PreparedHip, prepare
from ..pipeline.gain import with_gain_read
from ..pipeline.models import load_networks
from .jobs import Job
from .reading import read_job

PrepareJob = Callable[[Job], PreparedHip]
"""Images and landmarks of one hip; raises :class:`Refused` for a bad film."""
NETWORKS = ("enhancement", "landmarks", "gain")
"""What features and the signs of the rulers depend on."""
BEHIND = (*NETWORKS, "grey_scale")
"""What a regression is fitted behind."""


class _Prepare:
    """See :func:`prepare_with`."""

    def __init__(self, models: Path | None, gain: bool) -> None:
        self._models, self._gain = models, gain
        self._networks = load_networks(models)

    def __reduce__(self) -> tuple[type[_Prepare], tuple[Path | None, bool]]:
        return _Prepare, (self._models, self._gain)  # networks stay where they are

    def __call__(self, job: Job) -> PreparedHip:
        started = perf_counter()
        options = job.options
        found = prepare(
            read_job(job),
            self._networks,
            image=job.image,
            patient=options.patient,
            side=options.side,
            box=options.box,
            landmarks_xy=job.landmarks_xy,
        )
        if self._gain:
            found = with_gain_read(found, self._networks.gain)
        seconds = {**found.seconds, "total": perf_counter() - started}
        return replace(found, seconds=seconds)


def prepare_with(models: Path | None, gain: bool = True) -> PrepareJob:
    """Prepare hips with the networks of a folder; no regression is needed.

    Parameters
    ----------
    gain
        Whether the grey scale is read, too.
    """
    return _Prepare(models, gain)


def networks_fingerprint(
    folder: Path | None, bundled: Path, parts: Sequence[str] = NETWORKS
) -> str:
    """A short name for the networks in use: what the features depend on.

    Parameters
    ----------
    folder
        A person's models, or None.
    bundled
        Where the networks come from that the folder lacks.
    """
    digest = hashlib.sha256(f"features {FEATURES_VERSION}".encode())
    for part in parts:
        for path in sorted(_home(folder, bundled, part).glob(f"{part}.*")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def copy_networks(folder: Path | None, out: Path) -> None:
    """Put a person's own networks beside a regression that was fitted behind them."""
    if folder is None or folder.resolve() == out.resolve():
        return
    for part in BEHIND:
        for path in folder.glob(f"{part}.*"):
            if path.suffix in (".json", ".safetensors"):
                write_bytes_atomic(out / path.name, path.read_bytes())


def networks_provenance(folder: Path | None) -> dict[str, Any]:
    """Name, versions, date and hash of each network in use, for a model's card."""
    told: dict[str, Any] = {}
    for part in BEHIND:
        home = _home(folder, weights_dir(), part)
        try:
            card = read_card(home, part)
        except (OSError, Refused):
            card = {}
        weights = home / f"{part}.safetensors"
        if part == "grey_scale":
            card, weights = card.get("card", {}), home / f"{part}.json"
        told[part] = {
            "name": card.get("name", ""),
            "made": card.get("made", ""),
            "versions": card.get("versions", {}),
            "sha256": hashlib.sha256(weights.read_bytes()).hexdigest()
            if weights.exists()
            else "",
        }
    return told


def _home(folder: Path | None, bundled: Path, part: str) -> Path:
    own = folder is not None and (folder / f"{part}.json").exists()
    return folder if own and folder is not None else bundled
