"""Where a film lies in the world of the viewer; its results lie in the same place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PIXELS = ("pixel", "pixel")
MILLIMETRES = ("mm", "mm")
AXES = ("row", "column")
PARTS = ("scale", "translate", "units", "axis_labels")


@dataclass(frozen=True)
class Place:
    """Scale, origin, units and axes of a film, in napari's ``(row, column)`` order."""

    scale: tuple[float, float] = (1.0, 1.0)
    translate: tuple[float, float] = (0.0, 0.0)
    units: tuple[str, str] = PIXELS
    axis_labels: tuple[str, str] = AXES

    @classmethod
    def of(cls, layer: Any) -> Place:
        """The place of a film that is in a viewer."""
        return cls(
            (float(layer.scale[-2]), float(layer.scale[-1])),
            (float(layer.translate[-2]), float(layer.translate[-1])),
            (str(layer.units[-2]), str(layer.units[-1])),
            (layer.axis_labels[-2], layer.axis_labels[-1]),
        )

    @classmethod
    def of_spacing(cls, spacing_mm: tuple[float, float] | None) -> Place:
        """The place of a new film: in mm where the spacing is trusted, or pixels."""
        return cls() if spacing_mm is None else cls(spacing_mm, units=MILLIMETRES)

    def put(self, layer: Any) -> None:
        """Put a layer here; what is so already is not announced."""
        now = Place.of(layer)
        if now.units != self.units:
            layer.units = self.units
        if now.scale != self.scale:
            layer.scale = self.scale
        if now.translate != self.translate:
            layer.translate = self.translate
        if now.axis_labels != self.axis_labels:
            layer.axis_labels = self.axis_labels

    @property
    def in_pixels(self) -> bool:
        """Whether no length is known."""
        return self.units == PIXELS

    def arguments(self, corner_row_col: tuple[int, int] = (0, 0)) -> dict[str, Any]:
        """Layer arguments for something that starts at a pixel of the film."""
        translate = tuple(
            origin + step * offset
            for origin, step, offset in zip(
                self.translate, self.scale, corner_row_col, strict=True
            )
        )
        return {
            "scale": self.scale,
            "translate": translate,
            "units": self.units,
            "axis_labels": self.axis_labels,
        }
