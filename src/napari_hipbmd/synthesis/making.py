"""Prepared sources become pairs: what a manifest says is made, one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.errors import Refused
from .manifest import Manifest, SourceEntry
from .options import PairDraw
from .sources import HipSource, Pair, SoftTissueTile, make_pair
from .storage import LEVELS, read_pages, stored, to_grey

KEPT_SOURCES = 8
HIP_PAGES, TILE_PAGES, PAIR_PAGES = 3, 1, 2

Load = Callable[[SourceEntry], "HipSource | SoftTissueTile"]


def made_pair(
    manifest: Manifest, index: int, load: Load
) -> tuple[Pair, NDArray[np.uint16], PairDraw]:
    """A pair of a manifest, its levels, and how it was drawn."""
    drawn = manifest.draw(index)
    hip, tile = load(manifest.hips[drawn.hip]), load(manifest.tiles[drawn.tile])
    assert isinstance(hip, HipSource) and isinstance(tile, SoftTissueTile)
    pair = make_pair(
        tile, hip, manifest.options.operator, drawn.placement, drawn.exposure
    )
    return pair, stored((pair.film, pair.sto)), drawn


def loader(folder: Path, manifest: Manifest) -> Load:
    """Prepared sources; the last few are kept."""

    @lru_cache(maxsize=KEPT_SOURCES)
    def load(file: str) -> HipSource | SoftTissueTile:
        entry = next(e for e in every_entry(manifest) if e.file == file)
        pages = [to_grey(p) for p in levels_of(folder, entry, manifest.pixels)]
        if len(pages) == TILE_PAGES:
            return SoftTissueTile(pages[0])
        return HipSource(pages[0], pages[1], pages[2])

    return lambda entry: load(entry.file)


def max_error(levels: NDArray[np.uint16], pair: Pair) -> float:
    """Greatest |film − STO − bone| of a stored pair, in shares of the grey range."""
    film, sto = (to_grey(page) for page in levels)
    return float(np.abs(film - sto - pair.bone).max())


def why_large(
    manifest: Manifest, index: int, levels: NDArray[np.uint16], error: float
) -> str:
    """The pair, its hip, and what makes film − STO another thing than its bone."""
    drawn, file = manifest.draw(index), manifest.file(index)
    hip = manifest.hips[drawn.hip].case_id
    cut = float(((levels == 0) | (levels == LEVELS)).any(0).mean())
    if cut > 0:
        why = (
            f"{cut:.2%} of its pixels leave the grey range that is stored, -0.5 to 1.5:"
            " less exposure or a darker tile keeps them in it"
        )
    elif manifest.options.operator == "replace":
        why = "with 'replace' the donor's soft tissue is part of it"
    else:
        why = "its hip mask takes in what its film does not show as bone"
    return f"{file}, made of {hip}, is {error:.2g} off: {why}."


def every_entry(manifest: Manifest) -> Iterator[SourceEntry]:
    """Hips, then tiles."""
    yield from manifest.hips
    yield from manifest.tiles


def pages_of(source: HipSource | SoftTissueTile) -> list[NDArray[np.float32]]:
    """The pictures that a prepared source is kept as."""
    if isinstance(source, SoftTissueTile):
        return [source.grey]
    return [source.film, source.soft_tissue, source.mask]


def digest(levels: NDArray[np.uint16]) -> str:
    """What a manifest tells its files by."""
    return hashlib.sha256(levels.astype("<u2").tobytes()).hexdigest()


def levels_of(folder: Path, entry: SourceEntry, pixels: int) -> NDArray[np.uint16]:
    """The levels of a prepared source, if they are those of the manifest."""
    pages = TILE_PAGES if "/tile-" in entry.file else HIP_PAGES
    levels = read_pages(folder / entry.file, pages, pixels)
    if digest(levels) != entry.sha256:
        raise Refused(
            f"{entry.file} in {folder.name} is not the one that the manifest was"
            " written for: make the pairs again from their films."
        )
    return levels
