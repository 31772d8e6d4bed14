"""Finding the sixteen landmarks of one hip: first order, crops, second order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..core.anatomy import INDEX, LANDMARK_IDS, REGIONS, TWICE_FOUND
from ..core.bounded_json import as_type
from ..core.canvas import Canvas
from ..core.errors import Refused
from ..core.hip_images import LandmarkSet
from ..core.resources import weights_dir
from ..learning import augmentation
from ..learning.weights import built_for, for_inference, read_model
from .by_definition import by_definition
from .correction import Correction
from .frames import CROP_SIDE, FIRST_SIDE, MEMBERS, ruler
from .locator import NAME as LOCATOR
from .locator import Locator
from .networks import (
    FIRST_PX,
    SECOND_PX,
    Decentralised,
    LandmarkPreset,
    as_input,
    spread,
)
from .shape import bundled_shapes, most_plausible

NAME = "landmarks"
LOST = 0.15
"""Rulers, about 6 mm: a landmark whose expected error is larger is placed by the shape
that the others make."""
FEWEST_SEEN = 6
"""Landmarks that have to be seen for the others to be placed by them."""

RADIAL = float(np.sqrt(np.pi / 2))  # mean radial error / SD along an axis
LOOKS = 2  # the first order looks at the box, then closer at what it found
VIEWS = ((-8.0, 1 / 1.06), (0.0, 1.0), (8.0, 1.06))
"""Degrees by which the crops of the second order are turned, and how much wider they
are: what three views tell is averaged."""


@dataclass(frozen=True, eq=False)
class Found:
    """Points of a batch in canvas −1 … 1.

    ``points`` ``(n, 16, 2)``; ``spread`` ``(n, 16)`` and ``ruler`` ``(n,)`` in the same
    unit, the spread divided by the ruler; ``centre_spread`` ``(n,)`` tells how sure
    the first order is.
    """

    points: Tensor
    spread: Tensor
    ruler: Tensor
    centre_spread: Tensor


def _widths(log_heat: Tensor | None, points: Tensor) -> Tensor:
    if log_heat is None:
        return torch.zeros(points.shape[:2])
    return spread(log_heat, points)


@torch.inference_mode()
def find_centres(
    network: Decentralised, film: Tensor, looks: int = LOOKS
) -> tuple[Tensor, Tensor]:
    """Region centres ``(n, 3, 2)`` and how blurred they are, in rulers, ``(n,)``."""
    n = len(film)
    zero = torch.zeros(n)
    matrix = augmentation.frames(zero, zero + 1, zero, zero)
    for look in range(looks):
        points, heat = network(
            "first", as_input(augmentation.view(film, matrix, FIRST_PX))
        )
        blur = _widths(heat, points).mean(1) * matrix[:, 0, 0]
        centres = augmentation.from_view(points, matrix)
        if look + 1 < looks:
            size = (FIRST_SIDE * ruler(centres) / 2).clamp(0.4, 1.3)
            middle = centres.mean(1)
            matrix = augmentation.frames(zero, size, middle[:, 0], middle[:, 1])
    return centres, blur / ruler(centres)


@torch.inference_mode()
def find_on_batch(
    network: Decentralised, film: Tensor, looks: int = LOOKS, correct: bool = True
) -> Found:
    """Both orders on ``(n, 1, 448, 448)`` canvases, then what their shape tells.

    The paper's networks see each crop once.
    """
    n = len(film)
    centres, blur = find_centres(network, film, looks)
    unit = ruler(centres)
    points = torch.zeros(n, len(LANDMARK_IDS), 2)
    widths = torch.zeros(n, len(LANDMARK_IDS))
    views = ((0.0, 1.0),) if network.preset == "paper" else VIEWS
    degrees, larger = torch.tensor(views).repeat_interleave(n, 0).T
    films, units = (a.repeat(len(views), *[1] * (a.ndim - 1)) for a in (film, unit))
    for i, region in enumerate(REGIONS):
        side = CROP_SIDE[region] / 2 * larger
        at = centres[:, i].repeat(len(views), 1)
        matrix = augmentation.frames(torch.deg2rad(degrees), side * units, *at.T)
        local, heat = network(
            region, as_input(augmentation.view(films, matrix, SECOND_PX))
        )
        seen = augmentation.from_view(local, matrix)
        width = _widths(heat, local) * side[:, None]
        points[:, MEMBERS[region]] = seen.unflatten(0, (-1, n)).mean(0)
        widths[:, MEMBERS[region]] = width.unflatten(0, (-1, n)).mean(0)
    found = Found(points, widths, unit, blur)
    return _settled(network, found, film) if correct else found


def _no_correction() -> dict[str, Tensor]:
    """For models that were written without one."""
    return {f"correction.{k}": v for k, v in Correction().state_dict().items()}


@dataclass(frozen=True)
class _Card:
    preset: LandmarkPreset
    uncertainty: dict[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class LandmarkFinder:
    """Trained networks and their card."""

    network: Decentralised
    locator: Locator
    card: dict[str, Any]
    uncertainty: np.ndarray  # (16, 2): expected error = a + b · spread, in rulers
    version: str = ""  # names the weights

    @classmethod
    def load(cls, folder: Path) -> LandmarkFinder:
        """Load from a folder of models; the locator is the bundled one if it has none.

        Raises
        ------
        Refused
            If it is missing, damaged or of another architecture.
        """
        state, card = read_model(folder, NAME)
        try:
            told = as_type(_Card, card)
            lines = np.array([told.uncertainty[name] for name in LANDMARK_IDS])
        except (KeyError, Refused) as error:
            raise Refused(
                f"The card of the {NAME} model in {folder} is not complete."
            ) from error
        weighed = {**_no_correction(), **state}
        network = built_for(lambda: Decentralised(told.preset), weighed, NAME)
        weights = (folder / f"{NAME}.safetensors").read_bytes()
        home = folder if (folder / f"{LOCATOR}.json").is_file() else weights_dir()
        version = hashlib.sha256(weights).hexdigest()[:8]
        return cls(network, Locator.load(home), card, lines, version)

    @cached_property
    def fast(self) -> Decentralised:
        """The same function as ``network``, which can be trained on, faster."""
        return for_inference(self.network)

    def find(
        self, canvas: Canvas, spacing_mm: tuple[float, float] | None
    ) -> LandmarkSet:
        """Sixteen landmarks in film pixels with their expected error in mm.

        The error is that of what the networks saw, of a lost landmark, too.
        """
        size = canvas.grey.shape[0]
        film = torch.from_numpy(canvas.grey)[None, None]
        found = _settled(self.fast, _looked_at(self.fast, canvas), film)
        on_canvas = (found.points[0].double().numpy() + 1) * size / 2 - 0.5
        in_rulers = np.maximum(
            self.uncertainty[:, 0] + self.uncertainty[:, 1] * found.spread[0].numpy(),
            0.01,
        )
        canvas_px = in_rulers * float(found.ruler[0]) * size / 2
        lost = in_rulers > LOST
        if lost.any() and np.count_nonzero(~lost) >= FEWEST_SEEN:
            seen = most_plausible(bundled_shapes(), on_canvas, canvas_px / RADIAL)
            on_canvas[lost] = seen[lost]
        sigma = (
            np.full(len(LANDMARK_IDS), np.nan)
            if spacing_mm is None
            else canvas_px * canvas.pixel_mm(spacing_mm)
        )
        return LandmarkSet(canvas.to_film(on_canvas), sigma)

    def doubt(self, canvas: Canvas) -> float:
        """How unsure a canvas leaves the networks, in rulers."""
        found = _looked_at(self.fast, canvas)
        apart = [
            torch.linalg.norm(found.points[0, INDEX[a]] - found.points[0, INDEX[b]])
            for a, b in TWICE_FOUND
        ]
        twice = torch.stack(apart).mean() / found.ruler[0]
        return float(twice + found.spread.mean() + found.centre_spread[0])


@lru_cache(maxsize=1)
def _looked_at(network: Decentralised, canvas: Canvas) -> Found:
    """What both orders see of a canvas: it is asked for its doubt, then for its points.

    A canvas is known again by identity; its grey values never change.
    """
    film = torch.from_numpy(canvas.grey)[None, None]
    return find_on_batch(network, film, correct=False)


@torch.inference_mode()
def _settled(network: Decentralised, found: Found, film: Tensor) -> Found:
    """Corrected by what the networks usually miss, then by the definitions.

    The paper's networks find every landmark by itself, and are left at that.
    """
    if network.preset == "paper":
        return found
    points = network.correction(found.points, found.ruler)
    half = film.shape[-1] / 2
    moved = [
        by_definition(canvas, (xy + 1) * half - 0.5, float(ruler) * half)
        for canvas, xy, ruler in zip(
            film[:, 0].numpy(), points.double().numpy(), found.ruler, strict=True
        )
    ]
    points = (torch.from_numpy(np.stack(moved)) + 0.5) / half - 1
    return replace(found, points=points.to(found.points.dtype))
