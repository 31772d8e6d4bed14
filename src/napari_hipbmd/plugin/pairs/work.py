"""What the dock does in a thread; nothing here touches a layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ...core.errors import Cancelled, Refused
from ...core.radiograph import HipBox, Radiograph, Side
from ...synthesis import Made, PairOptions
from ..ui.run import Run
from ..ui.sentences import said
from .films import PairFilm


def score_films(films: list[PairFilm], models: Path | None) -> Callable[[Run], None]:
    """Tells, of each, ``(name, evenness or None, why there is none)``."""

    def work(run: Run) -> None:
        from ...dicom import read_film
        from ...pipeline.models import load_models
        from ...study import film_boxes
        from ...tasks.propose import film_evenness

        networks = load_models(models)
        for done, film in enumerate(films):
            if run.is_cancelled():
                raise Cancelled
            try:
                boxes = film_boxes(film.path)
                hips = {side: placed.box for side, placed in boxes.items()}
                image = read_film(film.path)
                score = film_evenness(image, networks, hips, film.side)
                found: tuple[float | None, str] = score, ""
            except Refused as refusal:
                found = None, said(refusal)
            run.tell(done + 1, len(films), more=(film.name, *found))

    return work


def propose_mask(
    film: Radiograph, hips: dict[Any, HipBox], side: Side | None, models: Path | None
) -> Callable[[Run], NDArray[Any]]:
    """A first hip mask, from the networks."""

    def work(run: Run) -> NDArray[Any]:
        from ...pipeline.models import load_models
        from ...tasks.propose import propose_hip_mask

        return propose_hip_mask(film, load_models(models), hips, side)

    return work


def propose_sto(
    film: Radiograph,
    hips: dict[Any, HipBox],
    side: Side | None,
    models: Path | None,
    taken: tuple[HipBox, ...],
) -> Callable[[Run], list[HipBox]]:
    """STO boxes beside the bones of a film."""

    def work(run: Run) -> list[HipBox]:
        from ...pipeline.models import load_models
        from ...tasks.propose import propose_sto_boxes

        return propose_sto_boxes(film, load_models(models), hips, side, taken)

    return work


def snap(film: Radiograph, mask: NDArray[Any]) -> Callable[[Run], NDArray[Any]]:
    """The painted mask, its rim moved to the edges near it."""

    def work(run: Run) -> NDArray[Any]:
        from ...synthesis import snap_to_edges

        return snap_to_edges(film.grey(), mask)

    return work


def write(
    folder: Path, out: Path, count: int, options: PairOptions
) -> Callable[[Run], Made]:
    """Pairs into a folder."""

    def work(run: Run) -> Made:
        from ...tasks.pairs import PairsOptions, make_pairs

        wanted = PairsOptions(sources=(folder,), n=count, out=out)
        return make_pairs(
            wanted, options, progress=run.tell, cancelled=run.is_cancelled
        )

    return work
