"""How little a film's window, exposure and display curve change the result.

    python benchmarks/grey_invariance.py [--hips 24] [--seed 4000]

Digital hips of the family ``train`` that no network has seen are each exposed and
displayed anew in every way below; bone, soft tissue and geometry stay. Told is how far
the result of one film moves, mean ± SD over the hips: of the regions' mean grey, as the
bone mineral that it stands for on the hip's first film, and of the estimated aBMD.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from napari_hipbmd.bmd import region_pixels
from napari_hipbmd.core.anatomy import REGIONS, polygons
from napari_hipbmd.core.files import write_text_atomic
from napari_hipbmd.core.radiograph import FloatImage, Patient, Radiograph
from napari_hipbmd.phantom import render
from napari_hipbmd.phantom.family import HipPlan
from napari_hipbmd.phantom.hip import DigitalHip
from napari_hipbmd.pipeline import measure
from napari_hipbmd.pipeline.models import load_models

PIXELS = 450
PAGE = Path(__file__).parents[1] / "docs" / "enhancement.md"
BEGIN, END = "<!-- grey -->\n", "<!-- end of grey -->\n"
SITES = ("neck", "total")

Change = Callable[[HipPlan], HipPlan]
Window = tuple[float, float]


@dataclass(frozen=True)
class Way:
    """One other way to make a film of the same hip."""

    name: str
    change: Change = lambda plan: plan
    window: Window = (0.0, 1.0)
    """The grey values that are stored as black and white."""


def exposure(factor: float) -> Change:
    """More or less dose: less or more noise."""
    return lambda plan: replace(
        plan,
        setup=replace(
            plan.setup, quanta_per_pixel=plan.setup.quanta_per_pixel * factor
        ),
    )


def voltage(step_kv: float) -> Change:
    """Another tube voltage: bone and soft tissue attenuate otherwise."""
    return lambda plan: replace(
        plan, setup=replace(plan.setup, kvp=plan.setup.kvp + step_kv)
    )


def curve(**what: object) -> Change:
    """Another display curve."""
    return lambda plan: replace(plan, curve=replace(plan.curve, **what))


KVP = (66.0, 84.0)  # both steps stay within the tables of the beam
PLAIN = {"compression": 0.0, "sharpen": 0.0}
WAYS = (
    Way("window wider by a third", window=(-1 / 6, 7 / 6)),
    Way("window moved up by a tenth", window=(-0.1, 0.9)),
    Way("window narrower by a fifth", window=(0.1, 0.9)),
    Way("a quarter of the dose", exposure(0.25)),
    Way("four times the dose", exposure(4)),
    Way("tube voltage − 6 kV", voltage(-6)),
    Way("tube voltage + 6 kV", voltage(6)),
    Way("curve: linear, nothing else", curve(kind="linear", **PLAIN)),
    Way("curve: sigmoid, slope 2", curve(kind="sigmoid", slope=2.0)),
    Way("curve: sigmoid, slope 4", curve(kind="sigmoid", slope=4.0)),
    Way("curve: range compression 0.4", curve(compression=0.4, compression_mm=25.0)),
    Way("curve: sharpened", curve(sharpen=1.0, sharpen_mm=2.0)),
)


@dataclass(frozen=True)
class Read:
    """What one film gives: mean grey by image and region, aBMD by site."""

    grey: dict[str, np.ndarray]
    bmd_g_cm2: np.ndarray


def read(hip: DigitalHip, window: Window) -> Read:
    """Measure a film, with the landmarks that the networks find on it."""
    low, high = window
    film, sto = ((image - low) / (high - low) for image in (hip.film, hip.sto))
    film = np.clip(film, 0, 1).astype(np.float32)
    person = hip.person
    found = measure(
        Radiograph(
            film,
            spacing_mm=(hip.detector_mm / hip.magnification,) * 2,
            spacing_source="known",
            side=hip.plan.side,
            patient=Patient(
                person.sex, person.age_years, person.height_cm, person.weight_kg
            ),
        ),
        models=load_models(),
    )
    assert found.images is not None
    row, column = found.images.corner_row_col
    bone = np.zeros_like(film)
    rows, columns = found.images.sto.shape
    bone[row : row + rows, column : column + columns] = found.images.bone
    known = found.bmd_g_cm2 or {}
    return Read(
        {
            name: region_means(image, hip)
            for name, image in (
                ("film", film),
                ("bone image", bone),
                ("exact", film - np.asarray(sto, np.float32)),
            )
        },
        np.array([known[s].value if s in known else np.nan for s in SITES]),
    )


def region_means(image: FloatImage, hip: DigitalHip) -> np.ndarray:
    """Mean grey of the true regions, ``(3,)``."""
    regions = polygons(hip.landmarks_xy)
    return np.array(
        [region_pixels(regions[r], image.shape).of(image).mean() for r in REGIONS]
    )


def changes(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What moves, hip by hip.

    Returns
    -------
    grey
        ``(ways, 3 images, 3 regions)`` in g/cm².
    bmd
        ``(ways, sites)`` in g/cm².
    """
    drawn = render(seed, "train", PIXELS)
    # Given its plan a seed gives another hip than without: this one is the first film.
    kvp = float(np.clip(drawn.plan.setup.kvp, *KVP))
    plan = replace(drawn.plan, setup=replace(drawn.plan.setup, kvp=kvp))
    hip = _again(seed, drawn, plan)
    first = read(hip, (0.0, 1.0))
    scale = np.array([hip.bmd_g_cm2[r] for r in REGIONS]) / first.grey["exact"]
    grey, bmd = [], []
    for way in WAYS:
        plan = way.change(hip.plan)
        again = hip if plan == hip.plan else _again(seed, hip, plan)
        other = read(again, way.window)
        grey.append([(other.grey[n] - first.grey[n]) * scale for n in first.grey])
        bmd.append(other.bmd_g_cm2 - first.bmd_g_cm2)
    return np.array(grey), np.array(bmd)


