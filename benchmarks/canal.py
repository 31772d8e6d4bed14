"""How well the canal's shape is measured: a table of docs/grey-scale.md.

    python benchmarks/canal.py [--hips N]

Digital hips whose films show much of the shaft are measured with the networks' own
landmarks and soft tissue. The truth is the inner surface of the mesh that the film was
made of: its outline at each level, with the true landmarks.
"""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pages import write_into

from napari_hipbmd.core import anatomy
from napari_hipbmd.core.grey_scale import Cortex
from napari_hipbmd.core.radiograph import Patient, Radiograph
from napari_hipbmd.core.shaft import shaft_frame
from napari_hipbmd.grey_scale.borders import Borders
from napari_hipbmd.grey_scale.canal import compared, widths_of
from napari_hipbmd.grey_scale.shaft import cut_below_lesser
from napari_hipbmd.phantom import DigitalHip, render
from napari_hipbmd.phantom.bone.mineral import cortex_mm
from napari_hipbmd.phantom.bone.vertex_sets import vertex_normals
from napari_hipbmd.phantom.family import Framing
from napari_hipbmd.phantom.layout import Layout, lay_out
from napari_hipbmd.pipeline import measure

PAGE = Path(__file__).parents[1] / "docs/grey-scale.md"
FAMILY, FIRST_SEED, PIXELS = "shifted", 7000, 640
FRAMING = Framing(320.0, 320.0, 0.45, 0.13)
LEVELS_MM = np.arange(-26.0, 180.0, 2.0)
FAR_MM = 90.0
NAMES = {
    "canal_above_mm": "canal 20 mm above the lesser trochanter, mm",
    "canal_at_lesser_mm": "canal at it, mm",
    "canal_below_mm": "canal 100 mm below it, mm",
    "isthmus_mm": "isthmus, mm",
    "flare_index": "canal flare index",
    "calcar_ratio": "canal–calcar ratio",
}


def outline(along: np.ndarray, across: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Medial and lateral end of a mesh at each level, ``(levels, 2)``."""
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]])
    pairs = np.concatenate([pairs, triangles[:, [0, 2]]])
    ends = []
    for level in LEVELS_MM:
        first, second = along[pairs[:, 0]] - level, along[pairs[:, 1]] - level
        cut = first * second < 0
        share = first[cut] / (first[cut] - second[cut])
        x0, x1 = across[pairs[cut, 0]], across[pairs[cut, 1]]
        x = x0 + share * (x1 - x0)
        x = x[np.abs(x) < FAR_MM]
        ends.append((x.min(), x.max()))
    return np.array(ends)


def truth(laid: Layout, hip: DigitalHip) -> Cortex:
    """What the meshes say."""
    femur, beam, plan = laid.bones.femora[0], laid.beam, laid.plan
    shell = cortex_mm(femur.bone, plan.state, laid.person.age_years)
    normals = vertex_normals(femur.vertices, femur.triangles)
    spacing = (hip.detector_mm / hip.magnification,) * 2
    frame = shaft_frame(hip.landmarks_xy, spacing)
    cut = cut_below_lesser(hip.landmarks_xy, frame)
    ends = []
    for surface in (femur.vertices, femur.vertices - normals * shell[:, None]):
        u, v = beam.project(surface)[0].T
        xy = np.stack([u - beam.u_mm[0], beam.v_mm[0] - v], -1) / beam.pixel_mm
        if anatomy.is_mirrored(plan.side):
            xy = anatomy.mirror_xy(xy, hip.film.shape[1])
        mm = xy * spacing[0] - frame.origin_mm
        ends.append(outline(mm @ frame.along + cut, mm @ frame.across, femur.triangles))
    outer, inner = (one.T for one in ends)
    borders = Borders(LEVELS_MM - cut, outer[0], inner[0], inner[1], outer[1])
    nothing = Cortex(0.0, 0.0, 0.0, 0.0, 0.0)
    return compared(nothing, widths_of(borders, LEVELS_MM), frame.width_mm)


def found(hip: DigitalHip) -> tuple[Cortex | None, str]:
    """What is measured of the film, or why nothing is."""
    person = hip.person
    result = measure(
        Radiograph(
            np.ascontiguousarray(hip.film, np.float32),
            spacing_mm=(hip.detector_mm / hip.magnification,) * 2,
            side=hip.plan.side,
            patient=Patient(
                person.sex, person.age_years, person.height_cm, person.weight_kg
            ),
            kvp=hip.plan.setup.kvp,
        )
    )
    scale = result.grey_scale
    if scale is None:
        return None, result.grey_scale_reason or "nothing was measured"
    return scale.cortex, scale.shaft_reason or ""


def table(pairs: list[tuple[Cortex, Cortex]]) -> str:
    """Error of each width and ratio over the hips that tell both."""
    lines = [
        "| | hips | true, median | median error | bias | r |",
        "|---|---|---|---|---|---|",
    ]
    for name, words in NAMES.items():
        both = [(getattr(told, name), getattr(true, name)) for told, true in pairs]
        values = np.array([pair for pair in both if None not in pair], float)
        off = values[:, 0] - values[:, 1]
        r = np.corrcoef(values.T)[0, 1] if len(values) > 2 else float("nan")
        lines.append(
            f"| {words} | {len(values)} | {np.median(values[:, 1]):.2f} |"
            f" {np.median(np.abs(off)):.2f} | {np.median(off):+.2f} | {r:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Render, measure, and write the table into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hips", type=int, default=40)
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args()
    pairs, unread = [], 0
    for seed in range(FIRST_SEED, FIRST_SEED + args.hips):
        first = lay_out(seed, FAMILY, PIXELS)
        plan = replace(first.plan, framing=FRAMING)
        how = {"person": first.person, "plan": plan}
        laid = lay_out(seed, FAMILY, PIXELS, **how)
        hip = render(seed, FAMILY, PIXELS, **how)
        told, reason = found(hip)
        if told is None:
            unread += 1
        else:
            pairs.append((told, truth(laid, hip)))
        print(seed, reason or told, file=sys.stderr)
    version = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}"
    lost = sum(told.flare_index is told.calcar_ratio is None for told, _ in pairs)
    text = (
        f"`python benchmarks/canal.py --hips {args.hips}`, {version}; {args.hips} hips"
        f" of the family *{FAMILY}* on films of {FRAMING.height_mm:.0f} mm: of"
        f" {unread} the shaft cannot be read, of {lost} more neither ratio.\n\n"
        + table(pairs)
    )
    print(text)
    write_into(args.page, {"canal": text})


if __name__ == "__main__":
    main()
