"""What each choice in the enhancement is worth: a table.

    python benchmarks/sweep.py --study STUDY [--out FOLDER]

STUDY is ``hipbmd phantom --n 1518 --seed 1 --family train --pixels 450 --out STUDY``.
Every row is trained from nothing for equally many steps on its first ``--first`` hips
and scored on the others, whose patients are none of theirs. A finished row is kept in
FOLDER and not made again, so that a broken sweep goes on where it was.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from sto_scores import DrawSto, Scores, score, scores_table
from torch import Tensor
from torch.nn import functional

from napari_hipbmd.bmd.ring import ring_plane
from napari_hipbmd.core.canvas import CANVAS_PX
from napari_hipbmd.core.files import write_text_atomic
from napari_hipbmd.core.radiograph import FloatImage
from napari_hipbmd.enhancement.networks import AutoencoderShape
from napari_hipbmd.enhancement.training import RECIPES, EnhancementTraining, Recipe
from napari_hipbmd.learning.augmentation import normalise
from napari_hipbmd.learning.hips import Hips
from napari_hipbmd.learning.training import EpochSampler
from napari_hipbmd.study import Case, Study
from napari_hipbmd.tasks.training_data import load_hips

BATCH = 16
BASE = replace(RECIPES["default"], shape=AutoencoderShape((32, 64, 96), grid_px=128))


def _as_it_is(film: Tensor) -> tuple[Tensor, Tensor]:
    one = torch.ones(len(film), 1, 1, 1)
    return 0 * one, one


def _mean_and_sd(film: Tensor) -> tuple[Tensor, Tensor]:
    low = film.mean((1, 2, 3), keepdim=True)
    return low, film.std((1, 2, 3), keepdim=True).clamp(min=1e-3)


@dataclass(frozen=True)
class Row:
    """One choice: how it differs from the default."""

    group: str
    says: str
    recipe: Recipe = BASE
    seed: int = 0
    scale: Callable[[Tensor], tuple[Tensor, Tensor]] = normalise


def _shape(
    *channels: int, grid_px: int = 128, context: int = 0, skips: bool = False
) -> AutoencoderShape:
    return AutoencoderShape(channels, True, grid_px, context, skips)


ROWS: dict[str, Row] = {
    "autoencoder": Row(
        "autoencoder", "32, 64, 96; α 1e-4; grid 128; half mixed; by percentiles"
    ),
    "autoencoder-seed-1": Row("autoencoder", "the same, another seed", seed=1),
    "oversampled": Row(
        "input", "films averaged down as in use", replace(BASE, oversampling=2)
    ),
    "context": Row(
        "context",
        "three context blocks",
        replace(BASE, shape=_shape(32, 64, 96, context=3)),
    ),
    "unet": Row(
        "comparators",
        "U-Net of the same stages",
        replace(BASE, shape=_shape(32, 64, 96, skips=True)),
    ),
    "unet-context": Row(
        "comparators",
        "U-Net with three context blocks",
        replace(BASE, shape=_shape(32, 64, 96, context=3, skips=True)),
    ),
    "wide": Row("channels", "48, 96, 144", replace(BASE, shape=_shape(48, 96, 144))),
    "narrow": Row("channels", "16, 32, 48", replace(BASE, shape=_shape(16, 32, 48))),
    "deep": Row(
        "channels", "32, 64, 96, 128", replace(BASE, shape=_shape(32, 64, 96, 128))
    ),
    "no-region": Row("loss", "no weight on regions", replace(BASE, bias_weight=0.0)),
    "more-region": Row("loss", "weight on regions 12", replace(BASE, bias_weight=12.0)),
    "mixed-0": Row("mix", "hips as they are", replace(BASE, mixed_share=0.0)),
    "mixed-1": Row("mix", "all soft tissue exchanged", replace(BASE, mixed_share=1.0)),
    "replace": Row("mix", "half pasted in (paper)", replace(BASE, operator="replace")),
    "no-tissue": Row("mix", "no random soft tissue", replace(BASE, tissue=0.0)),
    "no-curves": Row(
        "mix", "no random display", replace(BASE, curves=False, local=0.0)
    ),
    "alpha-0": Row("α", "0", replace(BASE, alpha=0.0)),
    "alpha-1e-5": Row("α", "1e-5", replace(BASE, alpha=1e-5)),
    "alpha-1e-3": Row("α", "1e-3", replace(BASE, alpha=1e-3)),
    "grid-64": Row("grid", "64", replace(BASE, shape=_shape(32, 64, 96, grid_px=64))),
    "grid-256": Row(
        "grid", "256", replace(BASE, shape=_shape(32, 64, 96, grid_px=256))
    ),
    "film-scale": Row("input", "grey values as they are", scale=_as_it_is),
    "mean-sd": Row("input", "by mean and SD", scale=_mean_and_sd),
}


class _Training(EnhancementTraining):
    """The package's training with the row's input scale."""

    def __init__(self, row: Row) -> None:
        super().__init__(row.recipe, 1)
        self._scale = row.scale

    def scale_of(self, film: Tensor) -> tuple[Tensor, Tensor]:
        return self._scale(film)

    def log(self, *_: object, **__: object) -> None:
        """There is no trainer to tell."""


def trained(row: Row, hips: Hips, steps: int) -> _Training:
    """The row's network after ``steps`` batches of 16, with a cosine to zero."""
    assert hips.sto is not None
    torch.manual_seed(row.seed)
    module = _Training(row)
    optimiser = module.configure_optimizers()[0][0]
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    sampler = EpochSampler(len(hips), row.seed)
    order: list[int] = []
    for _ in range(steps):
        if len(order) < BATCH:
            order = list(sampler)
            sampler.set_epoch(sampler.epoch + 1)
        chosen, order = order[:BATCH], order[BATCH:]
        film, sto = (
            torch.from_numpy(a[chosen])[:, None] for a in (hips.film, hips.sto)
        )
        every = torch.ones(len(film), dtype=torch.bool)  # may be mixed
        optimiser.zero_grad()
        module.training_step((film, sto, every), 0).backward()
        torch.nn.utils.clip_grad_norm_(module.network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return module.eval()


def drawing(module: EnhancementTraining) -> DrawSto:
    """What a network draws, on the canvas."""
    grid_px = module.network.grid_px

    def draw(film: FloatImage, _number: int) -> FloatImage:
        small = functional.interpolate(
            torch.from_numpy(film)[None, None],
            (grid_px, grid_px),
            mode="bilinear",
            antialias=True,
        )
        low, scale = module.scale_of(small)
        with torch.inference_mode():
            sto, _z = module.network((small - low) / scale)
        wide = functional.interpolate(
            sto * scale + low, (CANVAS_PX, CANVAS_PX), mode="bicubic"
        )
        return wide[0, 0].numpy()

    return draw


def ring(hips: Hips) -> DrawSto:
    """Film minus ring: the plane through the soft tissue beside the bone."""
    assert hips.landmarks_xy is not None
    marks = hips.landmarks_xy
    y, x = np.mgrid[:CANVAS_PX, :CANVAS_PX].astype("float32")

    def draw(film: FloatImage, number: int) -> FloatImage:
        plane = ring_plane(film, marks[number], hips.mm_per_px[number])
        soft = plane[0] + plane[1] * x + plane[2] * y
        return np.asarray(soft, "float32")

    return draw


def judged(draw: DrawSto, hips: Hips, cases: list[Case]) -> dict[str, object]:
    """Scores on films as they are and through other displays."""
    plain, other = (score(draw, hips, cases, looks) for looks in (False, True))
    return {"plain": plain.to_json(), "other": other.to_json()}


def table(folder: Path) -> str:
    """The rows that are there, as Markdown."""
    known = {**ROWS, "ring": Row("comparators", "film minus ring")}
    rank = list(dict.fromkeys(row.group for row in known.values()))
    found = {}
    for name, row in sorted(known.items(), key=lambda item: rank.index(item[1].group)):
        path = folder / f"{name}.json"
        if path.exists():
            told = json.loads(path.read_text())
            found[f"{row.group}: {row.says}"] = (
                Scores(**told["plain"]),
                Scores(**told["other"]),
            )
    return scores_table(found)


def main() -> None:
    """Make what is missing, then the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("runs/sweep"))
    parser.add_argument("--first", type=int, default=1200)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--only", nargs="*", choices=[*ROWS, "ring"])
    args = parser.parse_args()
    study = Study.open(args.study)
    patients = {case.group or case.case_id for case in study.cases[: args.first]}
    others = [
        case
        for case in study.cases[args.first :]
        if (case.group or case.case_id) not in patients
    ]
    fitted = load_hips(replace(study, cases=study.cases[: args.first]))
    held = load_hips(replace(study, cases=others))
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.only or [*ROWS, "ring"]:
        path = args.out / f"{name}.json"
        if path.exists():
            continue
        started = perf_counter()
        if name == "ring":
            found = judged(ring(held), held, others)
        else:
            module = trained(ROWS[name], fitted, args.steps)
            found = judged(drawing(module), held, others)
            torch.save(module.network.state_dict(), args.out / f"{name}.pt")
        write_text_atomic(path, json.dumps(found, indent=1) + "\n")
        print(
            f"{name}: {perf_counter() - started:.0f} s", json.dumps(found), flush=True
        )
    print(table(args.out))


if __name__ == "__main__":
    main()