def _again(seed: int, hip: DigitalHip, plan: HipPlan) -> DigitalHip:
    return render(seed, "train", PIXELS, hip.plan.side, hip.person, plan)


def table(grey: np.ndarray, bmd: np.ndarray) -> str:
    """Markdown: ``grey`` is ``(hips, ways, images, regions)``."""
    lines = [
        "| the same hip, but | film | bone | exact bone | aBMD neck | aBMD total |",
        "|---|---|---|---|---|---|",
    ]
    for i, way in enumerate(WAYS):
        cells = [_told(grey[:, i, image]) for image in range(3)]
        cells += [_told(bmd[:, i, site]) for site in range(len(SITES))]
        lines.append(f"| {way.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _told(values: np.ndarray) -> str:
    return f"{np.nanmean(values):+.3f} ± {np.nanstd(values):.3f}"


def main() -> None:
    """Measure, and write the table into ``docs/enhancement.md``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hips", type=int, default=24)
    parser.add_argument("--seed", type=int, default=4000)
    parser.add_argument("--out", type=Path, default=PAGE)
    arguments = parser.parse_args()
    found = []
    for seed in range(arguments.seed, arguments.seed + arguments.hips):
        found.append(changes(seed))
        print(f"{len(found)} of {arguments.hips}", file=sys.stderr, flush=True)
    grey, bmd = (np.array(one) for one in zip(*found, strict=True))
    command = f"python benchmarks/grey_invariance.py --hips {arguments.hips}"
    text = (
        f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, Python"
        f" {platform.python_version()}; g/cm², mean ± SD over {arguments.hips} hips"
        f" (of the grey: over their three regions, too).\n\n{table(grey, bmd)}\n"
    )
    print(text)
    page = arguments.out.read_text("utf-8")
    head, tail = page.split(BEGIN)[0], page.split(END)[1]
    write_text_atomic(arguments.out, f"{head}{BEGIN}{text}{END}{tail}")


if __name__ == "__main__":
    main()
