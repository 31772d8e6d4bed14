"""The two layers that show what a pair of thresholds does, kept in step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from napari.layers import Image, Labels, Layer

from ..ui.translation import tr
from ..viewer.identity import belongs_to, facts_of, kind_of
from ..viewer.place import Place
from ..viewer.session import Session
from .thresholding import (
    Thresholding,
    clipped_layer,
    clipped_picture,
    normalised_layer,
    normalised_picture,
)

ThresholdKind = Literal["normalised", "clipped"]
KINDS: tuple[ThresholdKind, ...] = ("normalised", "clipped")
NAMES: dict[ThresholdKind, str] = {
    "normalised": tr("Fig. 6"),
    "clipped": tr("clipped"),
}


class ThresholdLayers:
    """Makes, follows and removes them; they belong to one film."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(
        self, kind: ThresholdKind, film_layer: Layer | None = None
    ) -> Layer | None:
        """The layer of a kind, of this film or of any."""
        for layer in self._session.layers:
            if kind_of(layer) == kind and (
                film_layer is None or belongs_to(layer, film_layer)
            ):
                return layer
        return None

    def show(
        self,
        kind: ThresholdKind,
        film_layer: Layer,
        thresholding: Thresholding,
        pair: int,
        corner_row_col: tuple[int, int],
    ) -> None:
        """Make or renew one layer.

        Parameters
        ----------
        pair
            0, 1 or 2.
        corner_row_col
            Of the hip's images, in the film.
        """
        picture, corner = (
            normalised_picture(thresholding.regions, pair)
            if kind == "normalised"
            else clipped_picture(thresholding.regions, pair)
        )
        row, column = (a + b for a, b in zip(corner_row_col, corner, strict=True))
        where = Place.of(film_layer).arguments((row, column))
        layer = self.find(kind, film_layer)
        if layer is not None:
            layer.data = picture
            layer.translate = where["translate"]
            if kind == "normalised":
                layer.contrast_limits = (0.0, 1.0)
            return
        self.remove(kind)
        place = replace(Place.of(film_layer), translate=where["translate"])
        name = f"{film_layer.name}: {NAMES[kind]}"
        make = normalised_layer if kind == "normalised" else clipped_layer
        _, arguments, _ = make(picture, place, name)
        facts_of_layer = arguments["metadata"]["hipbmd"]
        facts_of_layer["film_id"] = str(film_layer.unique_id)
        made: Any = Image if kind == "normalised" else Labels
        layer = made(picture, **arguments)
        self._session.layers.insert(self._session.below_regions(film_layer), layer)
        if kind == "clipped":
            layer.editable = False

    def remove(self, kind: ThresholdKind) -> None:
        """Take a layer of this kind out, whatever its film."""
        layer = self.find(kind)
        if layer is not None:
            self._session.layers.remove(layer)


def film_of_result(session: Session, layer: Layer | None) -> Layer | None:
    """The measured film that a layer is, or belongs to."""
    if layer is None:
        return None
    for film in session.films():
        mine = layer is film or facts_of(layer).get("film_id") == str(film.unique_id)
        if mine and session.measurement(film) is not None:
            return film
    return None
