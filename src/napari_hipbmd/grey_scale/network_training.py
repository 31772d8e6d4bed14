"""Training the network of gain and mineral on films whose truth is known."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from ..core.anatomy import SITES
from ..core.errors import Refused
from ..learning import augmentation
from ..learning.augmentation import Wobble
from ..learning.optimiser import muon_with_cosine
from ..learning.splitting import ByPatient
from ..learning.training import Fit, fit, half_precision
from ..learning.weights import channels_last, write_model
from .network import NAME, OUTPUTS, GainNetwork
from .picture import Picture

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lightning.pytorch import LightningModule

VALIDATION_SHARE = 0.12
LEARNING_RATE, DECAY = 2e-3, 0.02
CONTRAST, BRIGHTNESS = 0.15, 0.05
"""Of random displays: log contrast and grey, one standard deviation."""

GRAIN = 0.1
"""Of a quarter of the logarithm of the grain, one standard deviation: how coarse grain
is follows from the detector and the display as well, and is no ruler to lean on."""

BENT_SHARE, BEND = 0.5, 0.25
"""How many films are seen through one more display curve, and its log gamma at most.
The gain through it is not known, so they teach the mineral alone."""

VIEWS = Wobble(12.0, scale=(0.93, 1.07), shift=0.04)

UNTOLD = 0.1
"""How often the patient is kept from the network."""

BIOLOGY = 4
FEWEST = 60
SITE_WEIGHT, CELL_WEIGHT = 3.0, 30.0
"""Of the errors of the sites' means and of single cells, beside the gain's."""

TAME = 0.5
"""Errors of a site beyond so many standard deviations count linearly."""


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
    minerals
        ``(n, 80, 64)`` float16, g/cm² of the femur on the cells of the picture; NaN
        where only the regions' aBMD is known.
    shares
        ``(n, 3, 80, 64)`` float16: how much of each cell lies in a true region.
    bmd_g_cm2, area_cm2
        ``(n, 4)`` true aBMD and area of the sites.
    group
        The patient of each.
    """

    pictures: Picture
    facts: NDArray[np.float32]
    log_gains: NDArray[np.float32]
    minerals: NDArray[np.float16]
    shares: NDArray[np.float16]
    bmd_g_cm2: NDArray[np.float32]
    area_cm2: NDArray[np.float32]
    group: tuple[str, ...]

    def take(self, index: NDArray[np.intp]) -> GainFilms:
        """The films at ``index``."""
        arrays = {one.name: getattr(self, one.name)[index] for one in fields(self)[:-1]}
        return replace(self, **arrays, group=tuple(self.group[i] for i in index))


class _Dataset(Dataset[Mapping[str, Tensor]]):
    def __init__(self, films: GainFilms) -> None:
        self.films = films

    def __len__(self) -> int:
        return len(self.films.group)

    def __getitem__(self, index: int) -> Mapping[str, Tensor]:
        return {
            one.name: torch.from_numpy(
                getattr(self.films, one.name)[index].astype(np.float32)
            )
            for one in fields(self.films)[:-1]
        }


def random_display(picture: Tensor, log_gain: Tensor) -> tuple[Tensor, Tensor]:
    """Films with another contrast, brightness and grain; the gain follows contrast."""
    count, device = len(picture), picture.device
    more = CONTRAST * torch.randn(count, 1, 1, 1, device=device)
    grey = BRIGHTNESS * torch.randn(count, 1, 1, 1, device=device)
    shown, rest = picture[:, :2], picture[:, 2:].clone()
    middle = shown.mean((1, 2, 3), keepdim=True)
    shown = (shown - middle) * more.exp() + middle + grey
    grain = GRAIN * torch.randn(count, 1, 1, 1, device=device)
    rest[:, :1] += more / 4 + grain
    return torch.cat([shown, rest], 1), log_gain + more[:, 0, 0]


def _size(images: Tensor) -> tuple[int, int]:
    """Rows and columns."""
    rows, columns = images.shape[-2:]
    return rows, columns


def site_means(mineral: Tensor, shares: Tensor, area_cm2: Tensor) -> Tensor:
    """Mean mineral of the sites ``(n, 4)``: three regions, and all of them by area."""
    total = (mineral[:, None] * shares).sum((2, 3))
    means = total / shares.sum((2, 3)).clamp(min=1e-3)
    areas = area_cm2[:, : means.shape[1]]
    whole = (means * areas).sum(1, keepdim=True) / areas.sum(1, keepdim=True)
    return torch.cat([means, whole], 1)


