"""The networks that find hips and landmarks, as ONNX."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

from ..learning.onnx_export import OnnxModel, to_onnx
from .locator import FILM_PX, LocatorNetwork
from .networks import FIRST_PX, SECOND_PX
from .predict import LandmarkFinder

POINTS = "points in −1 … 1 (x, y), pixel centres at (2 i + 1) / size − 1"


class _Seeing(nn.Module):
    """The locator with all that it sees."""

    def __init__(self, network: LocatorNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Centres, log heatmaps, presence as logits."""
        return self.network.see(image)


class PointsAlone(nn.Module):
    """A network of the preset ``paper``: it has points alone."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """Points."""
        return (self.network(image)[0],)


def landmark_onnx(finder: LandmarkFinder) -> Iterator[tuple[str, OnnxModel]]:
    """Names of files without ending, and the networks, one after the other."""
    facts = {"input": "view of a hip, normalised and clipped to −0.5 … 1.5"}
    heat = finder.network.preset == "default"
    for name, network in finder.fast.nets.items():
        outputs = ("points", "log_heatmaps") if heat else ("points",)
        size = FIRST_PX if name == "first" else SECOND_PX
        yield (
            f"landmarks_{name}",
            to_onnx(
                network if heat else PointsAlone(network),
                size,
                outputs,
                {**facts, "points": POINTS},
            ),
        )
    yield (
        "locator",
        to_onnx(
            _Seeing(finder.locator.network),
            FILM_PX,
            ("points", "log_heatmaps", "presence"),
            {
                "input": "a whole film, normalised and clipped to −0.5 … 1.5",
                "points": POINTS,
                "presence": "logits: left, right",
            },
        ),
    )
