"""The fitted parts of the flowchart, loaded from a folder of models."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..bmd import BmdModel
from ..core.errors import Refused
from ..core.model_card import LARGEST_BYTES, read_card
from ..core.reading import file_sha256, read_regular
from ..core.resources import weights_dir
from ..grey_scale import Calibration, load_calibration

if TYPE_CHECKING:
    from ..enhancement.apply import Enhancer
    from ..grey_scale.network import GainReader
    from ..landmarks.predict import LandmarkFinder

PARTS = ("enhancement", "landmarks", "gain", "grey_scale", "bmd")


@dataclass(frozen=True, eq=False)
class Networks:
    """The trained networks: all that features and rulers are read with.

    ``gain``, the network that is one of the rulers, is None where neither the folder
    nor the package has one.
    """

    enhancer: Enhancer
    finder: LandmarkFinder
    gain: GainReader | None


@dataclass(frozen=True, eq=False)
class Models(Networks):
    """The fitted parts of the flowchart.

    Attributes
    ----------
    grey_scale
        None where neither the folder nor the package has a calibration.
    sha256
        Part → SHA-256 of its weights or coefficients.
    """

    grey_scale: Calibration | None
    bmd: BmdModel
    sha256: Mapping[str, str] = field(default_factory=dict)


def _home(folder: Path, name: str) -> Path:
    return folder if (folder / name).exists() else weights_dir()


def _checked(folder: Path | None) -> Path:
    """The folder of models, the bundled one by default, if it holds any."""
    where = folder or weights_dir()
    if not any((where / f"{name}.json").is_file() for name in PARTS):
        raise Refused(
            f"The folder {where} holds no models (enhancement, landmarks, grey_scale or"
            " bmd): give the --out folder of 'hipbmd train'."
        )
    return where


def load_networks(folder: Path | None = None) -> Networks:
    """The networks of a folder; one that it lacks is the bundled one.

    Raises
    ------
    Refused
        If the folder holds no model, or one is damaged.
    """
    from ..enhancement.apply import Enhancer
    from ..landmarks.predict import LandmarkFinder

    where = _checked(folder)
    return Networks(
        Enhancer.load(_home(where, "enhancement.json")),
        LandmarkFinder.load(_home(where, "landmarks.json")),
        _gain_of(where),
    )


def _gain_of(folder: Path) -> GainReader | None:
    from ..grey_scale.network import GainReader

    home = _home(folder, "gain.json")
    return GainReader.load(home) if (home / "gain.json").is_file() else None


def landmarks_model(folder: Path | None = None) -> tuple[str, str]:
    """Name and version of a folder's landmark networks, or of the bundled ones: quick.

    Raises
    ------
    Refused
        If the folder holds no model, or its card is damaged.
    """
    home = _home(_checked(folder), "landmarks.json")
    name = str(read_card(home, "landmarks").get("name", "landmarks"))
    return name, file_sha256(home / "landmarks.safetensors")[:8]


def calibration_of(folder: Path | None) -> Calibration | None:
    """The calibration of the grey scale of a folder, or the bundled one.

    Raises
    ------
    Refused
        If it is damaged.
    """
    return load_calibration(_home(folder or weights_dir(), "grey_scale.json"))


def networks_with_enhancement(folder: Path | None) -> Networks:
    """The networks with a folder's own enhancement; never another one in its place.

    Landmarks are the folder's or the bundled ones.

    Raises
    ------
    Refused
        If the folder holds no enhancement model, or it is damaged.
    """
    from ..enhancement.apply import Enhancer
    from ..landmarks.predict import LandmarkFinder

    if folder is None:
        return load_networks()
    if not folder.is_dir():
        raise Refused(
            f"{folder} is no folder: give the --out folder of 'hipbmd train"
            " enhancement'."
        )
    return Networks(
        Enhancer.load(folder),
        LandmarkFinder.load(_home(folder, "landmarks.json")),
        _gain_of(folder),
    )


def enhancement_card(folder: Path | None) -> dict[str, Any]:
    """The card of a folder's enhancement model, without its network: quick.

    Raises
    ------
    Refused
        If there is none, or it is damaged.
    """
    where = folder or weights_dir()
    try:
        return read_card(where, "enhancement")
    except OSError:
        raise Refused(
            f"The folder {where} has no enhancement model (enhancement.json is"
            " missing): give the --out folder of 'hipbmd train enhancement'."
        ) from None
    except Refused as refusal:
        raise Refused(
            f"The enhancement model in {where} is damaged ({refusal}); train it again"
            " or copy it anew."
        ) from None


def models_sha256(folder: Path | None = None) -> str:
    """SHA-256 of the files that :func:`load_models` reads: what numbers depend on."""
    where = _checked(folder)
    digest = hashlib.sha256()
    for name in PARTS:
        for path in sorted(_home(where, f"{name}.json").glob(f"{name}.*")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def load_regression(folder: Path | str | None = None) -> BmdModel:
    """The regression of a folder, without its networks: quick, for its name.

    Raises
    ------
    Refused
        If the folder holds no model, or its regression is damaged.
    """
    return _regression(_checked(None if folder is None else Path(folder)))


def _regression(folder: Path) -> BmdModel:
    try:
        data = read_regular(_home(folder, "bmd.json") / "bmd.json", LARGEST_BYTES)
    except Refused as refusal:
        raise Refused(
            f"The regression in {folder} (bmd.json) cannot be used: {refusal}."
        ) from None
    except FileNotFoundError:
        raise Refused(
            f"The folder {folder} has no regression (bmd.json): fit one with"
            " 'hipbmd train bmd'."
        ) from None
    return BmdModel.from_json(data)


@cache
def _load(folder: Path, _sha256_of_all: str) -> Models:
    regression, networks = _regression(folder), load_networks(folder)
    return Models(
        networks.enhancer,
        networks.finder,
        networks.gain,
        calibration_of(folder),
        regression,
        _sha256(folder),
    )


def _sha256(folder: Path) -> dict[str, str]:
    """Of the file of each part that numbers come from, as far as it is there."""
    weights = dict.fromkeys(("enhancement", "landmarks", "gain"), "safetensors")
    found = {}
    for part in PARTS:
        path = _home(folder, f"{part}.json") / f"{part}.{weights.get(part, 'json')}"
        if path.is_file():
            found[part] = file_sha256(path)
    return found


@cache
def _bundled(folder: Path) -> Models:
    """Those of the installation, which does not change while the program runs."""
    return _load(folder.resolve(), models_sha256(folder))


def load_models(folder: Path | str | None = None) -> Models:
    """Models of a folder; those that it lacks are the bundled ones.

    Raises
    ------
    Refused
        If the folder does not exist, holds no model, or one is damaged.
    """
    if folder is None:
        return _bundled(weights_dir())
    where = _checked(Path(folder))
    # By content: a file that is written twice within a tick has one date.
    return _load(where.resolve(), models_sha256(where))
