"""The picture of what the default enhancement does, docs/pictures/enhanced.png.

    python scripts/enhancement_picture.py [FILM ... --out PICTURE --columns 2]

Film, STO and bone image of the first samples, or of films that are given; film and STO
share a window, and all bone images have one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from napari_hipbmd.core.radiograph import FloatImage
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.pipeline import measure

HOME = Path(__file__).parents[1] / "docs" / "pictures" / "enhanced.png"
SIDE_PX = 320
BONE = (-0.05, 0.5)  # of the grey range


def shown(image: FloatImage, low: float, high: float) -> np.ndarray:
    """A part of a picture, ``(320, 320)`` uint8."""
    grey = np.clip((image - low) / (high - low), 0, 1) * 255
    picture = Image.fromarray(grey.astype(np.uint8))
    return np.asarray(picture.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS))


def main() -> None:
    """Measure, and put film, STO and bone side by side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("films", nargs="*", type=Path)
    parser.add_argument("--out", type=Path, default=HOME)
    parser.add_argument(
        "--columns", type=int, default=1, help="films beside each other"
    )
    args = parser.parse_args()
    samples = sorted((sample_data_dir() / "images").glob("*.dcm"))[:2]
    rows = []
    for path in args.films or samples:
        images = measure(read_film(path)).images
        assert images is not None
        low, high = np.percentile(images.film, [1, 99])
        rows.append(
            np.hstack(
                [
                    shown(images.film, low, high),
                    shown(images.sto, low, high),
                    shown(images.bone, *BONE),
                ]
            )
        )
    rows += [np.zeros_like(rows[0])] * (-len(rows) % args.columns)
    table = [np.hstack(rows[i : i + args.columns])
             for i in range(0, len(rows), args.columns)]  # fmt: skip
    Image.fromarray(np.vstack(table)).quantize(64).save(args.out, optimize=True)


if __name__ == "__main__":
    main()
