"""How often flags are right on real films: a table of docs/quality-flags.md.

    python scripts/fracatlas_study.py FILMS STUDY
    python benchmarks/real_flags.py FILMS [--children FOLDER] [--others FOLDER …]
        [--page docs/quality-flags.md]

FILMS is a folder with ``images/`` of FracAtlas (CC BY 4.0). Hips of patients from whom
the landmark networks learned, and of the test part, are left out. Each is measured as
it is, and with one thing wrong after the other. Children are DICOM files of infants'
pelves whose tags are taken away; others are pictures that show no hip, and files that
are no films are counted where they are refused. Sizes are by a head of 47 mm.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pages import write_into
from scipy.ndimage import gaussian_filter, rotate
from skimage.transform import estimate_transform

from napari_hipbmd.core.anatomy import (
    ADULT_HEAD_MM,
    INDEX,
    LANDMARKS,
    Points,
    is_mirrored,
)
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.hip_box import OTHER
from napari_hipbmd.core.radiograph import FloatImage, HipBox, Radiograph, Side
from napari_hipbmd.dicom import read_film
from napari_hipbmd.landmarks.locate import propose
from napari_hipbmd.phantom.things.implants import KINDS, HipAxes, draw_metal
from napari_hipbmd.pipeline import measure
from napari_hipbmd.pipeline.models import Models, load_models
from napari_hipbmd.study.split import read_split

LABELS = Path(__file__).resolve().parents[1] / "labels" / "fracatlas"
TURNED_DEG = 30.0
METAL_CM = 1.5  # of bone mineral: what turns two thirds of the way to white
FALSE = "as it is"
DUE = {
    "said to be the other side": ("side",),
    "shown as a negative": ("polarity",),
    "box on the middle of the pelvis": ("no-hip",),
    "box a hip's height too high": ("no-hip",),
    "upside down": ("no-hip",),
    "spacing typed twice as large": ("head-size",),
    "spacing typed half as large": ("head-size",),
    f"film turned by {TURNED_DEG:.0f}°, the thigh outwards": ("position",),
    **{f"implant: {kind}": ("metal", "no-hip") for kind in KINDS},
    "infants, without tags": ("no-hip",),
    "other pictures": ("no-hip",),
}
TOLD = (
    "no-hip", "side", "polarity", "position", "rotation", "head-size",
    "implausible-shape", "landmarks-lost", "landmarks-disagree", "metal",
    "metal-nearby", "collimation", "saturation", "region-outside",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Hip:
    """One hip as the networks see it."""

    film: Radiograph
    side: Side
    box: HipBox
    xy: Points
    mm: float
    axes: HipAxes


def hips(films: Path, models: Models) -> Iterator[Hip]:
    """Both hips of every film of a patient that taught the networks no landmark."""
    parts = read_split(LABELS)
    for path in sorted((films / "images").iterdir()):
        if parts.get(path.stem) in ("train", "test"):
            continue
        film = read_film(path)
        for side, box in propose(models.finder, film).items():
            found = measure(film, side=side, box=box, models=models)
            yield _hip(film, side, box, found.landmarks.xy)


def _hip(film: Radiograph, side: Side, box: HipBox, xy: Points) -> Hip:
    typical = np.array([mark.typical_xy for mark in LANDMARKS])
    if is_mirrored(side):
        typical = typical * (-1, 1)
    on_film = estimate_transform("similarity", typical, xy)
    mm = ADULT_HEAD_MM / 2 / float(on_film.scale)
    head = on_film.translation
    neck = (xy[INDEX["N2"]] + xy[INDEX["N5"]]) / 2 - head
    shaft = (xy[INDEX["I2"]] + xy[INDEX["I3"]] - xy[INDEX["T4"]] - xy[INDEX["N4"]]) / 2
    axes = HipAxes(
        tuple(head * mm),
        tuple(neck / np.linalg.norm(neck)),
        tuple(shaft / np.linalg.norm(shaft)),
        ADULT_HEAD_MM / 2,
    )
    assert xy is not None
    return Hip(replace(film, spacing_mm=(mm, mm)), side, box, xy, mm, axes)


def shown(hip: Hip, grey: FloatImage) -> Radiograph:
    """The film with another picture."""
    return replace(hip.film, pixels=np.float32(grey), grey_range=(0.0, 1.0))


def wrongs(hip: Hip, number: int) -> Iterator[tuple[str, Radiograph, Side, HipBox]]:
    """The hip with one thing wrong after the other."""
    film, side, box, grey = hip.film, hip.side, hip.box, hip.film.grey()
    rng = np.random.default_rng(number)
    names = iter(DUE)
    yield next(names), film, OTHER[side], box
    yield next(names), shown(hip, 1 - grey), side, box
    inwards = -1 if is_mirrored(side) else 1
    for x, y in ((-0.75 * inwards, -0.1), (0.0, -1.0)):
        centre = box.centre_xy[0] + x * box.width, box.centre_xy[1] + y * box.width
        yield next(names), film, side, HipBox.square(centre, box.width)
    rows = grey.shape[0]
    low = HipBox(box.x0, rows - 1 - box.y1, box.x1, rows - 1 - box.y0)
    yield next(names), shown(hip, np.ascontiguousarray(grey[::-1])), side, low
    for factor in (2.0, 0.5):
        spacing = (hip.mm * factor, hip.mm * factor)
        yield next(names), replace(film, spacing_mm=spacing), side, box
    yield next(names), *_turned(hip, grey)
    x_mm, y_mm = (np.arange(n, dtype=np.float32) * hip.mm for n in grey.shape[::-1])
    for kind in KINDS:
        metal = draw_metal(x_mm, y_mm, kind, hip.axes, rng)
        through = np.exp(-gaussian_filter(metal, 0.6) / METAL_CM)
        white = np.float32(grey.max())
        yield next(names), shown(hip, white - (white - grey) * through), side, box


def _turned(hip: Hip, grey: FloatImage) -> tuple[Radiograph, Side, HipBox]:
    """The picture within the hip box and around it, turned about the box's middle."""
    half = round(hip.box.width)
    x, y = (round(v) for v in hip.box.centre_xy)
    wide = np.pad(grey, half, mode="edge")[y : y + 2 * half + 1, x : x + 2 * half + 1]
    degrees = -TURNED_DEG if is_mirrored(hip.side) else TURNED_DEG
    turned = rotate(wide, degrees, reshape=False, order=1, mode="nearest")
    film = replace(shown(hip, turned), outside=None, burnt_in=None)
    return film, hip.side, HipBox.square((half, half), hip.box.width)


