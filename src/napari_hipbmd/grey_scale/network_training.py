"""Training the network of the gain on films whose exact soft tissue is known."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ..core.errors import Refused
from ..learning.optimiser import adamw_with_cosine
from ..learning.splitting import ByPatient
from ..learning.training import Fit, fit, write_model
from .network import NAME, OUTPUTS, GainNetwork
from .picture import Picture

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lightning.pytorch import LightningModule

VALIDATION_SHARE = 0.12
LEARNING_RATE, DECAY = 2e-3, 0.02
CONTRAST, BRIGHTNESS, SHIFT_PX = 0.15, 0.05, 6
"""Of random views: log contrast and grey, one standard deviation; pixels at most."""

UNTOLD = 0.1
"""How often the patient is kept from the network."""

BIOLOGY = 4
FEWEST = 60


@dataclass(frozen=True, eq=False)
class GainFilms(ByPatient):
    """What the network learns from.

    Attributes
    ----------
    pictures
        ``(n, 4, 160, 128)`` float16.
    facts
        ``(n, 6)``; NaN where unknown.
    log_gains
        ``(n, 5)`` in the order of ``network.OUTPUTS``.
    group
        The patient of each.
    """

    pictures: Picture
    facts: NDArray[np.float32]
    log_gains: NDArray[np.float32]
    group: tuple[str, ...]

    def take(self, index: NDArray[np.intp]) -> GainFilms:
        """The films at ``index``."""
        return GainFilms(
            self.pictures[index],
            self.facts[index],
            self.log_gains[index],
            tuple(self.group[i] for i in index),
        )


class _Dataset(Dataset[tuple[Tensor, Tensor, Tensor]]):
    def __init__(self, films: GainFilms) -> None:
        self.films = films

    def __len__(self) -> int:
        return len(self.films.group)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        picture = torch.from_numpy(self.films.pictures[index].astype(np.float32))
        facts = torch.from_numpy(self.films.facts[index])
        return picture, facts, torch.from_numpy(self.films.log_gains[index])


def random_display(picture: Tensor, log_gain: Tensor) -> tuple[Tensor, Tensor]:
    """Films with another contrast and brightness, whose gain changes as much."""
    count, device = len(picture), picture.device
    more = CONTRAST * torch.randn(count, 1, 1, 1, device=device)
    grey = BRIGHTNESS * torch.randn(count, 1, 1, 1, device=device)
    shown, rest = picture[:, :2], picture[:, 2:].clone()
    middle = shown.mean((1, 2, 3), keepdim=True)
    shown = (shown - middle) * more.exp() + middle + grey
    rest[:, :1] += more / 4
    return torch.cat([shown, rest], 1), log_gain + more[:, 0, 0]


class GainTraining(LightningModule):
    """Lightning's view: random displays and places, Gaussian likelihood."""

    def __init__(self, epochs: int, films: GainFilms) -> None:
        super().__init__()
        self.epochs = epochs
        self.network = network = GainNetwork()
        for values, name in ((films.facts, "facts_"), (films.log_gains, "")):
            known = np.ma.masked_invalid(values)  # a fact may be told by no film
            middle, spread = known.mean(0).filled(0), known.std(0).filled(1)
            getattr(network, f"{name}middle").copy_(torch.from_numpy(middle))
            getattr(network, f"{name}spread").copy_(
                torch.from_numpy(spread).clamp(min=1e-3)
            )

    def training_step(self, batch: tuple[Tensor, ...], _: int) -> Tensor:
        """One step."""
        picture, facts, log_gain = batch
        with torch.no_grad():
            picture, log_gain = random_display(picture, log_gain)
            down, right = torch.randint(-SHIFT_PX, SHIFT_PX + 1, (2,)).tolist()
            picture = picture.roll((down, right), (2, 3))
            untold = torch.rand(len(facts), 1, device=facts.device) < UNTOLD
            told = facts.clone()
            told[:, :BIOLOGY] = told[:, :BIOLOGY].masked_fill(untold, torch.nan)
        answer, unsure = self.network(picture, told)
        off = (answer - log_gain) / unsure.exp()
        loss = (unsure - self.network.spread.log() + off**2 / 2).mean()
        self.log("loss", loss, on_step=False, on_epoch=True, batch_size=len(facts))
        return loss

    def validation_step(self, batch: tuple[Tensor, ...], _: int) -> None:
        """Median error of the exact gain, a part of 1."""
        picture, facts, log_gain = batch
        off = (self.network(picture, facts)[0] - log_gain)[:, -1]
        self.log("gain_off", off.abs().median(), batch_size=len(facts))

    def configure_optimizers(self) -> Any:
        """AdamW with a cosine to zero."""
        weights = self.network.parameters()
        return adamw_with_cosine(
            weights, LEARNING_RATE, self.epochs, weight_decay=DECAY
        )


def learn_gain(films: GainFilms, plan: Fit) -> None:
    """Train on films of known gain and write ``gain.safetensors`` and its card.

    Raises
    ------
    Refused
        If there are too few films, or a checkpoint does not fit.
    Cancelled
        If asked to stop.
    """
    if len(set(films.group)) < FEWEST:
        raise Refused(
            f"The gain is learned from films of {FEWEST} patients or more whose exact"
            f" soft tissue is known; these are {len(set(films.group))}."
        )
    fitted, held = films.split(VALIDATION_SHARE, plan.seed)
    torch.manual_seed(plan.seed)
    module = GainTraining(plan.epochs, fitted)
    fit(module, _Dataset(fitted), _Dataset(held), plan)
    network = module.network.eval()
    with torch.inference_mode():
        parts = [
            (network(picture, facts)[0] - log_gain)[:, -1]
            for picture, facts, log_gain in DataLoader(_Dataset(held), 32)
        ]
    off = torch.cat(parts).abs()
    write_model(
        plan.out,
        NAME,
        network.state_dict(),
        {
            "name": NAME,
            "outputs": list(OUTPUTS),
            "epochs": plan.epochs,
            "figures": {"median_error": round(float(off.median()), 4)},
            "films": {"train": len(fitted.group), "validation": len(held.group)},
            "seed": plan.seed,
            **plan.settings,
        },
    )
