"""One pair as layers: STO, projected bone, synthetic film, difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from napari.layers import Image

from ...core.errors import Cancelled
from ...core.radiograph import FloatImage
from ...synthesis import (
    HipSource,
    Pair,
    PairOptions,
    SoftTissueTile,
    Source,
    Sources,
    draw_pair,
    make_pair,
)
from ..ui.run import Run
from ..ui.translation import tr
from ..ui.turn import let_window_draw
from ..viewer.identity import facts_of, kind_of, tag
from ..viewer.place import Place

GAP = 1.05  # the pair lies beside the film, a twentieth of its width apart
NAMES = {
    "STO": "STO",
    "projected bone": tr("projected bone"),
    "synthetic film": tr("synthetic film"),
    "film − STO": tr("film − STO"),
}
OF_BONE = ("projected bone", "film − STO")  # one grey scale, to be compared
PIXEL_MM = 0.2  # where no film is open: for the pair's size in the window only


@dataclass(frozen=True, eq=False)
class Preview:
    """A pair, and what it was made of."""

    pair: Pair
    text: str

    @property
    def difference(self) -> FloatImage:
        """film − STO: with ``additive``, the projected bone."""
        return self.pair.film - self.pair.sto

    @property
    def max_error(self) -> float:
        """Greatest |film − STO − bone|, in shares of the grey range."""
        return float(np.abs(self.difference - self.pair.bone).max())


class PreviewMaker:
    """Makes one pair after the other from a folder's marks, as they are by now.

    What was read for the pair before is kept, so that another angle comes at once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: dict[str, Sources] = {}
        self._loaded: dict[str, tuple[Source, HipSource | SoftTissueTile]] = {}

    def make(self, options: PairOptions, index: int, run: Run) -> Preview:
        """The pair as if every patient were in the training part.

        Raises
        ------
        Refused
            If the folder gives no pairs.
        Cancelled
            If the run was cancelled.
        """
        from ...study.pair_sources import gather

        operator = options.operator
        if operator not in self._sources:
            self._sources[operator] = gather([self._folder], operator)
        sources = self._sources[operator]
        drawn = draw_pair(
            replace(options, split=(1.0, 0.0, 0.0)),
            _training(sources.hips),
            _training(sources.tiles),
            index,
        )
        hip, tile = sources.hips[drawn.hip], sources.tiles[drawn.tile]
        bone, soft = self._load("hip", hip), self._load("tile", tile)
        if run.is_cancelled():
            raise Cancelled
        assert isinstance(bone, HipSource)
        assert isinstance(soft, SoftTissueTile)
        pair = make_pair(soft, bone, operator, drawn.placement, drawn.exposure)
        p = drawn.placement
        return Preview(
            pair,
            tr(
                "hip of {hip} on soft tissue of {tile}, turned {angle:+.1f}°,"
                " {mirrored}{scale:.2f} ×, exposure {exposure:+.2f}"
            ).format(
                hip=hip.case_id,
                tile=tile.case_id,
                angle=p.rotation_deg,
                mirrored=tr("mirrored, ") if p.flip else "",
                scale=p.scale,
                exposure=drawn.exposure,
            ),
        )

    def _load(self, kind: str, source: Source) -> HipSource | SoftTissueTile:
        before = self._loaded.get(kind)
        if before is None or before[0] is not source:
            self._loaded[kind] = before = source, source.load()
        return before[1]


def show_preview(layers: Any, preview: Preview, beside: Any) -> None:
    """Put a pair into the viewer, or into the layers of the pair before."""
    pair = preview.pair
    pictures = {
        "STO": pair.sto,
        "projected bone": pair.bone,
        "synthetic film": pair.film,
        "film − STO": preview.difference,
    }
    there = {facts_of(each)["part"]: each for each in preview_layers(layers)}
    for name, pixels in pictures.items():
        limits = _limits(pair.bone if name in OF_BONE else pair.film)
        if name in there:
            there[name].data = pixels
            there[name].contrast_limits = limits
            continue
        active = layers.selection.active
        layers.append(
            Image(
                pixels,
                name=tr("pair: {name}").format(name=NAMES[name]),
                contrast_limits=limits,
                colormap="gray",
                visible=name == "synthetic film",
                metadata=tag("pair", part=name),
                **_place(beside, pixels.shape[0]),
            )
        )
        layers.selection.active = active
        let_window_draw()


def preview_layers(layers: Any) -> list[Any]:
    """The layers of the pair that is shown."""
    return [each for each in layers if kind_of(each) == "pair"]


def _training(sources: Sequence[Source]) -> list[Any]:
    return ["train"] * len(sources)


def _place(beside: Any, pixels: int) -> dict[str, Any]:
    """To the right of the film, as high as it is."""
    if beside is None:
        return Place.of_spacing((PIXEL_MM, PIXEL_MM)).arguments()
    film = Place.of(beside)
    rows, columns = beside.data.shape[-2:]
    step = rows * film.scale[0] / pixels
    right = film.translate[1] + GAP * columns * film.scale[1]
    where = replace(
        film, scale=(step, step), translate=(film.translate[0], right)
    )  # fmt: skip
    return where.arguments()


def _limits(pixels: FloatImage) -> tuple[float, float]:
    low, high = np.percentile(pixels, (0.5, 99.5))
    return float(low), float(max(high, low + 1e-6))
