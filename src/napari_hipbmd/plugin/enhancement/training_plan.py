"""What is to be trained on what: kept beside the checkpoint, so that it can go on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from ...core.bounded_json import as_type, read_json
from ...core.errors import Refused
from ...core.files import write_text_atomic
from ...core.options import as_arguments
from ..ui.translation import tr

PLAN, CHECKPOINT, MODEL = "training.json", "last.ckpt", "enhancement.json"


@dataclass(frozen=True)
class TrainingPlan:
    """The arguments of ``hipbmd train enhancement``."""

    studies: tuple[str, ...]
    pairs: tuple[str, ...]
    preset: Literal["paper", "default"]
    epochs: int
    seed: int = 0
    device: str = "auto"
    devices: str = "auto"

    def arguments(self, out: Path, *, resume: bool) -> list[str]:
        """For the command line, without ``hipbmd``.

        Raises
        ------
        Refused
            If they make no sense.
        """
        from ...tasks.train import TrainOptions

        options = TrainOptions(
            step="enhancement",
            study=tuple(map(Path, self.studies)),
            pairs=tuple(map(Path, self.pairs)),
            preset=self.preset,
            epochs=self.epochs,
            seed=self.seed,
            device=self.device,
            devices=self.devices,
            out=out,
            resume=resume,
        )
        return ["train", *as_arguments(options), "--steered"]

    def write(self, out: Path) -> None:
        """Keep it in the folder of the training."""
        write_text_atomic(out / PLAN, json.dumps(asdict(self), indent=1) + "\n")


def read_plan(out: Path) -> TrainingPlan | None:
    """What was begun in a folder, or None when nothing is known of it."""
    try:
        return as_type(TrainingPlan, read_json(out / PLAN))
    except (OSError, Refused):
        return None


def can_resume(out: Path | None) -> bool:
    """Whether a training in this folder can go on from a checkpoint."""
    return out is not None and (out / CHECKPOINT).is_file()


def is_taken(out: Path) -> bool:
    """Whether a new training would overwrite an earlier one."""
    return (out / CHECKPOINT).exists() or (out / MODEL).exists()


def sorted_sources(folders: Sequence[Path]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Studies and folders of pairs.

    Raises
    ------
    Refused
        If a folder is neither.
    """
    from ...study import Study
    from ...synthesis import MANIFEST

    studies, pairs = [], []
    for folder in folders:
        if Study.is_study(folder):
            studies.append(str(folder))
        elif (folder / MANIFEST).is_file():
            pairs.append(str(folder))
        else:
            raise Refused(
                tr(
                    "{name} is neither pairs (manifest.json) nor a study of digital"
                    " hips (cases.csv): make pairs with 'hipbmd pairs', or digital"
                    " hips with 'hipbmd phantom'."
                ).format(name=folder.name)
            )
    return tuple(studies), tuple(pairs)
