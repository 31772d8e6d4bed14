"""What was made of one film, as pictures that know where in the film they lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.radiograph import FloatImage
from ..pipeline.enhanced import Enhanced

HIP, LATENT = "hip", "latent"


@dataclass(frozen=True, eq=False)
class EnhancedPicture:
    """One grid of pixels, and what each of its channels is.

    Attributes
    ----------
    name
        ``"hip"``, ``"latent"``, ``"stage_1"``, …: the beginning of a file's name.
    channels
        A name a channel, for people.
    values
        ``(channels, rows, columns)`` float32.
    first_row_col
        The centre of pixel ``[0, 0]`` in pixels of the film.
    step_row_col
        Height and width of a pixel in pixels of the film.
    spacing_mm
        ``(row, column)`` of the film; None where it is not known.
    """

    name: str
    channels: tuple[str, ...]
    values: FloatImage
    first_row_col: tuple[float, float]
    step_row_col: tuple[float, float]
    spacing_mm: tuple[float, float] | None

    @property
    def unit(self) -> str:
        """Of lengths: ``"mm"``, or ``"pixel"`` of the film."""
        return "pixel" if self.spacing_mm is None else "mm"

    @property
    def size_row_col(self) -> tuple[float, float]:
        """Height and width of a pixel."""
        return self._long(self.step_row_col)

    @property
    def place_row_col(self) -> tuple[float, float]:
        """The centre of pixel ``[0, 0]`` from that of the film's first pixel."""
        return self._long(self.first_row_col)

    def _long(self, in_pixels: tuple[float, float]) -> tuple[float, float]:
        rows, columns = self.spacing_mm or (1.0, 1.0)
        return in_pixels[0] * rows, in_pixels[1] * columns


def pictures_of(
    enhanced: Enhanced, *, latent: bool, stages: bool
) -> list[EnhancedPicture]:
    """Film, STO, bone image and error on one grid; then the encoder's stages.

    Parameters
    ----------
    latent, stages
        Whether the latent z, and the encoder's other stages, are wanted.
    """
    images, spacing = enhanced.images, enhanced.film.spacing_mm
    hip = {"film": images.film, "STO": images.sto, "bone image": images.bone}
    if enhanced.error is not None:
        hip["absolute error"] = enhanced.error
    found = [
        EnhancedPicture(
            HIP,
            tuple(hip),
            np.stack(list(hip.values())).astype(np.float32),
            images.corner_row_col,
            (1.0, 1.0),
            spacing,
        )
    ]
    for number, stage in enumerate(enhanced.stages, 1):
        last = number == len(enhanced.stages)
        if latent if last else stages:
            name = LATENT if last else f"stage_{number}"
            found.append(
                EnhancedPicture(
                    name,
                    tuple(f"{name} {i}" for i in range(len(stage.values))),
                    stage.values,
                    stage.first_row_col,
                    stage.cell_row_col,
                    spacing,
                )
            )
    return found
