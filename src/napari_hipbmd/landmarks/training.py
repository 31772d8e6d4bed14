"""Training the decentralised CNN (paper 3.3, Eqs. 2 and 3)."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import ConcatDataset

from ..core.canvas import CANVAS_PX
from ..learning.augmentation import add_noise
from ..learning.hips import Hips, as_grey
from ..learning.optimiser import muon_with_cosine
from ..learning.training import Fit, fit, half_precision
from ..learning.weights import channels_last, write_model
from .correction import Correction
from .disturbance import soften
from .errors import correction_from, expected_errors, measure_errors
from .frames import CROP_SIDE, FIRST_SIDE, centres_of, ruler
from .labelled import Labelled
from .losses import counted, loss_of
from .networks import Decentralised, LandmarkPreset
from .views import views_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lightning.pytorch import LightningModule

NAME = "landmarks"
VALIDATION_SHARE = 0.08
NOISE = 0.08
LEARNING_RATE = {"default": 2e-3, "paper": 1e-3}
START_RATE = 1e-3  # of networks that know something already


class LandmarkTraining(LightningModule):
    """Lightning's view: four networks, one step trains them all."""

    def __init__(
        self, preset: LandmarkPreset, epochs: int, learning_rate: float | None = None
    ) -> None:
        super().__init__()
        self.preset, self.epochs = preset, epochs
        self.learning_rate = learning_rate or LEARNING_RATE[preset]
        self.network = channels_last(Decentralised(preset))

    def _loss(
        self, name: str, image: Tensor, target: Tensor, known: Tensor
    ) -> tuple[Tensor, Tensor]:
        image = image.to(memory_format=torch.channels_last)
        with half_precision(image.device):
            points, log_heat = self.network(name, image)
        return loss_of(points, log_heat, target, counted(name, known))

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], _: int) -> Tensor:
        """One step on a batch of canvases, for all four networks."""
        film, xy, known = batch
        with torch.no_grad():
            views = views_of(as_grey(film), xy, random=True)
        total = torch.zeros((), device=self.device)
        for name, (image, target) in views.items():
            shown = soften(add_noise(image, NOISE))
            error, _distance = self._loss(name, shown, target, known)
            total = total + error
        self.log("loss", total, on_step=False, on_epoch=True, batch_size=len(film))
        return total

    def validation_step(self, batch: tuple[Tensor, Tensor, Tensor], _: int) -> None:
        """Mean distances in canvas pixels, crops around the true centres."""
        film, xy, known = batch
        views = views_of(as_grey(film), xy, random=False)
        unit = ruler(centres_of(xy)).mean() * CANVAS_PX / 2
        for name, (image, target) in views.items():
            _error, distance = self._loss(name, image, target, known)
            half = (
                CANVAS_PX / 2 if name == "first" else CROP_SIDE[name] * unit / 2  # type: ignore[index]
            )
            self.log(f"{name}_px", distance * half, batch_size=len(image))

    def configure_optimizers(self) -> Any:
        """SGD with momentum .95 (paper), or Muon with a cosine to zero."""
        rate = self.learning_rate
        if self.preset == "paper":
            return torch.optim.SGD(self.network.parameters(), rate, momentum=0.95)
        return muon_with_cosine(self.network, rate, self.epochs)


def write_landmarks(network: Decentralised, plan: Fit, card: dict[str, Any]) -> None:
    """Write ``landmarks.safetensors`` and its card."""
    write_model(
        plan.out,
        NAME,
        network.state_dict(),
        {
            "name": f"{NAME} ({network.preset})",
            "preset": network.preset,
            "first_side": FIRST_SIDE,
            "crop_side": dict(CROP_SIDE),
            "epochs": plan.epochs,
            **card,
            **plan.settings,
        },
    )


@dataclass(frozen=True, eq=False)
class RealHips:
    """Hips of real films that people labelled, to learn from beside digital ones.

    Attributes
    ----------
    fitted, held
        Those to learn from, and those that tell how sure the networks may be.
    times
        How often each is seen in an epoch; a digital hip is seen once.
    """

    fitted: Hips
    held: Hips
    times: int


def learn_landmarks(
    studies: Iterable[Hips], preset: LandmarkPreset, plan: Fit,
    real: RealHips | None = None, start: Mapping[str, Tensor] | None = None,
) -> None:  # fmt: skip
    """Train on ``studies`` and write ``landmarks.safetensors`` and its card.

    Patients are held out of each study by itself, so that a training that goes on with
    more studies holds out those that the first one did.

    Parameters
    ----------
    studies
        Each is split when its turn comes, and need not stay in memory beside its parts.
    real
        Labelled real hips, mixed in.
    start
        Weights to start from; the correction in them is fitted anew.

    Raises
    ------
    Refused
        If the hips have no landmarks, or a checkpoint does not fit.
    Cancelled
        If asked to stop.
    """
    parts = [hips.split(VALIDATION_SHARE, plan.seed) for hips in studies]
    fitted = [learned for learned, _ in parts]
    held = Hips.joined([checked for _, checked in parts])
    torch.manual_seed(plan.seed)  # the first weights
    module = LandmarkTraining(preset, plan.epochs, START_RATE if start else None)
    if start is not None:
        module.network.load_state_dict(dict(start))
    counts = {"train": sum(map(len, fitted)), "validation": len(held)}
    if real is not None:
        counts |= {"real train": len(real.fitted), "real validation": len(real.held)}
        fitted += [real.fitted] * real.times
    fit(module, ConcatDataset(map(Labelled, fitted)), Labelled(held), plan)
    network = module.network.float().eval()
    card = judged(network, fitted, held, real)
    card["hips"] = counts
    write_landmarks(network, plan, card)


def judged(
    network: Decentralised,
    fitted: Sequence[Hips],
    held: Hips,
    real: RealHips | None = None,
) -> dict[str, Any]:
    """Fit the correction of trained networks; gives their errors on held hips.

    Returns
    -------
    dict
        ``uncertainty`` and ``figures`` of the model's card.
    """
    network.correction = Correction()
    if network.preset == "default":
        network.correction = correction_from(network, fitted)
    errors = measure_errors(network, held)
    figures = errors.figures()
    if real is not None:
        on_real = measure_errors(network, real.held)
        figures["real_mean_error_in_rulers"] = round(float(on_real.rulers.mean()), 4)
        share = max(1, round(len(held) / max(len(real.held), 1)))
        errors = errors.with_others([on_real] * share)
    return {"uncertainty": expected_errors(errors), "figures": figures}
