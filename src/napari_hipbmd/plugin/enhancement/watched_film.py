"""The held-out film that is drawn anew after every epoch, as layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from napari.layers import Image

from ..ui.translation import tr
from ..ui.turn import let_window_draw
from ..viewer.identity import facts_of, kind_of, tag
from ..viewer.place import MILLIMETRES, Place
from ..viewer.session import Session

NAMES = {
    "film": tr("validation film"),
    "exact": tr("validation: exact STO"),
    "sto": tr("validation: STO drawn"),
    "bone": tr("validation: bone image"),
}
BOX_MM = 190.0
"""The side of a hip box: the picture's own scale is not known."""
GAP = 0.05  # of the picture's side


class WatchedFilm:
    """Film, drawn STO, bone image and exact STO of one film, renewed in place."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def show(self, out: Path) -> bool:
        """Show the picture of a training, if there is one; whether layers are new."""
        from ...enhancement.watch import read_picture

        pages = read_picture(out)
        if pages is None:
            return False
        film, drawn, exact = pages
        pictures = {"film": film, "exact": exact, "sto": drawn, "bone": film - drawn}
        missing = [part for part in NAMES if self.layer(part) is None]
        place = self._place(film.shape[0]) if missing else None
        # The truth's: what is drawn early would set limits that hide what comes.
        limits = dict.fromkeys(NAMES, _limits(film)) | {"bone": _limits(film - exact)}
        for part, pixels in pictures.items():
            layer = self.layer(part)
            if layer is None:
                self._add(part, pixels, limits[part], place)
                let_window_draw()
            elif layer.data.shape == pixels.shape:
                layer.data = pixels
            else:  # a training on another grid
                beside = self._place(film.shape[0])
                self._session.layers.remove(layer)
                self._add(part, pixels, limits[part], beside)
        return bool(missing)

    def layer(self, part: str) -> Any:
        """The layer with a part of it, or None."""
        for layer in self._session.layers:
            if kind_of(layer) == "watched" and facts_of(layer)["part"] == part:
                return layer
        return None

    def _add(
        self, part: str, pixels: Any, limits: tuple[float, float], place: Place | None
    ) -> None:
        assert place is not None
        layers = self._session.layers
        active = layers.selection.active
        layers.append(
            Image(
                pixels,
                **place.arguments(),
                name=NAMES[part],
                colormap="gray",
                contrast_limits=limits,
                visible=part == "bone",
                metadata=tag("watched", part=part),
            )
        )
        if active is not None and active in layers:
            layers.selection.active = active

    def _place(self, pixels: int) -> Place:
        """Beside what is there, in millimetres where the others are."""
        known = next((layer for part in NAMES if (layer := self.layer(part))), None)
        if known is not None:
            size = known.data.shape[0] * known.scale[-1]
            origin = tuple(float(v) for v in known.translate)
            units = Place.of(known).units
            return Place((size / pixels,) * 2, (origin[0], origin[1]), units)
        others = list(self._session.layers)
        in_mm = any(not Place.of(layer).in_pixels for layer in others)
        step = BOX_MM / pixels if in_mm else 1.0
        right = max((float(x.extent.world[1, -1]) for x in others), default=0.0)
        origin_x = right + GAP * pixels * step if others else 0.0
        units = MILLIMETRES if in_mm else Place().units
        return Place((step, step), (0.0, origin_x), units)


def _limits(pixels: Any) -> tuple[float, float]:
    low, high = np.percentile(pixels, (0.5, 99.5))
    return float(low), float(max(high, low + 1e-6))
