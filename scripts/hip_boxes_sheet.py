"""Contact sheets of the hip boxes that are proposed on a folder of films.

    python scripts/hip_boxes_sheet.py FILMS OUT [--models DIR]

Left hips are framed in one grey, right hips in another; a box is judged by eye. Films
stand in the order of their names, 24 a sheet, with a number each.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageDraw

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.landmarks.locate import propose
from napari_hipbmd.landmarks.predict import LandmarkFinder

COLUMNS, ROWS, TILE = 6, 4, 330
COLOURS = {"L": (255, 190, 0), "R": (0, 190, 255)}


def main() -> None:
    """Propose, draw, save, and print how many boxes there are."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("films", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--models", type=Path, default=weights_dir())
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    finder = LandmarkFinder.load(given.models)
    tiles, seconds, boxes = [], [], 0
    for path in sorted(p for p in given.films.iterdir() if p.is_file()):
        try:
            film = read_film(path)
        except Refused as error:
            print(f"{path.name}: {error}")
            continue
        started = time.perf_counter()
        found = propose(finder, film)
        seconds.append(time.perf_counter() - started)
        boxes += len(found)
        tiles.append(tile(film.grey(), found, len(tiles) + 1))
    for first in range(0, len(tiles), COLUMNS * ROWS):
        sheet = Image.new("RGB", (COLUMNS * TILE, ROWS * TILE))
        for i, one in enumerate(tiles[first : first + COLUMNS * ROWS]):
            sheet.paste(one, (i % COLUMNS * TILE, i // COLUMNS * TILE))
        sheet.save(given.out / f"boxes-{first // (COLUMNS * ROWS) + 1}.jpg", quality=85)
    print(f"{len(tiles)} films, {boxes} boxes, {median(seconds):.2f} s a film (median)")


def tile(grey: np.ndarray, boxes: dict[str, HipBox], number: int) -> Image.Image:
    """A film with its boxes."""
    low, high = np.percentile(grey, [0.5, 99.8])
    levels = np.clip((grey - low) / max(high - low, 1e-6), 0, 1) ** 0.7
    picture = Image.fromarray((levels * 255).astype(np.uint8)).convert("RGB")
    picture.thumbnail((TILE - 4, TILE - 4))
    scale = picture.width / grey.shape[1]
    draw = ImageDraw.Draw(picture)
    for side, box in boxes.items():
        corners = [scale * v for v in (box.x0, box.y0, box.x1, box.y1)]
        draw.rectangle(corners, outline=COLOURS[side], width=3)
        draw.text((corners[0] + 5, corners[1] + 4), side, fill=COLOURS[side])
    draw.text((4, 2), str(number), fill=(255, 255, 255))
    place = Image.new("RGB", (TILE, TILE))
    place.paste(picture)
    return place


if __name__ == "__main__":
    main()
