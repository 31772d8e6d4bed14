"""The picture of the mineral map, docs/pictures/mineral.png.

    python scripts/mineral_picture.py

Film, bone image, mineral map and true mineral of three digital hips of the family
``shifted`` that no network has seen; both kinds of mineral on one scale.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.core.radiograph import FloatImage, Patient, Radiograph
from napari_hipbmd.phantom import DigitalHip, render
from napari_hipbmd.pipeline import measure

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "mineral.png"
SEEDS = (70_001, 70_002, 70_003)
PIXELS = 450
TITLES = ("film", "bone image", "mineral map", "true mineral")
HIGHEST_G_CM2 = 1.8


def measured(hip: DigitalHip) -> Measurement:
    """What the program makes of a digital hip."""
    person = hip.person
    return measure(
        Radiograph(
            np.ascontiguousarray(hip.film, np.float32),
            spacing_mm=(hip.detector_mm / hip.magnification,) * 2,
            side=hip.side,
            patient=Patient(
                person.sex, person.age_years, person.height_cm, person.weight_kg
            ),
            kvp=hip.plan.setup.kvp,
        )
    )


def four(hip: DigitalHip) -> tuple[FloatImage, ...]:
    """The pictures of one hip, all of the hip box."""
    found = measured(hip)
    images, mineral = found.images, found.mineral_g_cm2
    assert images is not None and mineral is not None
    (row, column), (rows, columns) = images.corner_row_col, images.film.shape
    true = hip.mineral_g_cm2[row : row + rows, column : column + columns]
    return images.film, images.bone, mineral, true


def main() -> None:
    """Measure, draw, and write the picture."""
    figure, axes = plt.subplots(
        len(SEEDS), len(TITLES), figsize=(9.6, 7.2), layout="constrained"
    )
    drawn = None
    for seed, line in zip(SEEDS, axes, strict=True):
        for name, axis, image in zip(
            TITLES, line, four(render(seed, "shifted", PIXELS)), strict=True
        ):
            if "mineral" in name:
                drawn = axis.imshow(image, "viridis", vmin=0, vmax=HIGHEST_G_CM2)
            else:
                low, high = np.percentile(image, [1, 99.5])
                axis.imshow(image, "gray", vmin=low, vmax=high)
            axis.set_axis_off()
            if line is axes[0]:
                axis.set_title(name)
    assert drawn is not None
    figure.colorbar(drawn, ax=axes[:, -1], label="g/cm²", shrink=0.6)
    figure.savefig(PICTURE, dpi=90)


if __name__ == "__main__":
    main()
