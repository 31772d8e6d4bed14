"""How often the quality flags are right: the table of docs/quality-flags.md.

    python benchmarks/quality_flags.py [--hips 60] [--seed 43] [--pixels 450]

Makes digital hips that nothing was fitted to, measures each as it is and with one
defect after the other, and counts. A flag is a detection when it names what was put
there; on the film without the defect it is a false alarm.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import replace
from unittest.mock import patch

import numpy as np

from napari_hipbmd.core.anatomy import REGIONS, mask, polygons
from napari_hipbmd.core.measurement import Measurement
from napari_hipbmd.core.radiograph import Patient, Radiograph
from napari_hipbmd.phantom import DigitalHip, defects, render
from napari_hipbmd.phantom.bone.skeleton import LegPose
from napari_hipbmd.phantom.family import HipPlan
from napari_hipbmd.phantom.tissue import soft_tissue
from napari_hipbmd.pipeline import measure
from napari_hipbmd.pipeline.models import load_models

Films = dict[str, np.ndarray]
CODES = ("metal", "metal-nearby", "collimation", "region-outside", "saturation",
         "landmarks-disagree", "landmarks-lost", "no-hip", "implausible-bmd",
         "rotation", "position")  # fmt: skip
STRAIGHT_DEG, TURNED_DEG, AP_DEG = 15.0, 30.0, 22.0


def measured(hip: DigitalHip, film: np.ndarray) -> Measurement:
    """The hip's measurement with another picture."""
    spacing = hip.detector_mm / hip.magnification
    person = hip.person
    patient = Patient(person.sex, person.age_years, person.height_cm, person.weight_kg)
    radiograph = Radiograph(
        np.ascontiguousarray(film, np.float32),
        spacing_mm=(spacing, spacing),
        side=hip.plan.side,
        patient=patient,
    )
    return measure(radiograph, models=load_models())


def with_defects(hip: DigitalHip, rng: np.random.Generator) -> Films:
    """The film with one defect each; the key names the flag that is due."""
    film, xy = hip.film, hip.landmarks_xy
    px = film.shape[0]
    mm = 1 / (hip.detector_mm / hip.magnification)
    region = REGIONS[rng.integers(3)]
    inside = np.argwhere(mask(polygons(xy)[region], film.shape))
    row, column = inside[rng.integers(len(inside))]
    clip = defects.with_clip(
        film, np.array([column, row]), rng.uniform(3, 8) * mm, rng.uniform(0, 180)
    )
    names = polygons(xy)
    top, bottom = names["neck"].mean(0), names["intertrochanter"][2:4].mean(0)
    across = np.array([bottom[1] - top[1], top[0] - bottom[0]])
    across *= rng.uniform(2.5, 6) * mm / np.linalg.norm(across)
    nail = defects.with_nail(
        film, np.array([top - across, top + across, bottom + across, bottom - across])
    )
    side = int(rng.integers(4))
    low, high = xy.min(0), xy.max(0)
    reach = (low[1], px - high[0], px - high[1], low[0])[side]
    border = defects.with_border(
        film, side, reach + rng.uniform(0.03, 0.15) * px, rng.uniform(-4, 4),
        float(rng.choice([0.0, 0.03, 1.0])), rng.uniform(0, 0.015), rng,
    )  # fmt: skip
    values = film[mask(polygons(xy)[region], film.shape)]
    level = float(np.quantile(values, rng.uniform(0.6, 0.95)))
    cut = film[: int(high[1] - 0.25 * (high[1] - low[1]))]
    return {
        "metal (clip)": clip,
        "metal (nail)": nail,
        "collimation": border,
        "saturation": defects.burnt_out(film, level),
        "region-outside": cut,
    }


def main() -> None:
    """Count and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hips", type=int, default=60)
    parser.add_argument("--seed", type=int, default=43)
    parser.add_argument("--pixels", type=int, default=450)
    args = parser.parse_args()
    # Without the tubes, wires and fasteners that many films have of their own.
    with patch.object(soft_tissue, "draw_clutter", lambda p, *_: p.zeros()):
        _count(args)


def _count(args: argparse.Namespace) -> None:
    rng = np.random.default_rng(args.seed)
    hit: dict[str, list[bool]] = defaultdict(list)
    alarm: dict[str, list[bool]] = defaultdict(list)
    for i in range(args.hips):
        hip = render(args.seed * 100_000 + i, "train", args.pixels)
        clean = measured(hip, hip.film)
        seen = {flag.code for flag in clean.flags}
        ap = hip.abduction_deg <= AP_DEG
        for code in CODES:
            if code not in ("rotation", "position"):
                alarm[code].append(code in seen)
        for name, film in with_defects(hip, rng).items():
            code = name.split(" ")[0]
            found = {flag.code for flag in measured(hip, film).flags}
            if code != "region-outside":
                hit[name].append(code in found)
            else:  # on a cut film the landmarks may be pressed inside
                hit[name].append(bool(found & DOUBTS))
        if ap:
            turned(hip, clean, hit, alarm)
            alarm["position"].append("position" in seen)
            frog = frog_leg(hip, rng)
            if frog is not None:
                codes = {flag.code for flag in measured(frog, frog.film).flags}
                hit["position (frog leg)"].append(bool(codes & {"position", "no-hip"}))
    print(f"{args.hips} hips\n")
    print("| flag | detected | false alarms |\n|---|---|---|")
    put_there = {name.split(" ")[0] for name in hit}
    for name in (*hit, *(code for code in CODES if code not in put_there)):
        code = name.split(" ")[0]
        print(f"| {name} | {rate(hit[name])} | {rate(alarm[code])} |")


DOUBTS = {"region-outside", "landmarks-disagree", "landmarks-lost",
          "landmarks-unsure", "implausible-shape", "no-hip"}  # fmt: skip


def turned(
    hip: DigitalHip,
    clean: Measurement,
    hit: dict[str, list[bool]],
    alarm: dict[str, list[bool]],
) -> None:
    """The flag of rotation: on the film as posed, and turned outwards."""
    seen = "rotation" in {flag.code for flag in clean.flags}
    if abs(hip.neck_turn_deg) < STRAIGHT_DEG:
        alarm["rotation"].append(seen)
    straight = hip.plan.pose.internal_rotation + hip.neck_turn_deg
    out = render_turned(hip, straight - TURNED_DEG - 5)
    if out is None:
        return
    found = measured(out, out.film)
    hit["rotation"].append("rotation" in {flag.code for flag in found.flags})


def render_turned(hip: DigitalHip, internal_rotation_deg: float) -> DigitalHip | None:
    """The same person with the leg turned."""
    return posed(hip, defects.turned(hip.plan, internal_rotation_deg))


def posed(hip: DigitalHip, plan: HipPlan) -> DigitalHip | None:
    """The same person in another pose, where landmarks can still be placed."""
    try:
        return render(7, plan.family, hip.film.shape[0], plan.side, hip.person, plan)
    except ValueError:
        return None


def frog_leg(hip: DigitalHip, rng: np.random.Generator) -> DigitalHip | None:
    """The same person with the thigh turned out, drawn up and aside."""
    pose = LegPose(rng.uniform(-45, -5), rng.uniform(25, 60), rng.uniform(5, 45))
    return posed(hip, replace(hip.plan, legs=(pose, hip.plan.legs[1])))


def rate(answers: list[bool]) -> str:
    """``57 of 60 (95 %)``."""
    if not answers:
        return "–"
    share = 100 * sum(answers) / len(answers)
    return f"{sum(answers)} of {len(answers)} ({share:.0f} %)"


if __name__ == "__main__":
    main()
