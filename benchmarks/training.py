"""How fast both networks learn beside a plain loop: the table in docs/waiting.md.

    python benchmarks/training.py [--hips 96] [--turns 3]

The same steps, batches and optimiser, once by ``hipbmd train`` and once by a bare loop
over batches that lie ready in memory. The loader's share is the time to make the
batches of an epoch, over the time of the epoch: the network waits for it, since both
are in one process. Seconds are of work on the processor, the least of several turns.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import torch
from pages import write_into
from torch.utils.data import DataLoader, Dataset

from napari_hipbmd.enhancement.data import Pairs
from napari_hipbmd.enhancement.training import RECIPES, EnhancementTraining
from napari_hipbmd.landmarks.labelled import Labelled
from napari_hipbmd.landmarks.training import LandmarkTraining
from napari_hipbmd.learning.training import EpochSampler, Fit, fit
from napari_hipbmd.study import Study
from napari_hipbmd.tasks.digital_hips import make_study
from napari_hipbmd.tasks.train import BATCH
from napari_hipbmd.tasks.training_data import load_hips

PAGE = Path(__file__).parents[1] / "docs" / "waiting.md"
SEED = 41
Data = Dataset[Any]


def main() -> None:
    """Train both, print the table and put it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hips", type=int, default=96)
    parser.add_argument("--turns", type=int, default=3)
    args = parser.parse_args()
    size = BATCH["default"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_study(folder / "study", args.hips, SEED, "train", 450)
        hips = load_hips(Study.open(folder / "study"))
        rows = [
            row(name, make, data, size, args.turns, folder / name)
            for name, make, data in (
                ("enhancement", enhancement, Pairs(hips)),
                ("landmarks", landmarks, Labelled(hips)),
            )
        ]
    table = "\n".join(
        [
            "| network | steps a second, a plain loop = 1 | waiting for the loader |",
            "|---|---|---|",
            *rows,
        ]
    )
    print(table)
    write_into(PAGE, {"training": table})


def enhancement() -> Any:
    """The default autoencoder's training, an epoch long."""
    return EnhancementTraining(RECIPES["default"], 1)


def landmarks() -> Any:
    """The default landmark networks' training, an epoch long."""
    return LandmarkTraining("default", 1)


def row(
    name: str,
    make: Callable[[], Any],
    data: Data,
    size: int,
    turns: int,
    out: Path,
) -> str:
    """A line of the table."""
    ours, plain, loading = [], [], []
    for turn in range(turns):
        ours.append(seconds(trained, make(), data, size, out / str(turn)))
        loading.append(seconds(list, batches_of(data, size)))
        plain.append(seconds(plain_loop, make(), list(batches_of(data, size))))
    ratio = min(plain) / min(ours)
    return f"| {name} | {ratio:.2f} | {100 * min(loading) / min(ours):.1f} % |"


def seconds(work: Callable[..., object], *arguments: Any) -> float:
    """Seconds of work of all threads."""
    before = process_time()
    work(*arguments)
    return process_time() - before


def trained(module: Any, data: Data, size: int, out: Path) -> None:
    """An epoch by the program's own training; a hip is held out, to be quick."""
    fit(module, data, torch.utils.data.Subset(data, [0]), Fit(out, 1, size, SEED))


def batches_of(data: Data, size: int) -> DataLoader[Any]:
    """The batches of the first epoch, as the program makes them."""
    sampler = EpochSampler(len(data), SEED)  # type: ignore[arg-type]
    return DataLoader(data, size, sampler=sampler, drop_last=True)


def plain_loop(module: Any, batches: list[Any]) -> None:
    """The same steps without Lightning, on batches that lie ready."""
    module.log = lambda *_args, **_named: None
    [optimizer], _schedule = module.configure_optimizers()
    module.train()
    for batch in batches:
        optimizer.zero_grad()
        module.training_step(batch, 0).backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()


if __name__ == "__main__":
    main()