def errors(network: GainNetwork, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Errors of the exact gain, ``(n,)`` a part of 1, and of the sites, ``(n, 4)``."""
    answer, _unsure, drawn = network(batch["pictures"], batch["facts"])
    means = site_means(drawn, batch["shares"], batch["area_cm2"])
    off = (answer - batch["log_gains"])[:, -1]
    return off.abs(), (means - batch["bmd_g_cm2"]).abs()


class GainTraining(LightningModule):
    """Lightning's view: random displays and places, and three losses.

    The gains by a Gaussian likelihood; the mineral's mean over the sites, in standard
    deviations between people; the mineral of each cell.
    """

    site_spread: Tensor

    def __init__(self, epochs: int, films: GainFilms) -> None:
        super().__init__()
        self.epochs = epochs
        self.network = network = channels_last(GainNetwork())
        for values, name in ((films.facts, "facts_"), (films.log_gains, "")):
            known = np.ma.masked_invalid(values)  # a fact may be told by no film
            middle, spread = known.mean(0).filled(0), known.std(0).filled(1)
            getattr(network, f"{name}middle").copy_(torch.from_numpy(middle))
            getattr(network, f"{name}spread").copy_(
                torch.from_numpy(spread).clamp(min=1e-3)
            )
        spread = torch.from_numpy(films.bmd_g_cm2.std(0)).clamp(min=1e-2)
        self.register_buffer("site_spread", spread)

    @torch.no_grad()
    def _seen(self, batch: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        """Another view and display of a batch, and which gains are known then."""
        picture, log_gain = random_display(batch["pictures"], batch["log_gains"])
        n, device = len(picture), picture.device
        bent = torch.rand(n, device=device) < BENT_SHARE
        shown = augmentation.random_curve(picture[:, :2], BEND)
        shown = torch.where(bent.view(-1, 1, 1, 1), shown, picture[:, :2])
        picture = torch.cat([shown, picture[:, 2:]], 1)
        matrix = augmentation.random_frames(n, VIEWS, device)
        picture = augmentation.view(picture, matrix, _size(picture))
        truth = torch.cat([batch["minerals"][:, None], batch["shares"]], 1)
        truth = augmentation.view(truth, matrix, _size(truth), "zeros")
        untold = torch.rand(n, 1, device=device) < UNTOLD
        facts = batch["facts"].clone()
        facts[:, :BIOLOGY] = facts[:, :BIOLOGY].masked_fill(untold, torch.nan)
        return picture, facts, log_gain, truth[:, 0], truth[:, 1:], ~bent

    def training_step(self, batch: Mapping[str, Tensor], _: int) -> Tensor:
        """One step."""
        picture, facts, log_gain, mineral, shares, known = self._seen(batch)
        picture = picture.contiguous(memory_format=torch.channels_last)
        with half_precision(picture.device):
            found = self.network(picture, facts)
        answer, unsure, drawn = (part.float() for part in found)
        off = (answer - log_gain) / unsure.exp()
        gain = (unsure - self.network.spread.log() + off**2 / 2) * known[:, None]
        means = site_means(drawn, shares, batch["area_cm2"])
        away = (means - batch["bmd_g_cm2"]) / self.site_spread
        site = functional.smooth_l1_loss(away, torch.zeros_like(away), beta=TAME)
        there = torch.isfinite(mineral)
        cell = ((drawn - torch.nan_to_num(mineral)) * there).pow(2).mean()
        loss = gain.mean() + SITE_WEIGHT * site + CELL_WEIGHT * cell
        for name, value in (("loss", loss), ("sites", site), ("cells", cell)):
            self.log(name, value, on_step=False, on_epoch=True, batch_size=len(facts))
        return loss

    def validation_step(self, batch: Mapping[str, Tensor], _: int) -> None:
        """Median error of the exact gain, a part of 1; mean error of the sites."""
        off, away = errors(self.network, batch)
        self.log("gain_off", off.median(), batch_size=len(off))
        self.log("sites_off", away.mean(), batch_size=len(off))

    def configure_optimizers(self) -> Any:
        """Muon with a cosine to zero."""
        return muon_with_cosine(self.network, LEARNING_RATE, self.epochs, DECAY)


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
        parts = [errors(network, batch) for batch in DataLoader(_Dataset(held), 32)]
    off, away = (torch.cat(part) for part in zip(*parts, strict=True))
    write_model(
        plan.out,
        NAME,
        network.state_dict(),
        {
            "name": NAME,
            "outputs": list(OUTPUTS),
            "epochs": plan.epochs,
            "figures": {
                "median_error": round(float(off.median()), 4),
                "mean_error_g_cm2": {
                    site: round(error, 4)
                    for site, error in zip(SITES, away.mean(0).tolist(), strict=True)
                },
            },
            "films": {"train": len(fitted.group), "validation": len(held.group)},
            "seed": plan.seed,
            **plan.settings,
        },
    )
