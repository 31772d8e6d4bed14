"""How the films of a study are measured, and by which networks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from ..bmd import FEATURES_VERSION
from ..core.anatomy import Points
from ..core.files import write_bytes_atomic
from ..core.measurement import Measurement
from ..core.radiograph import FilmRefused
from ..core.resources import weights_dir
from ..dicom import read_film
from ..pipeline import prepare
from ..pipeline.models import load_networks
from ..study import Case
from .collecting import MeasureCase

NETWORKS = ("enhancement", "landmarks")


def pipeline_measure(models: Path | None) -> MeasureCase:
    """Measure a case with the networks of a folder; a refusal becomes its reason."""
    networks = load_networks(models)

    def one(case: Case, landmarks_xy: Points | None) -> Measurement:
        started = perf_counter()
        name = case.image.name
        try:
            found = prepare(
                replace(read_film(case.image), case_id=case.case_id),
                networks,
                image=name,
                patient=case.patient,
                side=case.side,
                box=case.box,
                landmarks_xy=landmarks_xy,
            )
        except FilmRefused as refusal:
            return Measurement(case.case_id, name, case.side, "refused", str(refusal))
        seconds = {**found.seconds, "total": perf_counter() - started}
        return replace(found, seconds=seconds)

    return one


def networks_fingerprint(folder: Path | None, bundled: Path) -> str:
    """A short name for the networks in use: what the features depend on.

    Parameters
    ----------
    folder
        A person's models, or None.
    bundled
        Where the networks come from that the folder lacks.
    """
    digest = hashlib.sha256(f"features {FEATURES_VERSION}".encode())
    for part in NETWORKS:
        for path in sorted(_home(folder, bundled, part).glob(f"{part}.*")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def copy_networks(folder: Path | None, out: Path) -> None:
    """Put a person's own networks beside a regression that was fitted behind them."""
    if folder is None or folder.resolve() == out.resolve():
        return
    for part in NETWORKS:
        for path in folder.glob(f"{part}.*"):
            if path.suffix in (".json", ".safetensors"):
                write_bytes_atomic(out / path.name, path.read_bytes())


def networks_provenance(folder: Path | None) -> dict[str, Any]:
    """Name, versions, date and hash of each network in use, for a model's card."""
    told: dict[str, Any] = {}
    for part in NETWORKS:
        home = _home(folder, weights_dir(), part)
        try:
            card = json.loads((home / f"{part}.json").read_text("utf-8"))
        except (OSError, ValueError):
            card = {}
        weights = home / f"{part}.safetensors"
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
