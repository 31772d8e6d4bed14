"""Training the enhancement network on pairs (film, STO) with the loss of Eq. 1."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import Dataset

from ..learning import augmentation
from ..learning.hips import Hips, as_grey
from ..learning.optimiser import muon_with_cosine, with_cosine
from ..learning.training import EpochReport, Fit, fit, half_precision
from ..learning.weights import channels_last, load_into, write_model
from ..synthesis import Operator, PairsFolder, additive
from ..synthesis import replace as paste
from .data import Item, mixture
from .networks import AutoencoderShape, build, loss
from .watch import add_to_curve, write_picture

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lightning.pytorch import LightningModule

EnhancementPreset = Literal["default", "paper"]
Batch = tuple[Tensor, Tensor, Tensor]
NAME = "enhancement"
BONE_VISIBLE = 0.01  # of the grey range
VALIDATION_SHARE = 0.08
GOING_ON = 0.25  # of the learning rate, for a model that has learned before


@dataclass(frozen=True)
class Recipe:
    """What a preset fixes."""

    shape: AutoencoderShape
    alpha: float = 1e-4
    learning_rate: float = 2e-3
    bone_weight: float = 4.0
    mixed_share: float = 0.35
    noise: float = 0.03
    curves: bool = True
    bias_weight: float = 0.0
    edge_weight: float = 0.0
    tissue: float = 0.0
    local: float = 0.0
    oversampling: int = 1
    operator: Operator = "additive"
    optimiser: Literal["muon", "adamw"] = "muon"


RECIPES: dict[EnhancementPreset, Recipe] = {
    "default": Recipe(
        AutoencoderShape((24, 48, 72, 96, 144), grid_px=128, skips=True),
        mixed_share=0.35,
        bias_weight=24.0,
        edge_weight=20.0,
        tissue=0.03,
        local=0.3,
    ),
    "paper": Recipe(
        AutoencoderShape(norm=False),
        learning_rate=1e-3,
        bone_weight=1.0,
        mixed_share=1.0,
        noise=0.0,
        curves=False,
        operator="replace",
        optimiser="adamw",
    ),
}


def regional_bias(away: Tensor, bone: Tensor) -> Tensor:
    """Mean square of what is left of an error when it is averaged over bone.

    A feature is a region's mean, in which fine errors cancel and slow ones do not. The
    means are over the bone in overlapping squares of an eighth of the grid's side,
    about 24 mm: the size of a region.
    """
    side = bone.shape[-1] // 8
    share = functional.avg_pool2d(bone, side, side // 2)
    total = functional.avg_pool2d(away * bone, side, side // 2)
    there = (share > 0.25).to(away.dtype)
    means = total / share.clamp(min=0.25)
    return (means**2 * there).sum() / there.sum().clamp(min=1)


def edges_left(away: Tensor, bone: Tensor) -> Tensor:
    """Mean square of the slope of an error under bone: cortices that shine through.

    Soft tissue is smooth there, so a step of the error is an edge of bone in the STO.
    """
    down = (away[..., 1:, :] - away[..., :-1, :]) * bone[..., 1:, :]
    right = (away[..., 1:] - away[..., :-1]) * bone[..., 1:]
    return ((down**2).sum() + (right**2).sum()) / bone.sum().clamp(min=1)


class EnhancementTraining(LightningModule):
    """Lightning's view of the training: augmentation, loss, optimiser."""

    def __init__(self, recipe: Recipe, epochs: int) -> None:
        super().__init__()
        self.recipe, self.epochs = recipe, epochs
        self.network = channels_last(build(recipe.shape))

    def _pair(
        self, film: Tensor, sto: Tensor, mixable: Tensor
    ) -> tuple[Tensor, Tensor]:
        """A random pair of the batch: seen anew, and mixed with others' soft tissue."""
        recipe, n = self.recipe, len(film)
        both = as_grey(torch.cat([film, sto], 1))
        matrix = augmentation.random_frames(n, augmentation.Wobble(), film.device)
        fine = recipe.oversampling  # as smooth as what the network is used on
        both = augmentation.view(both, matrix, fine * self.network.grid_px)
        both = functional.avg_pool2d(both, fine)
        film, sto = both[:, :1], both[:, 1:]
        mixed = torch.rand(n, 1, 1, 1, device=film.device) < recipe.mixed_share
        mixed &= mixable.view(-1, 1, 1, 1)
        tile = sto.roll(1, 0)  # another patient's soft tissue
        if recipe.operator == "additive":
            made = additive(tile, film, sto, 1.0)
        else:
            bone = ((film - sto).abs() > BONE_VISIBLE).to(film.dtype)
            rim = functional.avg_pool2d(bone, 5, 1, 2)
            made = paste(tile, film, rim)
        film = torch.where(mixed, made.clamp(0, 1), film)
        sto = torch.where(mixed, tile, sto)
        if recipe.tissue:
            more = augmentation.random_field(film, recipe.tissue)
            film, sto = film + more, sto + more
        if recipe.local:
            both = augmentation.random_local(torch.cat([film, sto], 1), recipe.local)
            film, sto = both[:, :1], both[:, 1:]
        if recipe.curves:
            both = augmentation.random_curve(torch.cat([film, sto], 1))
            film, sto = both[:, :1], both[:, 1:]
        return film, sto

    def scale_of(self, film: Tensor) -> tuple[Tensor, Tensor]:
        """Offset and scale by which the network sees each film, ``(n, 1, 1, 1)``."""
        return augmentation.normalise(film)

    def _loss(self, film: Tensor, sto: Tensor, noise: float) -> tuple[Tensor, Tensor]:
        bone = (film - sto).abs() > BONE_VISIBLE
        low, scale = self.scale_of(film)
        seen = (film - low) / scale
        if noise:
            seen = augmentation.add_noise(seen, noise)
        seen = seen.to(memory_format=torch.channels_last)
        with half_precision(film.device):
            drawn, z = self.network(seen)
        weight = 1 + (self.recipe.bone_weight - 1) * bone.float()
        root = torch.sqrt(weight / weight.mean())
        label = (sto - low) / scale
        drawn = drawn.float()
        error, penalty = loss(root * label, root * drawn, z.float(), self.recipe.alpha)
        if self.recipe.bias_weight:
            away = regional_bias(drawn - label, bone.float())
            error = error + self.recipe.bias_weight * away
        if self.recipe.edge_weight:
            left = edges_left(drawn - label, bone.float())
            error = error + self.recipe.edge_weight * left
        return error, penalty

    def on_grid(self, levels: Tensor) -> Tensor:
        """Canvases ``(n, 1, 448, 448)`` as grey on the grid that the network draws."""
        grid = (self.network.grid_px,) * 2
        return functional.interpolate(
            as_grey(levels), grid, mode="bilinear", antialias=True
        )

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """One step on a batch of canvases."""
        film, sto = self._pair(*batch)
        error, penalty = self._loss(film, sto, self.recipe.noise)
        n = len(film)
        self.log("reconstruction", error, on_step=False, on_epoch=True, batch_size=n)
        self.log("penalty", penalty, on_step=False, on_epoch=True, batch_size=n)
        return error + penalty

    def validation_step(self, batch: Batch, _: int) -> None:
        """Error of the STO under bone, as a share of the film's spread."""
        film, sto = map(self.on_grid, batch[:2])
        error, _penalty = self._loss(film, sto, 0.0)
        self.log("validation", error, on_epoch=True, batch_size=len(film))

    @torch.inference_mode()
    def drawn(self, film: Tensor) -> Tensor:
        """The STO of one film ``(1, grid, grid)``, on the film's grey scale."""
        low, scale = augmentation.normalise(film[None])
        learning = self.network.training
        self.network.eval()  # norms as they are, not as this film would have them
        sto, _z = self.network((film[None] - low) / scale)
        self.network.train(learning)
        shown: Tensor = (sto.float() * scale + low)[0]
        return shown

    def configure_optimizers(self) -> Any:
        """Muon, or AdamW (paper), with a cosine to zero."""
        rate = self.recipe.learning_rate
        if self.recipe.optimiser == "muon":
            return muon_with_cosine(self.network, rate, self.epochs)
        weights = self.network.parameters()
        return with_cosine(
            torch.optim.AdamW(weights, rate, weight_decay=1e-4, fused=True), self.epochs
        )