def strangers(folder: Path | None) -> Iterator[Radiograph | None]:
    """The pictures of a folder without their tags; None where a file is refused."""
    for path in sorted(folder.iterdir()) if folder else ():
        if path.suffix == ".json":
            continue
        try:
            film = read_film(path)
        except Refused:
            yield None
            continue
        yield Radiograph(film.grey())


def table(seen: dict[str, list[set[str]]], refused: int) -> str:
    """Detections and false alarms."""
    clean = seen.pop(FALSE)
    lines = ["| what is wrong | flag | seen |", "|---|---|---|"]
    for name, found in seen.items():
        due = DUE[name]
        hit = sum(bool(codes & set(due)) for codes in found)
        more = f", {refused} more refused" if name == "other pictures" else ""
        lines.append(
            f"| {name} | {' or '.join(f'`{code}`' for code in due)} | {hit} of"
            f" {len(found)}{more} |"
        )
    lines += ["", f"| false alarms | of {len(clean)} hips |", "|---|---|"]
    for code in TOLD:
        lines.append(f"| `{code}` | {sum(code in codes for codes in clean)} |")
    any_one = sum(bool(codes & set(TOLD)) for codes in clean)
    return "\n".join([*lines, f"| any of these | {any_one} |"])


def main() -> None:
    """Measure everything, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("films", type=Path)
    parser.add_argument("--children", type=Path)
    parser.add_argument("--others", type=Path, nargs="*", default=[])
    parser.add_argument("--every", type=int, default=1, help="take one hip in so many")
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    models = load_models()
    seen: dict[str, list[set[str]]] = defaultdict(list)

    def look(
        name: str, film: Radiograph, side: Side | None, box: HipBox | None
    ) -> None:
        try:
            found = measure(film, side=side, box=box, models=models)
        except Refused:
            return
        seen[name].append({flag.code for flag in found.flags})

    refused = 0
    for number, hip in enumerate(hips(given.films, models)):
        if number % given.every:
            continue
        look(FALSE, hip.film, hip.side, hip.box)
        for wrong in wrongs(hip, number):
            look(*wrong)
    for film in strangers(given.children):
        for side in ("L", "R"):
            if film is not None:
                look("infants, without tags", film, side, None)
    for folder in given.others:
        for film in strangers(folder):
            if film is None:
                refused += 1
            else:
                look("other pictures", film, None, None)
    text = table(seen, refused)
    print(text)
    if given.page:
        write_into(given.page, {"real": text})


if __name__ == "__main__":
    main()
