"""Forty real pelvis films beside forty digital ones, for the page on the digital hip.

    python scripts/forty_beside_forty.py FILMS [--seed S]

FILMS is the ``images`` folder of FracAtlas (CC BY 4.0); the films are every second or
third by name, the digital ones follow each other by seed: none is chosen. Writes
``docs/pictures/forty-real.jpg`` and ``docs/pictures/forty-digital.jpg``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_hipbmd.phantom.hip import render_pelvis

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
COLUMNS, ROWS, TILE, GAP = 8, 5, (150, 130), 3
MIDDLE = (0.5, 99.9)  # per cent of the greys that are shown


def main() -> None:
    """Read, render, lay out, save."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("films", type=Path)
    parser.add_argument("--seed", type=int, default=4_000_000)
    given = parser.parse_args()
    found = sorted(given.films.glob("*.jpg"))
    chosen = [
        found[i]
        for i in np.linspace(0, len(found) - 1, COLUMNS * ROWS).round().astype(int)
    ]
    real = [tile(np.asarray(Image.open(path).convert("L"), float)) for path in chosen]
    digital = [
        tile(render_pelvis(given.seed + i, "train", 450)[0].film.astype(float))
        for i in range(COLUMNS * ROWS)
    ]
    for name, tiles in (("real", real), ("digital", digital)):
        sheet = np.vstack(
            [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
        )
        path = PICTURES / f"forty-{name}.jpg"
        Image.fromarray(sheet).save(path, quality=82, optimize=True)
        print(path)


def tile(film: NDArray[np.floating]) -> NDArray[np.uint8]:
    """A film in its place, grey range stretched alike for all."""
    low, high = np.percentile(film, MIDDLE)
    grey = (np.clip((film - low) / max(high - low, 1e-9), 0, 1) * 255).astype(np.uint8)
    picture = Image.fromarray(grey)
    picture.thumbnail(TILE, Image.Resampling.BOX)
    place = Image.new("L", (TILE[0] + GAP, TILE[1] + GAP))
    place.paste(picture)
    return np.asarray(place)


if __name__ == "__main__":
    main()