def learn_enhancement(hips: Hips, preset: EnhancementPreset, plan: Fit) -> None:
    """Train on ``hips`` and write ``enhancement.safetensors`` and its card.

    Raises
    ------
    Refused
        If the hips have no STO, or a checkpoint does not fit.
    Cancelled
        If asked to stop.
    """
    train_mixture([hips], [], preset, plan)


def train_mixture(
    studies: Iterable[Hips],
    folders: Sequence[PairsFolder],
    preset: EnhancementPreset,
    plan: Fit,
    start: Mapping[str, Tensor] | None = None,
) -> None:
    """Train on any mix of studies and stored pairs; see :func:`learn_enhancement`."""
    learned, checked = mixture(
        studies,
        folders,
        held_share=VALIDATION_SHARE,
        seed=plan.seed,
        mixed=RECIPES[preset].operator == "additive",
    )
    train_on(learned, checked, preset, plan, start)


def train_on(
    fitted: Dataset[Item], held: Dataset[Item], preset: EnhancementPreset, plan: Fit,
    start: Mapping[str, Tensor] | None = None,
) -> None:  # fmt: skip
    """Train on any pairs of film and STO, from given weights or from nothing.

    Each epoch adds to ``curve.csv`` and draws the first held-out film anew, into
    ``validation.tif``.
    """
    recipe = RECIPES[preset]
    if start is not None:
        recipe = replace(recipe, learning_rate=GOING_ON * recipe.learning_rate)
    torch.manual_seed(plan.seed)  # the first weights
    module = EnhancementTraining(recipe, plan.epochs)
    if start is not None:
        load_into(module.network, start, NAME)
    fit(module, fitted, held, replace(plan, report=_watching(module, held, plan)))
    if not module.trainer.is_global_zero:  # another process writes the model
        return
    figures = {
        name: round(float(value), 6)
        for name, value in module.trainer.callback_metrics.items()
    }
    write_model(
        plan.out,
        NAME,
        module.network.state_dict(),
        {
            "name": f"{NAME} ({preset})",
            "preset": preset,
            "shape": recipe.shape.to_json(),
            "recipe": {k: v for k, v in asdict(recipe).items() if k != "shape"},
            "hips": {"train": len(fitted), "validation": len(held)},  # type: ignore[arg-type]
            "epochs": plan.epochs,
            "figures": figures,
            **plan.settings,
        },
    )


def _watching(
    module: EnhancementTraining, held: Dataset[Item], plan: Fit
) -> EpochReport:
    """Write what a person watches, then tell the caller."""
    film, exact, _ = held[0]
    film, exact = (module.on_grid(image[None])[0] for image in (film, exact))

    def report(epoch: int, count: int, figures: Mapping[str, float]) -> None:
        if not module.trainer.is_global_zero:
            return
        add_to_curve(plan.out, epoch, figures)
        drawn = module.drawn(film.to(module.device)).cpu()
        write_picture(plan.out, film[0].numpy(), drawn[0].numpy(), exact[0].numpy())
        if plan.report:
            plan.report(epoch, count, figures)

    return report
