"""Training the network that finds hips on whole films."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from ..core.errors import Refused
from ..learning import augmentation
from ..learning.augmentation import Wobble
from ..learning.optimiser import muon_with_cosine
from ..learning.splitting import ByPatient
from ..learning.training import Fit, fit, half_precision
from ..learning.weights import channels_last, write_model
from .disturbance import soften
from .locator import FILM_PX, NAME, SIDES, LocatorNetwork
from .losses import heat_about
from .networks import as_input

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lightning.pytorch import LightningModule

VALIDATION_SHARE = 0.08
HEAT_SIGMA = 0.07  # in −1 … 1
POINT_WEIGHT, PRESENCE_WEIGHT = 10.0, 2.0
VIEW = Wobble(12, 30, 0.1, (0.55, 1.35), 0.22)
GAMMA, LOCAL, NOISE = 0.8, 0.5, 0.08
LEARNING_RATE = 2e-3
IN_VIEW = 0.96


@dataclass(frozen=True, eq=False)
class Films(ByPatient):
    """Whole films with their hips.

    Attributes
    ----------
    film
        ``(n, 256, 256)`` uint8.
    centres
        ``(n, 2, 3, 2)`` of the left and the right hip in −1 … 1; NaN where unknown.
    shown
        ``(n, 2)``: 1 there, 0 not there, NaN not known.
    group
        The patient of each.
    """

    film: NDArray[np.uint8]
    centres: NDArray[np.float32]
    shown: NDArray[np.float32]
    group: tuple[str, ...]

    def take(self, index: NDArray[np.intp]) -> Films:
        """The films at ``index``; a film may come more than once."""
        group = tuple(self.group[i] for i in index)
        return Films(self.film[index], self.centres[index], self.shown[index], group)


class _Dataset(Dataset[tuple[Tensor, Tensor, Tensor]]):
    def __init__(self, films: Films) -> None:
        self.films = films

    def __len__(self) -> int:
        return len(self.films.film)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        film = torch.from_numpy(self.films.film[index].astype(np.float32) / 255)[None]
        centres = torch.from_numpy(self.films.centres[index].reshape(-1, 2))
        return film, centres, torch.from_numpy(self.films.shown[index])


def mirrored(film: Tensor, centres: Tensor, shown: Tensor) -> tuple[Tensor, ...]:
    """Films seen from behind: left becomes right."""
    turned = centres.view(-1, len(SIDES), 3, 2).flip(1).clone()
    turned[..., 0] = -turned[..., 0]
    return film.flip(3), turned.flatten(1, 2), shown.flip(1)


class LocatorTraining(LightningModule):
    """Lightning's view: random views of whole films."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self.epochs = epochs
        self.network = channels_last(LocatorNetwork())

    def _random(self, film: Tensor, centres: Tensor, shown: Tensor) -> tuple:  # type: ignore[type-arg]
        some = torch.rand(len(film)) < 0.5
        turned = mirrored(film, centres, shown)
        film, centres, shown = (
            torch.where(some.view(-1, *[1] * (a.dim() - 1)), b, a)
            for a, b in zip((film, centres, shown), turned, strict=True)
        )
        film = augmentation.random_curve(film, GAMMA)
        film = augmentation.random_local(film, LOCAL)
        matrix = augmentation.random_frames(len(film), VIEW, film.device)
        film = augmentation.view(film, matrix, FILM_PX)
        centres = augmentation.to_view(centres, matrix)
        film = soften(augmentation.add_noise(film, NOISE))
        away = centres.abs().amax(-1).view(len(film), len(SIDES), -1)
        out_of_view = (away > IN_VIEW).any(-1)
        all_out = (away > 1.1).all(-1)
        nan = torch.full_like(shown, torch.nan)
        part = torch.where(all_out, torch.zeros_like(shown), nan)
        shown = torch.where(out_of_view & (shown > 0), part, shown)
        return film, centres, shown

    def _losses(
        self, film: Tensor, centres: Tensor, shown: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Loss, mean distance in −1 … 1, and share of right answers about presence."""
        image = as_input(film).to(memory_format=torch.channels_last)
        with half_precision(film.device):
            points, log_heat, presence = self.network.see(image)
        counts = (shown > 0.5).repeat_interleave(3, 1)
        target = torch.where(counts[..., None], centres, 0.0)
        wanted = heat_about(target, log_heat.shape[-1], HEAT_SIGMA)
        total = counts.sum().clamp(min=1)
        heat = (-(wanted * log_heat).sum((-2, -1)) * counts).sum() / total
        apart = functional.smooth_l1_loss(points, target, reduction="none", beta=0.05)
        inside = (apart.mean(-1) * counts).sum() / total
        known = torch.isfinite(shown)
        answer = torch.where(known, shown, 0.0)
        wrong = functional.binary_cross_entropy_with_logits(
            presence, answer, known.float()
        )
        loss = heat + POINT_WEIGHT * inside + PRESENCE_WEIGHT * wrong
        distance = (torch.linalg.norm(points - target, dim=-1) * counts).sum() / total
        right = (((presence > 0) == (answer > 0.5)) & known).sum() / known.sum()
        return loss, distance, right

    def training_step(self, batch: tuple[Tensor, ...], _: int) -> Tensor:
        """One step."""
        with torch.no_grad():
            view = self._random(*batch)
        loss, _distance, _right = self._losses(*view)
        self.log("loss", loss, on_step=False, on_epoch=True, batch_size=len(batch[0]))
        return loss

    def validation_step(self, batch: tuple[Tensor, ...], _: int) -> None:
        """Distances in film pixels of 256, and presence."""
        _loss, distance, right = self._losses(*batch)
        size = len(batch[0])
        self.log("distance_px", distance * FILM_PX / 2, batch_size=size)
        self.log("presence_right", right, batch_size=size)

    def configure_optimizers(self) -> Any:
        """Muon with a cosine to zero."""
        return muon_with_cosine(self.network, LEARNING_RATE, self.epochs)


def learn_locator(
    films: Films, plan: Fit, real: Films | None = None, times: int = 1
) -> None:
    """Train on whole films and write ``locator.safetensors`` and its card.

    Parameters
    ----------
    real
        Labelled real films, each seen ``times`` an epoch.

    Raises
    ------
    Refused
        If there are too few films, or a checkpoint does not fit.
    Cancelled
        If asked to stop.
    """
    if len(set(films.group)) < 2:
        raise Refused("Finding hips is learned from films of two patients or more.")
    fitted, held = films.split(VALIDATION_SHARE, plan.seed)
    counts = {"train": len(fitted.film), "validation": len(held.film)}
    if real is not None:
        counts["real train"] = len(real.film)
        more = real.take(np.tile(np.arange(len(real.film)), times))
        fitted = Films(
            np.concatenate([fitted.film, more.film]),
            np.concatenate([fitted.centres, more.centres]),
            np.concatenate([fitted.shown, more.shown]),
            fitted.group + more.group,
        )
    torch.manual_seed(plan.seed)
    module = LocatorTraining(plan.epochs)
    fit(module, _Dataset(fitted), _Dataset(held), plan)
    network = module.network.float().eval()
    module.network = network
    with torch.inference_mode():
        parts = [module._losses(*batch) for batch in DataLoader(_Dataset(held), 16)]
    figures = {
        "distance_px_of_256": round(
            float(np.mean([float(d) for _, d, _ in parts])) * FILM_PX / 2, 2
        ),
        "presence_right": round(float(np.mean([float(r) for *_, r in parts])), 4),
    }
    write_model(
        plan.out,
        NAME,
        network.state_dict(),
        {
            "name": NAME,
            "epochs": plan.epochs,
            "films": counts,
            "figures": figures,
            **plan.settings,
        },
    )
