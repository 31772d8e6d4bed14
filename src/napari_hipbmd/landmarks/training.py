"""Training the decentralised CNN (paper 3.3, Eqs. 2 and 3)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from ..core.anatomy import LANDMARK_IDS, REGIONS, Points
from ..core.canvas import CANVAS_PX
from ..core.radiograph import FilmRefused
from ..learning import augmentation
from ..learning.augmentation import Wobble
from ..learning.hips import LEVELS, Hips
from ..learning.training import Fit, channels_last, fit, half_precision, write_model
from .correction import Correction, fit_correction
from .disturbance import disturb, soften
from .frames import CROP_SIDE, FIRST_SIDE, MEMBERS, centres_of, ruler
from .networks import FIRST_PX, SECOND_PX, Decentralised, LandmarkPreset, as_input, axis
from .predict import find_on_batch

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lightning.pytorch import LightningModule

NAME = "landmarks"
VALIDATION_SHARE = 0.08
HEAT_SIGMA = 0.05  # in −1 … 1
POINT_WEIGHT = 10.0
NOISE = 0.08
WHOLE = Wobble(20, 60, 0.12, (0.62, 1.3), 0.12)
CROP_TURN_DEG, CROP_WIDE_DEG, CROP_WIDE_SHARE = 20.0, 60.0, 0.12
CROP_SCALE, CROP_SHIFT = (0.78, 1.28), 0.08
GAMMA = 0.7  # of the display curves, as a logarithm
LOCAL = 0.5
LEARNING_RATE = {"default": 2e-3, "paper": 1e-3}
START_RATE = 1e-3  # of networks that know something already


class Labelled(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Canvas ``(1, 448, 448)``, landmarks ``(16, 2)`` in −1 … 1, which are known.

    Parameters
    ----------
    hips
        Its landmarks may be NaN where somebody left one out.
    guess
        ``(n, 16, 2)`` canvas pixels: where those may lie. Crops are laid by it, and
        nothing is learned from it.
    """

    def __init__(self, hips: Hips, guess: Points | None = None) -> None:
        if hips.landmarks_xy is None:
            raise FilmRefused(
                "This study has no landmarks to learn from: label films first, or"
                " make a study with 'hipbmd phantom'."
            )
        self.film = hips.film
        self.known = np.asarray(np.isfinite(hips.landmarks_xy).all(axis=-1))
        xy = hips.landmarks_xy
        if guess is not None:
            xy = np.where(self.known[..., None], xy, guess)
        self.xy = (xy + 0.5) * 2 / CANVAS_PX - 1

    def __len__(self) -> int:
        return len(self.film)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        film = torch.from_numpy(self.film[index].astype("float32") / LEVELS)[None]
        xy = torch.from_numpy(self.xy[index].astype("float32"))
        return film, xy, torch.from_numpy(self.known[index])


def counted(name: str, known: Tensor) -> Tensor:
    """Which outputs of a network count, ``(n, k)``, when ``(n, 16)`` are known.

    A region's centre counts when most of its landmarks are known.
    """
    if name != "first":
        return known[:, MEMBERS[name]]  # type: ignore[index]
    most = [known[:, MEMBERS[r]].float().mean(1) > 0.6 for r in REGIONS]
    return torch.stack(most, 1)


