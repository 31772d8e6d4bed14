"""Training the decentralised CNN (paper 3.3, Eqs. 2 and 3)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from .. import augmentation
from ..anatomy import LANDMARK_IDS, REGIONS
from ..augmentation import Wobble
from ..canvas import CANVAS_PX
from ..hips import LEVELS, Hips
from ..learning import Fit, channels_last, fit, write_model
from ..radiograph import FilmRefused
from .frames import CROP_SIDE, FIRST_SIDE, MEMBERS, centres_of, ruler
from .networks import (
    FIRST_PX,
    SECOND_PX,
    Decentralised,
    Preset,
    as_input,
    axis,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lightning.pytorch import LightningModule

NAME = "landmarks"
VALIDATION_SHARE = 0.08
HEAT_SIGMA = 0.05  # in −1 … 1
POINT_WEIGHT = 10.0
NOISE = 0.08
WHOLE = Wobble(10, 50, 0.12, (0.62, 1.12), 0.10)
CROP_TURN_DEG, CROP_WIDE_DEG, CROP_WIDE_SHARE = 12.0, 50.0, 0.12
LEARNING_RATE = {"default": 2e-3, "paper": 1e-3}


class Labelled(Dataset[tuple[Tensor, Tensor]]):
    """Canvas ``(1, 448, 448)`` and landmarks ``(16, 2)`` in −1 … 1."""

    def __init__(self, hips: Hips) -> None:
        if hips.landmarks_xy is None:
            raise FilmRefused(
                "This study has no landmarks to learn from: label films first, or"
                " make a study with 'hipbmd phantom'."
            )
        self.film = hips.film
        self.xy = (hips.landmarks_xy + 0.5) * 2 / CANVAS_PX - 1

    def __len__(self) -> int:
        return len(self.film)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        film = torch.from_numpy(self.film[index].astype("float32") / LEVELS)[None]
        return film, torch.from_numpy(self.xy[index].astype("float32"))


def _occlude(film: Tensor) -> Tensor:
    """Now and then a rectangle of one grey: collimation, cloth, lead."""
    n, _, rows, columns = film.shape
    y = torch.linspace(-1, 1, rows, device=film.device).view(1, 1, -1, 1)
    x = torch.linspace(-1, 1, columns, device=film.device).view(1, 1, 1, -1)

    def draw(low: float, high: float) -> Tensor:
        return augmentation.uniform(n, low, high, film.device).view(-1, 1, 1, 1)

    inside = ((x - draw(-1, 1)).abs() < draw(0.02, 0.25)) & (
        (y - draw(-1, 1)).abs() < draw(0.02, 0.25)
    )
    some = torch.rand(n, 1, 1, 1, device=film.device) < 0.25
    shadow = 1 / (1 + torch.exp(-(x * draw(-9, 9) + y * draw(-9, 9) + draw(-4, 4))))
    film = film + draw(-0.25, 0.25) * shadow
    return torch.where(inside & some, draw(0, 1), film)


class LandmarkTraining(LightningModule):
    """Lightning's view: four networks, one step trains them all."""

    def __init__(self, preset: Preset, epochs: int) -> None:
        super().__init__()
        self.preset, self.epochs = preset, epochs
        self.network = channels_last(Decentralised(preset))

    def _views(
        self, film: Tensor, xy: Tensor, random: bool
    ) -> dict[str, tuple[Tensor, Tensor]]:
        """Input and target points of each network."""
        n, device = len(film), film.device
        zero = torch.zeros(n, device=device)
        if random:
            film = _occlude(augmentation.random_curve(film))
            whole = augmentation.random_frames(n, WHOLE, device)
        else:
            whole = augmentation.frames(zero, zero + 1, zero, zero)
        centres = centres_of(xy)
        out = {
            "first": (
                as_input(augmentation.view(film, whole, FIRST_PX)),
                augmentation.to_view(centres, whole),
            )
        }
        unit = ruler(centres)
        for i, region in enumerate(REGIONS):
            size = CROP_SIDE[region] * unit / 2
            at = centres[:, i]
            if random:
                wobble = Wobble(
                    CROP_TURN_DEG, CROP_WIDE_DEG, CROP_WIDE_SHARE, (0.8, 1.25), 0.07
                )
                matrix = augmentation.random_frames(n, wobble, device)
                matrix = matrix * size[:, None, None]
                matrix[:, :, 2] += at
            else:
                matrix = augmentation.frames(zero, size, at[:, 0], at[:, 1])
            out[region] = (
                as_input(augmentation.view(film, matrix, SECOND_PX)),
                augmentation.to_view(xy[:, MEMBERS[region]], matrix),
            )
        return out

    def _loss(self, name: str, image: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Loss, and the mean distance in shares of the view's half side."""
        image = image.to(memory_format=torch.channels_last)
        with torch.autocast(image.device.type, torch.bfloat16):
            points, log_heat = self.network(name, image)
        distance = torch.linalg.norm(points - target, dim=-1).mean()
        error = functional.mse_loss(points, target)  # Eq. 2
        if log_heat is None:
            return error, distance
        at = axis(log_heat.shape[-1], image.device)
        x = torch.exp(-0.5 * ((at - target[..., :1]) / HEAT_SIGMA) ** 2)
        y = torch.exp(-0.5 * ((at - target[..., 1:]) / HEAT_SIGMA) ** 2)
        wanted = y[..., :, None] * x[..., None, :]
        total = wanted.sum((-2, -1), keepdim=True)
        visible = (target.abs() < 1).all(-1)
        wanted = wanted / total.clamp(min=1e-6)
        cross = -(wanted * log_heat).sum((-2, -1))
        heat = (cross * visible).sum() / visible.sum().clamp(min=1)
        inside = functional.smooth_l1_loss(points[visible], target[visible], beta=0.05)
        return heat + POINT_WEIGHT * inside, distance

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """One step on a batch of canvases, for all four networks."""
        with torch.no_grad():
            views = self._views(*batch, random=True)
        total = torch.zeros((), device=self.device)
        for name, (image, target) in views.items():
            error, _distance = self._loss(
                name, augmentation.add_noise(image, NOISE), target
            )
            total = total + error
        self.log("loss", total, on_step=False, on_epoch=True, batch_size=len(batch[0]))
        return total

    def validation_step(self, batch: tuple[Tensor, Tensor], _: int) -> None:
        """Mean distances in canvas pixels, crops around the true centres."""
        views = self._views(*batch, random=False)
        unit = ruler(centres_of(batch[1])).mean() * CANVAS_PX / 2
        for name, (image, target) in views.items():
            _error, distance = self._loss(name, image, target)
            half = (
                CANVAS_PX / 2 if name == "first" else CROP_SIDE[name] * unit / 2  # type: ignore[index]
            )
            self.log(f"{name}_px", distance * half, batch_size=len(image))

    def configure_optimizers(self) -> Any:
        """SGD with momentum .95 (paper), or AdamW with a cosine to zero."""
        rate = LEARNING_RATE[self.preset]
        if self.preset == "paper":
            return torch.optim.SGD(self.network.parameters(), rate, momentum=0.95)
        optimiser = torch.optim.AdamW(self.network.parameters(), rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, self.epochs)
        return [optimiser], [schedule]


def _calibration(
    network: Decentralised, hips: Hips
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Expected radial error = a + b · heatmap spread, per landmark, on held-out hips.

    Whole chain: first order on the box, second order on *predicted* crops. In shares
    of the ruler, so that it holds for hips of all sizes.
    """
    from .predict import find_on_batch

    errors, spreads, radial_mm = [], [], []
    for start in range(0, len(hips), 16):
        index = np.arange(start, min(start + 16, len(hips)))
        part = hips.take(index)
        film, xy = next(iter(DataLoader(Labelled(part), len(part))))
        found = find_on_batch(network, film)
        distance = torch.linalg.norm(found.points - xy, dim=-1)
        errors.append((distance / found.ruler[:, None]).numpy())
        spreads.append(found.spread.numpy())
        mm = distance.numpy() * CANVAS_PX / 2 * part.mm_per_px[:, None]
        radial_mm.append(mm)
    error, width = np.concatenate(errors), np.concatenate(spreads)
    mm = np.concatenate(radial_mm)
    lines = {}
    for i, name in enumerate(LANDMARK_IDS):
        e, w = np.clip(error[:, i], None, np.quantile(error[:, i], 0.98)), width[:, i]
        slope = max(0.0, float(np.mean((e - e.mean()) * (w - w.mean()))))
        slope /= max(float(np.var(w)), 1e-9)
        lines[name] = [float(e.mean() - slope * w.mean()), slope]
    figures = {
        "mean_radial_error_mm": round(float(np.nanmean(mm)), 3),
        "within_2_mm": round(float(np.nanmean(mm < 2)), 3),
    }
    return lines, figures


def train(hips: Hips, preset: Preset, plan: Fit) -> None:
    """Train on ``hips`` and write ``landmarks.safetensors`` and its card.

    Raises
    ------
    FilmRefused
        If the hips have no landmarks, or a checkpoint does not fit.
    Cancelled
        If asked to stop.
    """
    fitted, held = hips.split(VALIDATION_SHARE, plan.seed)
    torch.manual_seed(plan.seed)  # the first weights
    module = LandmarkTraining(preset, plan.epochs)
    fit(module, Labelled(fitted), Labelled(held), plan)
    network = module.network.float().eval()
    calibration, figures = _calibration(network, held)
    write_model(
        plan.out,
        NAME,
        network.state_dict(),
        {
            "name": f"{NAME} ({preset})",
            "preset": preset,
            "first_side": FIRST_SIDE,
            "crop_side": dict(CROP_SIDE),
            "uncertainty": calibration,
            "hips": {"train": len(fitted), "validation": len(held)},
            "epochs": plan.epochs,
            "figures": figures,
            **plan.settings,
        },
    )
