"""Film → STO → bone image: film − STO at full resolution (paper 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import BSpline, make_interp_spline
from scipy.sparse import csr_array
from torch.nn import functional

from ..core.canvas import Canvas, normalisation
from ..core.errors import Refused
from ..core.hip_images import HipImages
from ..core.radiograph import FloatImage
from ..learning.weights import built_for, for_inference, read_model
from .networks import AutoencoderShape, Network, build

NAME = "enhancement"


@dataclass(frozen=True, eq=False)
class Enhancer:
    """A trained network and its card."""

    network: Network
    card: dict[str, Any]

    @classmethod
    def load(cls, folder: Path) -> Enhancer:
        """Load from a folder of models.

        Raises
        ------
        Refused
            If it is missing, damaged or of another architecture.
        """
        state, card = read_model(folder, NAME)
        try:
            shape = AutoencoderShape.from_json(card.get("shape"))
        except ValueError as error:
            raise Refused(
                f"The {NAME} model in {folder} cannot be used ({error}): copy the card"
                " that came with it, or train it again."
            ) from error
        network = built_for(lambda: build(shape), state, NAME)
        return cls(for_inference(network), card)

    def sto_on_grid(self, canvas: Canvas) -> FloatImage:
        """STO on the reduced grid, ``(grid, grid)``, on the film's grey scale."""
        seen, low, scale = as_input(canvas, self.network.grid_px)
        with torch.inference_mode():
            sto, _ = self.network(seen)
        return sto[0, 0].numpy() * np.float32(scale) + np.float32(low)


def as_input(canvas: Canvas, grid_px: int) -> tuple[torch.Tensor, float, float]:
    """What the network sees, ``(1, 1, grid, grid)``, and its offset and scale."""
    low, scale = normalisation(canvas.grey)
    film = torch.from_numpy(canvas.grey)[None, None]
    small = functional.interpolate(
        film, (grid_px, grid_px), mode="bilinear", antialias=True
    )
    small = (small - low) / scale
    return small.contiguous(memory_format=torch.channels_last), low, scale


def _spline(at: NDArray[np.float64], grid_px: int) -> csr_array:
    """A cubic spline's basis at some places of the grid, ``(len(at), grid)``.

    ``at`` is in shares of the grid's side; beyond the outer cells their value stays.
    """
    cells = np.clip(at * grid_px - 0.5, 0, grid_px - 1)
    basis = BSpline.design_matrix(cells, _cells(grid_px).t, 3)
    return csr_array(basis, dtype=np.float32)


def _upsampled(grid: FloatImage, rows: csr_array, columns: csr_array) -> FloatImage:
    """The spline surface through the cells of a grid, at rows and columns.

    Four cells tell each pixel: some fifteen times faster than with dense matrices.
    """
    to_basis = _cells(len(grid)).c.astype(np.float32)
    weights = to_basis @ grid @ to_basis.T
    across = columns @ np.ascontiguousarray(weights.T)
    return np.asarray(rows @ np.ascontiguousarray(across.T), np.float32)


@cache
def _cells(grid_px: int) -> BSpline:
    return make_interp_spline(np.arange(grid_px), np.eye(grid_px), k=3)


def subtract_sto(
    grey: FloatImage, canvas: Canvas, sto_on_grid: FloatImage
) -> HipImages:
    """Subtract the smoothly upsampled STO from the film at full resolution.

    Parameters
    ----------
    grey
        The whole film on its fixed 0 … 1 range.
    canvas
        The hip box it was seen through.
    sto_on_grid
        What :meth:`Enhancer.sto_on_grid` gave for it.
    """
    rows, columns = grey.shape
    square = canvas.square
    r0, r1 = max(0, int(np.ceil(square.y0))), min(rows - 1, int(square.y1))
    c0, c1 = max(0, int(np.ceil(square.x0))), min(columns - 1, int(square.x1))
    rows_at = (np.arange(r0, r1 + 1) - square.y0) / square.height
    columns_at = (np.arange(c0, c1 + 1) - square.x0) / square.width
    if canvas.mirrored:
        columns_at = 1 - columns_at
    grid_px = len(sto_on_grid)
    sto = _upsampled(
        sto_on_grid, _spline(rows_at, grid_px), _spline(columns_at, grid_px)
    )
    film = np.ascontiguousarray(grey[r0 : r1 + 1, c0 : c1 + 1])
    return HipImages((r0, c0), film, sto)
