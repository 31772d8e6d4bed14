"""Make ``docs/landmarks.md`` and its picture, from ``anatomy`` and a digital hip.

python scripts/landmark_picture.py
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke
from PIL import Image

from napari_hipbmd.core import anatomy
from napari_hipbmd.core.files import write_text_atomic
from napari_hipbmd.core.region_colours import REGION_COLOURS
from napari_hipbmd.phantom import DigitalHip, render

DOCS = Path(__file__).resolve().parent.parent / "docs"
PICTURE = DOCS / "pictures" / "landmarks.png"
SEED = 53
PIXELS = 640
SHIFT = {"N3": (8, -18), "N4": (-26, -2), "T4": (8, -8), "T1": (8, 2)}
SHIFT |= {"I5": (-26, 14), "I1": (8, 12), "N5": (-26, 8), "N6": (-26, 8)}
SHIFT |= {"I4": (-22, 8), "I3": (-22, 10), "T2": (-6, -12), "T5": (10, 6)}
SHIFT |= {"N1": (-4, -12), "N2": (-2, -12)}
HEAD = """\
# Landmarks and regions

The paper gives the counts only: 6 points on the neck, 5 on the trochanter, 5 on the
inter-trochanter. These definitions are this project's. They are written as geometry,
so that the digital hips carry them exactly and two people find the same place. The
one source is `src/napari_hipbmd/core/anatomy.py`; this page is made from it by
`scripts/landmark_picture.py`.

![The sixteen landmarks on a digital left hip](pictures/landmarks.png)

| id | name | definition |
|---|---|---|
"""
TAIL = """
- The **contour** is the outer edge of the bone, half-way up the brightness step.
- The **head circle** is fitted to the head's superior and medial rim, without
  osteophytes and fovea. R is its radius.
- The **neck axis** runs from the circle's centre through the middle of the narrowest
  neck.
- The **shaft axis** runs through the mid-points of the outer contour between 1.0 and
  2.0 R below I4, or as far as the film shows; with less than .6 R of shaft it is
  uncertain.
- The **distal cut** is perpendicular to the shaft axis, 1.0 R below I4.
- Where the lesser trochanter does not stand out (by less than .05 R), I4 is the medial
  contour 1.4 R distal to N5 along the shaft axis, and its state is `occluded`.
- Where the medial contour between N5 and I4 is hollow by less than .05 R, N4 is the
  point half-way, and its state is `uncertain`.

**The neck is the neck, not the silhouette.** On most films the leg is turned outwards
a little and the greater trochanter's posterior crest lies over the neck. The neck's
superior cortex still shows through it: N1, N2 and N3 follow that cortex. On the outer
silhouette the three would fall together, 3 to 14 mm away. A digital hip takes them from
the neck's own surface.

Three places are found twice, by two networks that know nothing of each other:
{pairs}. The distance within a pair is a quality figure that every
film gives for nothing.

## Regions

| region | corners, in order |
|---|---|
{regions}

T5 closes the inter-trochanter, so that the three tile without gap or overlap (as far
as both networks agree on the places found twice); the *total* is their union. A pixel
belongs to a region when its centre lies inside the polygon. A right hip is mirrored
before a network sees it, and its landmarks are mirrored back: what is reported is
always in pixels of the original film, `(x, y)` = `(column, row)`, with the centre of
the first pixel at (0, 0).

The expected error of a predicted landmark, `sigma_mm`, is in millimetres in the bone's
plane as far as the film's spacing is (see
[reading-radiographs.md](reading-radiographs.md)). A landmark that a person has moved
has none: its `sigma_mm` is 0.
"""


def main() -> None:
    """Write the page and its picture."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    draw(render(SEED, "train", PIXELS, "L"), PICTURE)
    write_text_atomic(DOCS / "landmarks.md", page())
    print(PICTURE)


def page() -> str:
    """The page in Markdown."""
    rows = [f"| {m.id} | {m.name} | {m.definition} |" for m in anatomy.LANDMARKS]
    regions = [
        f"| {region} | {' – '.join(corners)} |"
        for region, corners in anatomy.POLYGONS.items()
    ]
    pairs = ", ".join(f"{a} = {b}" for a, b in anatomy.TWICE_FOUND)
    tail = TAIL.format(pairs=pairs, regions="\n".join(regions))
    return HEAD + "\n".join(rows) + "\n" + tail


def draw(hip: DigitalHip, out: Path) -> None:
    """A film with its true landmarks, their ids and the three polygons."""
    figure = plt.figure(figsize=(PIXELS / 100, PIXELS / 100), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(hip.film, cmap="gray", vmin=0, vmax=1)
    for region, polygon in anatomy.polygons(hip.landmarks_xy).items():
        colour = REGION_COLOURS[region]
        axes.add_patch(Polygon(polygon, facecolor=f"{colour}22", edgecolor=colour))
    for mark, (x, y) in zip(anatomy.LANDMARKS, hip.landmarks_xy, strict=True):
        axes.plot(x, y, "o", ms=6, mfc="none", mec=REGION_COLOURS[mark.region], mew=1.6)
        right, down = SHIFT.get(mark.id, (8, 0))
        label = axes.annotate(
            mark.id,
            (x, y),
            xytext=(right, -down),
            textcoords="offset points",
            color="white",
            fontsize=11,
            va="center",
        )
        label.set_path_effects([withStroke(linewidth=2.5, foreground="black")])
    axes.set_axis_off()
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    plt.close(figure)
    # The lowest bits of a film are noise that nobody sees, and half of the bytes.
    Image.fromarray(pixels & 0xF8).save(out, optimize=True)


if __name__ == "__main__":
    main()
