"""Which parts of which film's enhancement are in the viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from napari.layers import Layer
from psygnal import Signal

from ..viewer.identity import belongs_to, facts_of, kind_of
from ..viewer.place import Place
from ..viewer.session import Session
from .apply_layers import PARTS, ShownPart, montage_layer, part_layer, stage_layer

if TYPE_CHECKING:
    from ...enhancement.stages import Stage
    from ...pipeline.enhanced import Enhanced

KINDS = (*PARTS, "encoder_stage", "stage_montage")


class Shown:
    """The enhancements of a viewer's films, and their layers.

    Attributes
    ----------
    looked
        Emitted when a layer of them is shown or hidden, by whomever.
    """

    looked = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        self._enhanced: WeakKeyDictionary[Layer, Enhanced] = WeakKeyDictionary()

    def of(self, film_layer: Layer | None) -> Enhanced | None:
        """What was made of a film, or None."""
        return None if film_layer is None else self._enhanced.get(film_layer)

    def keep(self, film_layer: Layer, enhanced: Enhanced) -> None:
        """A film's new enhancement; layers of an earlier one leave the viewer."""
        self.forget(film_layer)
        self._enhanced[film_layer] = enhanced

    def forget(self, film_layer: Layer) -> None:
        """Take a film's enhancement and its layers away."""
        self._enhanced.pop(film_layer, None)
        for layer in self._mine(film_layer):
            self._session.layers.remove(layer)

    def part(self, film_layer: Layer, part: ShownPart) -> Layer | None:
        """The layer with a part of a film's enhancement, or None."""
        return self._session.result(film_layer, part)

    def stage(self, film_layer: Layer, name: str) -> Layer | None:
        """The layer with an encoder stage of a film, or None."""
        for layer in self._mine(film_layer):
            if kind_of(layer) == "encoder_stage" and facts_of(layer)["stage"] == name:
                return layer
        return None

    def montage(self, film_layer: Layer) -> Layer | None:
        """The layer with all channels of a film's latent z in one picture, or None."""
        return self._session.result(film_layer, "stage_montage")

    def show_part(self, film_layer: Layer, part: ShownPart) -> Layer:
        """Put a part into the viewer, above its film and its other parts."""
        layer = self.part(film_layer, part)
        if layer is None:
            enhanced = self._enhanced[film_layer]
            layer = self._insert(
                film_layer,
                part_layer(part, enhanced, *self._where(film_layer)),
            )
        self._raise(film_layer, layer)
        layer.visible = True
        return layer

    def show_stage(self, film_layer: Layer, stage: Stage) -> Layer:
        """Put an encoder stage into the viewer, and make it seen."""
        layer = self.stage(film_layer, stage.name)
        if layer is None:
            data = stage_layer(stage, *self._where(film_layer))
            layer = self._insert(film_layer, data)
        layer.visible = True
        return layer

    def show_montage(self, film_layer: Layer) -> Layer:
        """Put all channels of the latent z beside the film, in one picture."""
        latent = self._enhanced[film_layer].stages[-1]
        return self.montage(film_layer) or self._insert(
            film_layer, montage_layer(latent, film_layer)
        )

    def hide(self, layer: Layer | None) -> None:
        """Take a layer out of the viewer."""
        if layer is not None and layer in self._session.layers:
            self._session.layers.remove(layer)

    def _where(self, film_layer: Layer) -> tuple[Place, str, str]:
        return Place.of(film_layer), film_layer.name, str(film_layer.unique_id)

    def _mine(self, film_layer: Layer) -> list[Any]:
        return [
            layer
            for layer in self._session.layers
            if kind_of(layer) in KINDS and belongs_to(layer, film_layer)
        ]

    def _insert(self, film_layer: Layer, data: Any) -> Layer:
        """Above the film and its parts; the film stays the active layer."""
        layers = self._session.layers
        layer = Layer.create(*data)
        active = layers.selection.active
        above = [layers.index(each) for each in (film_layer, *self._mine(film_layer))]
        layers.insert(max(above) + 1, layer)
        layer.events.visible.connect(self._on_visible)
        if active is not None and active in layers:
            layers.selection.active = active
        return layer

    def _raise(self, film_layer: Layer, layer: Layer) -> None:
        """No other part of this film hides it."""
        layers = self._session.layers
        highest = max(layers.index(each) for each in self._mine(film_layer))
        if layers.index(layer) < highest:
            layers.move(layers.index(layer), highest + 1)

    def _on_visible(self, event: Any) -> None:
        self.looked.emit()
