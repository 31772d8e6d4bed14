"""Make ``docs/pictures/digital-hips.png``: twelve digital hips side by side.

    python scripts/contact_sheet.py [--seed S] [--out FILE]

The upper six are of the family ``train``, the lower six of ``shifted``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from napari_hipbmd.phantom import FAMILIES, Family, render

PICTURE = (
    Path(__file__).resolve().parent.parent / "docs" / "pictures" / "digital-hips.png"
)
COLUMNS, RENDERED_PX, SHOWN_PX, GAP_PX = 6, 480, 240, 6


def main() -> None:
    """Render, lay out, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--out", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    rows = [row(family, arguments.seed) for family in FAMILIES]
    sheet = np.pad(np.vstack(rows), ((GAP_PX, 0), (GAP_PX, 0)))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(sheet).save(arguments.out, optimize=True)
    print(arguments.out)


def row(family: Family, seed: int) -> np.ndarray:
    """Six films of one family, 8-bit."""
    films = [film(family, seed + i) for i in range(COLUMNS)]
    return np.hstack([np.pad(each, ((0, GAP_PX), (0, GAP_PX))) for each in films])


def film(family: Family, seed: int) -> np.ndarray:
    """One film at the size it is shown in."""
    pixels = np.clip(255 * render(seed, family, RENDERED_PX).film, 0, 255)
    picture = Image.fromarray(pixels.astype(np.uint8))
    return np.asarray(picture.resize((SHOWN_PX, SHOWN_PX), Image.Resampling.BOX))


if __name__ == "__main__":
    main()
