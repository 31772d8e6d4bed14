"""The network that draws the STO, as ONNX."""

from __future__ import annotations

from ..learning.onnx_export import OnnxModel, to_onnx
from .apply import Enhancer


def enhancement_onnx(enhancer: Enhancer) -> OnnxModel:
    """Film on the grid → STO on the same grid and scale, and the latent z."""
    return to_onnx(
        enhancer.network,
        enhancer.network.grid_px,
        ("sto", "z"),
        {
            "input": "a hip box, normalised; a right hip mirrored",
            "sto": "on the scale of the input",
        },
    )
