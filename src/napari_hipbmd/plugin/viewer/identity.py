"""What a layer is: a key in its metadata, never its name."""

from __future__ import annotations

from typing import Any, Literal, Protocol

KEY = "hipbmd"
LayerKind = Literal[
    "film", "box", "sto", "bone", "found_box", "regions", "landmarks",
    "labels", "label_regions", "predictions", "other", "differences",
    "normalised", "clipped", "levels", "mineral", "known_objects",
    "enhanced_sto", "enhanced_bone", "sto_error", "encoder_stage", "watched",
    "profile_line", "stage_montage",
    "sto_boxes", "hip_mask", "pair",
]  # fmt: skip
RESULTS: tuple[LayerKind, ...] = ("sto", "bone", "found_box", "regions", "landmarks")


class HasLayers(Protocol):
    """Whatever knows a viewer's layers, such as its session."""

    @property
    def layers(self) -> Any: ...


def tag(kind: LayerKind, **facts: Any) -> dict[str, dict[str, Any]]:
    """The metadata of a layer of ours."""
    return {KEY: {"kind": kind, **facts}}


def facts_of(layer: Any) -> dict[str, Any]:
    """What our metadata says about a layer; empty when the layer is not ours."""
    facts = layer.metadata.get(KEY)
    return facts if isinstance(facts, dict) else {}


def kind_of(layer: Any) -> LayerKind | None:
    """What a layer of ours is, or None for a layer of somebody else's."""
    return facts_of(layer).get("kind")


def belongs_to(layer: Any, film_layer: Any) -> bool:
    """Whether a result or a hip box is about this film."""
    owner = facts_of(layer).get("film_id")
    return owner is not None and owner == str(film_layer.unique_id)
