"""The picture of a printed report, docs/pictures/report.png.

    python scripts/report_picture.py

Measures the samples, prints the page of one of them with Chromium, and turns the sheet
into a picture with Poppler (Debian: chromium, poppler-utils).
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from napari_hipbmd.cli import main
from napari_hipbmd.core.resources import sample_data_dir

CASE = "train-77-00003"
HOME = Path(__file__).parents[1] / "docs" / "pictures" / "report.png"


def draw() -> None:
    """Measure, print, rasterise."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "out"
        main(["measure", str(sample_data_dir()), "--out", str(out), "--html"])
        sheet = Path(scratch) / "sheet.pdf"
        page = (out / "cases" / f"{CASE}.html").as_uri()
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
             "--no-pdf-header-footer", f"--print-to-pdf={sheet}", page],
            check=True, capture_output=True,
        )  # fmt: skip
        subprocess.run(
            [
                "pdftoppm",
                "-r",
                "110",
                "-singlefile",
                "-png",
                sheet,
                sheet.with_name("s"),
            ],
            check=True,
        )
        picture = Image.open(sheet.with_name("s.png")).convert("RGB")
        picture.quantize(128).save(HOME, optimize=True)


if __name__ == "__main__":
    draw()
