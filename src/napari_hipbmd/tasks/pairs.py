"""Make synthetic pairs of film and STO, make them again, or check that they can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import Refused
from ..core.options import check, option
from ..core.progress import Progress
from ..study.pair_sources import gather, unused
from ..synthesis import Made, PairOptions, write_again, write_pairs


@dataclass(frozen=True, kw_only=True)
class PairsOptions:
    """What pairs are made of, how many, and where they go."""

    sources: tuple[Path, ...] = option(
        (),
        "films marked in napari, or a study of digital hips",
        metavar="FOLDER",
        positional=True,
    )
    n: int | None = option(
        None, "how many pairs", low=1, metavar="N", label="Pairs to write"
    )
    out: Path | None = option(
        None,
        "a new folder, or pairs of the same films and options to go on with",
        metavar="DIR",
    )
    again: Path | None = option(
        None, "make the pairs of that folder again, bit for bit", metavar="PAIRS"
    )
    check: Path | None = option(
        None,
        "compare that folder with its pairs made again in memory",
        metavar="PAIRS",
    )

    def __post_init__(self) -> None:
        check(self)
        if self.check is not None:
            return
        if self.out is None:
            raise Refused("Give --out, a folder for the pairs.")
        if self.again is not None and self.sources:
            raise Refused("--again takes everything from its folder: no others.")
        if self.again is None and (not self.sources or self.n is None):
            raise Refused(
                "Give one or more folders of marked films or digital hips, and --n."
            )


def make_pairs(
    options: PairsOptions,
    drawn: PairOptions | None = None,
    *,
    told: Callable[[str], None] | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Made:
    """Write pairs; go on where an earlier run stopped.

    Parameters
    ----------
    drawn
        The ranges that pairs are drawn from; pairs that are made again keep theirs.
    told
        Called with sentences about the sources.
    progress
        Called with ``(done, count)``.

    Raises
    ------
    Refused
        If the sources do not suffice, or a folder cannot be used.
    Cancelled
        If asked to stop; the finished pairs are kept.
    """
    assert options.out is not None
    if options.again is not None:
        return write_again(
            options.again, options.out, progress=progress, cancelled=cancelled
        )
    drawn = drawn or PairOptions()
    sources = gather(options.sources, drawn.operator)
    if told is not None:
        for folder in options.sources:
            for why, count in unused(folder).items():
                if count:
                    told(f"{count} masked films of {folder.name} give no hip: {why}.")
        hips, tiles = len(sources.hips), len(sources.tiles)
        told(f"{hips} hips of type 2, {tiles} soft-tissue tiles")
    return write_pairs(
        options.out,
        sources,
        options.n or 0,
        drawn,
        progress=progress,
        cancelled=cancelled,
    )
