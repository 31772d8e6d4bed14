"""Films to layers, and a layer back to the film it shows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.utils.notifications import show_info

from ...core.errors import Refused
from ...core.radiograph import Flag, Patient, Radiograph, Side
from ..ui.sentences import said
from ..ui.translation import tr
from .identity import facts_of, kind_of, tag
from .layers import LayerData
from .place import Place

if TYPE_CHECKING:
    from ...dicom import DisplayedFilm

LAYER_SCALE = "the layer's scale"
NOT_OURS = Flag(
    "uncalibrated",
    "This layer was not read as a film: what it shows bright is taken for dense, and"
    " its grey scale is not that of an X-ray machine.",
)


def open_film_layer(
    path: str | Path,
    patient: Patient | None = None,
    side: Side | None = None,
    name: str | None = None,
) -> LayerData:
    """Read a film for a viewer.

    Parameters
    ----------
    path
        The film.
    patient, side
        What a study knows; it wins over what the film says.
    name
        Of the layer; by default the film's case id, which gives no person away.

    Raises
    ------
    Refused
        If the file is not a film that can be used.
    """
    from ...dicom import open_film

    return film_layer(open_film(path), patient, side, name)


def film_layer(
    shown: DisplayedFilm,
    patient: Patient | None = None,
    side: Side | None = None,
    name: str | None = None,
) -> LayerData:
    """A film as the layer that shows it: stored values, first window, polarity, mm."""
    film = shown.radiograph
    return (
        shown.modality,
        {
            **Place.of_spacing(film.spacing_mm).arguments(),
            "name": name or film.case_id,
            "colormap": "gray_r" if shown.inverted else "gray",
            "contrast_limits": shown.contrast_limits,
            "metadata": tag(
                "film",
                case_id=name or film.case_id,
                film=film,
                pixels=shown.modality,
                contrast_limits_range=shown.contrast_limits_range,
                contrast_limits=shown.contrast_limits,
                windows=shown.windows,
                patient=(patient or Patient()).or_else(film.patient),
                side=side or film.side,
                spacing_mm=film.spacing_mm,
                spacing_source=film.spacing_source,
                flags=[flag.text for flag in film.flags],
                facts=shown.facts,
            ),
        },
        "image",
    )


def tell_of_pixels(shown: DisplayedFilm) -> None:
    """Say why a film is shown in pixels and not in millimetres."""
    film = shown.radiograph
    if film.spacing_mm is None:
        why = next((said(f.text) for f in film.flags if f.code == "spacing"), "")
        show_info(
            tr("{case_id} is shown in pixels. {why}")
            .format(case_id=film.case_id, why=why)
            .strip()
        )


def radiograph_layer(film: Radiograph, name: str | None = None) -> LayerData:
    """A film that is already in memory, bright = dense."""
    low, high = np.percentile(film.pixels, (0.5, 99.5))
    return (
        film.pixels,
        {
            **Place.of_spacing(film.spacing_mm).arguments(),
            "name": name or film.case_id,
            "colormap": "gray",
            "contrast_limits": (float(low), float(max(high, low + 1e-6))),
            "metadata": tag(
                "film",
                case_id=name or film.case_id,
                film=film,
                pixels=film.pixels,
                patient=film.patient,
                side=film.side,
                spacing_mm=film.spacing_mm,
                spacing_source=film.spacing_source,
                flags=[flag.text for flag in film.flags],
            ),
        },
        "image",
    )


def can_be_a_film(layer: Any) -> bool:
    """Whether a layer is one flat grey image, and not one of our results."""
    return kind_of(layer) in (None, "film") and not why_no_film(layer)


def why_no_film(layer: Any) -> str:
    """Why a layer cannot be measured, in a few words; empty when it can."""
    kind = getattr(layer, "_type_string", "")
    if kind != "image":
        return (
            tr("labels hold no grey values") if kind == "labels" else tr("no picture")
        )
    if layer.rgb:
        return tr("a picture in colours")
    if layer.multiscale:
        return tr("a picture in several sizes")
    return (
        ""
        if layer.ndim == 2
        else tr("{ndim} dimensions, a film has two").format(ndim=layer.ndim)
    )


def look_like_films(layers: Iterable[Any]) -> list[tuple[Any, str]]:
    """Pictures of other programs that cannot be measured, each with the reason."""
    return [
        (layer, why_no_film(layer))
        for layer in layers
        if getattr(layer, "_type_string", "") in ("image", "labels")
        and kind_of(layer) is None
        and why_no_film(layer)
    ]


def film_of(layer: Any) -> Radiograph:
    """The film that a layer shows.

    A layer that was read as a film, and whose data nobody has changed since, gives
    that film. Any other is taken as it is displayed: what is bright is dense.

    Raises
    ------
    Refused
        If the layer cannot be a film.
    """
    facts = facts_of(layer)
    if facts.get("kind") == "film" and facts.get("pixels") is layer.data:
        film: Radiograph = facts["film"]
        return film
    data = np.asarray(layer.data)
    sign = -1.0 if layer.colormap.name.endswith("_r") else 1.0
    ends = sorted(sign * value for value in _format_range(data))
    spacing_mm = _spacing_mm(layer)
    return Radiograph(
        pixels=(data * np.float32(sign)).astype(np.float32),
        grey_range=(ends[0], ends[1]),
        spacing_mm=spacing_mm,
        spacing_source="none" if spacing_mm is None else LAYER_SCALE,
        flags=(NOT_OURS,),
        case_id="film",
    )


def _format_range(data: np.ndarray) -> tuple[float, float]:
    """The range of the data's format, as far as the type tells it."""
    if data.dtype == bool or np.iscomplexobj(data):
        raise Refused(tr("The layer holds no grey values: choose a radiograph."))
    if not np.isfinite(data).all():
        raise Refused(tr("The layer holds values that are not numbers."))
    low, high = float(data.min()), float(data.max())
    if high <= low:
        raise Refused(tr("Every pixel of the layer has the same value."))
    if np.issubdtype(data.dtype, np.integer):
        # 12-bit films lie in 16-bit arrays: take the fewest bits that hold them.
        bits = next(b for b in (8, 10, 12, 14, 16, 32, 64) if high < 2**b)
        return min(low, 0.0), float(2**bits - 1)
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)


def _spacing_mm(layer: Any) -> tuple[float, float] | None:
    """The layer's scale in mm, or None when its units are not lengths."""
    try:
        factors = [(1 * unit).to("mm").magnitude for unit in layer.units]
    except Exception:  # noqa: BLE001 - pint's own errors; the unit is not a length
        return None
    row, column = (abs(float(s * f)) for s, f in zip(layer.scale, factors, strict=True))
    return row, column
