"""What was made of a film, as layers in the film's place.

Pure functions: data in, napari's ``(data, arguments, type)`` out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...core.montage import montage
from ..ui.translation import tr
from ..viewer.identity import tag
from ..viewer.layers import LayerData, bone_limits, content_limits
from ..viewer.place import Place

if TYPE_CHECKING:
    from napari.layers import Layer

    from ...enhancement.stages import Stage
    from ...pipeline.enhanced import Enhanced

ShownPart = Literal["enhanced_bone", "enhanced_sto", "sto_error"]
PARTS: dict[ShownPart, str] = {
    "enhanced_bone": tr("bone image"),
    "enhanced_sto": "STO",
    "sto_error": tr("absolute error"),
}
BESIDE = 0.05
"""The gap between a film and a picture beside it, in heights of the film."""


def part_layer(
    part: ShownPart, enhanced: Enhanced, place: Place, name: str, film_id: str
) -> LayerData:
    """One picture of a film's enhancement; the film's own pixels are not resampled.

    Parameters
    ----------
    part
        ``"sto_error"`` only where the truth is known.
    place
        Where the film lies.
    name, film_id
        Of the film's layer, for people and for us.
    """
    images = enhanced.images
    pixels = {
        "enhanced_bone": images.bone,
        "enhanced_sto": images.sto,
        "sto_error": enhanced.error,
    }[part]
    if pixels is None:
        raise ValueError("there is no error where the truth is not known")
    as_film = part == "enhanced_sto"
    limits = content_limits(images.film) if as_film else bone_limits(pixels)
    return (
        pixels,
        {
            **place.arguments(images.corner_row_col),
            "name": f"{name}: {PARTS[part]}, 0–1",
            "colormap": "inferno" if part == "sto_error" else "gray",
            "contrast_limits": limits,
            "metadata": tag(part, film_id=film_id),
        },
        "image",
    )


def stage_layer(stage: Stage, place: Place, name: str, film_id: str) -> LayerData:
    """One encoder stage as a stack to scroll through, a cell as large as it stands for.

    Axes are channel, row and column; the cells lie where the network's do.
    """
    row, column = stage.first_row_col
    height, width = stage.cell_row_col
    return (
        stage.values,
        {
            "scale": (1.0, place.scale[0] * height, place.scale[1] * width),
            "translate": (
                0.0,
                place.translate[0] + place.scale[0] * row,
                place.translate[1] + place.scale[1] * column,
            ),
            "units": ("pixel", *place.units),
            "axis_labels": ("channel", *place.axis_labels),
            "name": f"{name}: {stage.name}",
            "colormap": "viridis",
            "contrast_limits": content_limits(stage.values),
            "interpolation2d": "nearest",
            "metadata": tag("encoder_stage", film_id=film_id, stage=stage.name),
        },
        "image",
    )


def montage_layer(stage: Stage, film_layer: Layer) -> LayerData:
    """All channels of a stage in one picture beside the film, as high as the film."""
    place, picture = Place.of(film_layer), montage(stage.values)
    (top, _), (bottom, right) = film_layer.extent.world[:, -2:]
    width, height = place.scale[::-1]
    step = (bottom - top + height) / picture.shape[0]
    beside = Place(
        (step, step),
        (float(top), float(right + BESIDE * (bottom - top) + width)),
        place.units,
        place.axis_labels,
    )
    name, film_id = film_layer.name, str(film_layer.unique_id)
    return (
        picture,
        {
            **beside.arguments(),
            "name": tr("{film}: {stage}, all channels").format(
                film=name, stage=stage.name
            ),
            "colormap": "viridis",
            "contrast_limits": content_limits(stage.values),
            "interpolation2d": "nearest",
            "metadata": tag("stage_montage", film_id=film_id, stage=stage.name),
        },
        "image",
    )


def stage_text(stage: Stage) -> str:
    """A stage in words: its name, channels and cells."""
    channels, rows, columns = stage.values.shape
    return tr("{stage}: {channels} channels of {rows} × {columns}").format(
        stage=stage.name, channels=channels, rows=rows, columns=columns
    )