class LandmarkTraining(LightningModule):
    """Lightning's view: four networks, one step trains them all."""

    def __init__(
        self, preset: LandmarkPreset, epochs: int, learning_rate: float | None = None
    ) -> None:
        super().__init__()
        self.preset, self.epochs = preset, epochs
        self.learning_rate = learning_rate or LEARNING_RATE[preset]
        self.network = channels_last(Decentralised(preset))

    def _views(
        self, film: Tensor, xy: Tensor, random: bool
    ) -> dict[str, tuple[Tensor, Tensor]]:
        """Input and target points of each network."""
        n, device = len(film), film.device
        zero = torch.zeros(n, device=device)
        if random:
            film = augmentation.random_curve(film, GAMMA)
            film = disturb(augmentation.random_local(film, LOCAL), xy)
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
                    CROP_TURN_DEG,
                    CROP_WIDE_DEG,
                    CROP_WIDE_SHARE,
                    CROP_SCALE,
                    CROP_SHIFT,
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

    def _loss(
        self, name: str, image: Tensor, target: Tensor, known: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Loss, and the mean distance in shares of the view's half side.

        ``known`` ``(n, k)``: the points that count.
        """
        image = image.to(memory_format=torch.channels_last)
        with half_precision(image.device):
            points, log_heat = self.network(name, image)
        count = known.sum().clamp(min=1)
        distance = (torch.linalg.norm(points - target, dim=-1) * known).sum() / count
        if log_heat is None:  # Eq. 2
            return (((points - target) ** 2).mean(-1) * known).sum() / count, distance
        at = axis(log_heat.shape[-1], image.device)
        x = torch.exp(-0.5 * ((at - target[..., :1]) / HEAT_SIGMA) ** 2)
        y = torch.exp(-0.5 * ((at - target[..., 1:]) / HEAT_SIGMA) ** 2)
        wanted = y[..., :, None] * x[..., None, :]
        total = wanted.sum((-2, -1), keepdim=True)
        visible = (target.abs() < 1).all(-1) & known
        wanted = wanted / total.clamp(min=1e-6)
        cross = -(wanted * log_heat).sum((-2, -1))
        heat = (cross * visible).sum() / visible.sum().clamp(min=1)
        apart = functional.smooth_l1_loss(points, target, reduction="none", beta=0.05)
        inside = (apart.mean(-1) * visible).sum() / visible.sum().clamp(min=1)
        return heat + POINT_WEIGHT * inside, distance

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], _: int) -> Tensor:
        """One step on a batch of canvases, for all four networks."""
        film, xy, known = batch
        with torch.no_grad():
            views = self._views(film, xy, random=True)
        total = torch.zeros((), device=self.device)
        for name, (image, target) in views.items():
            error, _distance = self._loss(
                name,
                soften(augmentation.add_noise(image, NOISE)),
                target,
                counted(name, known),
            )
            total = total + error
        self.log("loss", total, on_step=False, on_epoch=True, batch_size=len(film))
        return total

    def validation_step(self, batch: tuple[Tensor, Tensor, Tensor], _: int) -> None:
        """Mean distances in canvas pixels, crops around the true centres."""
        film, xy, known = batch
        views = self._views(film, xy, random=False)
        unit = ruler(centres_of(xy)).mean() * CANVAS_PX / 2
        for name, (image, target) in views.items():
            _error, distance = self._loss(name, image, target, counted(name, known))
            half = (
                CANVAS_PX / 2 if name == "first" else CROP_SIDE[name] * unit / 2  # type: ignore[index]
            )
            self.log(f"{name}_px", distance * half, batch_size=len(image))

    def configure_optimizers(self) -> Any:
        """SGD with momentum .95 (paper), or AdamW with a cosine to zero."""
        rate = self.learning_rate
        if self.preset == "paper":
            return torch.optim.SGD(self.network.parameters(), rate, momentum=0.95)
        optimiser = torch.optim.AdamW(self.network.parameters(), rate, fused=True)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, self.epochs)
        return [optimiser], [schedule]


@dataclass(frozen=True, eq=False)
class Errors:
    """What the whole chain does on hips: first order on the box, then its own crops.

    ``rulers`` radial errors in shares of the ruler, so that they compare for hips of
    all sizes; ``spread`` of the heatmaps in the same unit; ``mm`` the same errors in
    the plane of the bone. All ``(n, 16)``; NaN where the place is not known.
    """

    rulers: NDArray[np.float64]
    spread: NDArray[np.float64]
    mm: NDArray[np.float64]

    def with_others(self, others: Sequence[Errors]) -> Errors:
        """These errors and others, one after the other."""
        parts = [self, *others]
        return Errors(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("rulers", "spread", "mm")
            )
        )

    def figures(self) -> dict[str, float]:
        """Mean radial error and success rate."""
        known = self.mm[np.isfinite(self.mm)]
        return {
            "mean_radial_error_mm": round(float(known.mean()), 3),
            "within_2_mm": round(float((known <= 2).mean()), 3),
        }


def measure_errors(network: Decentralised, hips: Hips) -> Errors:
    """Errors of a network in inference mode on hips with landmarks."""
    rulers, spreads, radial_mm = [], [], []
    for start in range(0, len(hips), 16):
        part = hips.take(np.arange(start, min(start + 16, len(hips))))
        film, xy, _known = next(iter(DataLoader(Labelled(part), len(part))))
        found = find_on_batch(network, film)
        distance = torch.linalg.norm(found.points - xy, dim=-1)
        rulers.append((distance / found.ruler[:, None]).numpy())
        spreads.append(found.spread.numpy())
        radial_mm.append(distance.numpy() * CANVAS_PX / 2 * part.mm_per_px[:, None])
    return Errors(
        *(np.concatenate(a).astype(float) for a in (rulers, spreads, radial_mm))
    )


def correction_from(network: Decentralised, hips: Hips) -> Correction:
    """The correction that fits a network in inference mode on hips with landmarks."""
    assert hips.landmarks_xy is not None
    parts = []
    for start in range(0, len(hips), 16):
        film = hips.film[start : start + 16].astype("float32") / LEVELS
        found = find_on_batch(network, torch.from_numpy(film)[:, None], correct=False)
        parts.append(found.points.double().numpy())
    truth = (hips.landmarks_xy + 0.5) * 2 / CANVAS_PX - 1
    return fit_correction(np.concatenate(parts), truth)


def expected_errors(errors: Errors) -> dict[str, list[float]]:
    """Expected radial error = a + b · heatmap spread, per landmark, in rulers."""
    lines = {}
    for i, name in enumerate(LANDMARK_IDS):
        e, w = errors.rulers[:, i], errors.spread[:, i]
        e = np.clip(e, None, np.quantile(e, 0.98))
        slope = max(0.0, float(np.mean((e - e.mean()) * (w - w.mean()))))
        slope /= max(float(np.var(w)), 1e-9)
        lines[name] = [float(e.mean() - slope * w.mean()), slope]
    return lines


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
    hips: Hips, preset: LandmarkPreset, plan: Fit, real: RealHips | None = None,
    start: Mapping[str, Tensor] | None = None,
) -> None:  # fmt: skip
    """Train on ``hips`` and write ``landmarks.safetensors`` and its card.

    Parameters
    ----------
    real
        Labelled real hips, mixed in.
    start
        Weights to start from; the correction in them is fitted anew.

    Raises
    ------
    FilmRefused
        If the hips have no landmarks, or a checkpoint does not fit.
    Cancelled
        If asked to stop.
    """
    fitted, held = hips.split(VALIDATION_SHARE, plan.seed)
    torch.manual_seed(plan.seed)  # the first weights
    module = LandmarkTraining(preset, plan.epochs, START_RATE if start else None)
    if start is not None:
        module.network.load_state_dict(dict(start))
    counts = {"train": len(fitted), "validation": len(held)}
    figures: dict[str, float] = {}
    if real is not None:
        counts |= {"real train": len(real.fitted), "real validation": len(real.held)}
        fitted = Hips.joined([fitted, *[real.fitted] * real.times])
    fit(module, Labelled(fitted), Labelled(held), plan)
    network = module.network.float().eval()
    network.correction = Correction()
    if preset == "default":
        network.correction = correction_from(network, fitted)
    errors = measure_errors(network, held)
    figures = errors.figures()
    if real is not None:
        on_real = measure_errors(network, real.held)
        figures["real_mean_error_in_rulers"] = round(float(on_real.rulers.mean()), 4)
        share = max(1, round(len(held) / max(len(real.held), 1)))
        errors = errors.with_others([on_real] * share)
    write_landmarks(
        network,
        plan,
        {
            "uncertainty": expected_errors(errors),
            "hips": counts,
            "figures": figures,
        },
    )
