"""Rulers that were tried beside those in use: a table of docs/grey-scale.md.

    python benchmarks/ruler_candidates.py FITTED CHOOSING ... [--films N] [--work DIR]

Of every film the candidates' signs are read, and what the rulers in use leave over: the
logarithm of the exact gain over the gain that rulers say which have not seen the
patient. A regression from a candidate's signs to what is left over, fitted to the first
N films of FITTED, is tried on all of CHOOSING: a candidate earns its place only where
the error falls. FITTED holds films of the calibration's own study.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pages import write_into
from scipy.ndimage import convolve, gaussian_filter, map_coordinates
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from napari_hipbmd.bmd import region_pixels
from napari_hipbmd.core.anatomy import REGIONS, TYPICAL_XY
from napari_hipbmd.core.hip_images import HipImages
from napari_hipbmd.core.shaft import ShaftFrame, shaft_frame
from napari_hipbmd.grey_scale import (
    Shaft,
    Stretch,
    load_calibration,
    true_gain,
)
from napari_hipbmd.grey_scale.coarse import coarser
from napari_hipbmd.grey_scale.profiles import LEVEL_MM, STEP_MM, Profile
from napari_hipbmd.grey_scale.shaft import NoShaft, read_shaft
from napari_hipbmd.grey_scale.tube import CORTICAL_G_CM3, chords
from napari_hipbmd.phantom import render
from napari_hipbmd.phantom.family import Framing
from napari_hipbmd.phantom.finish.rooms import ROOMS
from napari_hipbmd.phantom.layout import lay_out
from napari_hipbmd.pipeline import PreparedHip
from napari_hipbmd.runs.jobs import jobs_of_study
from napari_hipbmd.runs.networks import prepare_with
from napari_hipbmd.study import Study

PAGE = Path(__file__).parents[1] / "docs/grey-scale.md"
Found = dict[str, float]
UNKNOWN = float("nan")
LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
SOFT, DARKEST, BRIGHTEST, STEPS = 0.03, 0.04, 0.96, 6
PELVIS_R = {  # middle and radius in head radii, from the head's centre, a left hip
    "roof": (0.0, -1.35, 0.2),
    "ilium": (-0.1, -2.2, 0.35),
    "ischium": (-1.0, 1.3, 0.3),
    "head": (0.0, 0.0, 0.5),
}
FEWEST = 200
FIRST_SEED, PIXELS, FRAMING = 8000, 450, Framing(220.0, 220.0, 0.45, 0.22)
BENDS = (
    "Share by which the gain grows with 1 g/cm² more in the shaft, with exact soft"
    " tissue, in rooms of known display curves:"
)
RIDGE = np.logspace(-1, 4, 11)


def noise(hip: PreparedHip) -> Found:
    """How the grain grows with grey where there is no bone.

    Quanta grow fewer with attenuation, and the logarithm of the noise grows by half of
    it: over grey, its slope would be half of the attenuation that a grey step stands
    for.
    """
    images, _, _ = coarser(hip.images, hip.landmarks.xy, spacing(hip))
    grain = convolve(images.film, LAPLACE, mode="nearest")
    soft = np.abs(gaussian_filter(images.bone, 2)) < SOFT
    soft &= (images.film > DARKEST) & (images.film < BRIGHTEST)
    if soft.sum() < FEWEST * STEPS:
        return dict.fromkeys(("level", "slope", "log_slope", "bend"), UNKNOWN)
    grey, grain = images.sto[soft], np.abs(grain[soft])
    edges = np.quantile(grey, np.linspace(0, 1, STEPS + 1))
    part = np.clip(np.searchsorted(edges, grey) - 1, 0, STEPS - 1)
    at = np.array([grey[part == k].mean() for k in range(STEPS)])
    log = np.log([np.median(grain[part == k]) + 1e-6 for k in range(STEPS)])
    bend, slope, level = np.polyfit(at - at.mean(), log, 2)
    return {
        "level": level,
        "slope": float(np.clip(slope, -8, 8)),
        "log_slope": float(np.log(np.clip(slope, 0.2, 8))),
        "bend": float(np.clip(bend, -30, 30)),
    }


def pelvis(hip: PreparedHip) -> Found:
    """How much bone is seen in the pelvis, over the head and over the shaft."""
    known = np.column_stack([TYPICAL_XY, np.ones(len(TYPICAL_XY))])
    to_film = np.linalg.lstsq(known, hip.landmarks.xy, rcond=None)[0]
    corner_xy = np.array(hip.images.corner_row_col[::-1])
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    seen = {}
    for name, (x, y, radius) in PELVIS_R.items():
        ring = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], -1)
        on_film = np.column_stack([ring, np.ones(len(ring))]) @ to_film - corner_xy
        inside = region_pixels(on_film, hip.images.bone.shape).of(hip.images.bone)
        seen[name] = (
            float(np.log(max(inside.mean(), 0.01))) if inside.size > 9 else UNKNOWN
        )
    shaft = shaft_of(hip)
    tube = UNKNOWN if shaft is None else float(np.log(shaft.stretches[0].fit.gain))
    others = [name for name in seen if name != "head"]
    found = {f"{name}_over_head": seen[name] - seen["head"] for name in others}
    found |= {f"{name}_over_shaft": v - tube for name, v in seen.items()}
    return {**seen, **found}


def curve(hip: PreparedHip) -> Found:
    """How the shaft's profile bends against the mineral that its rays cross."""
    names = ("bend_0", "bend_1", "between", "grey", "apart")
    shaft = shaft_of(hip)
    if shaft is None:
        return dict.fromkeys(names, UNKNOWN)
    first, second = (shaft.stretches[min(k, len(shaft.stretches) - 1)] for k in (0, 1))
    bends = [bend(one.x_mm, one.bone, mineral_of(one)) for one in (first, second)]
    greys = [float(np.mean(one.bone + one.sto)) for one in (first, second)]
    between = float(np.clip(np.log(second.fit.gain / first.fit.gain), -1, 1))
    told = (*bends, between, greys[0], greys[1] - greys[0])
    return dict(zip(names, told, strict=True))


def mineral_of(stretch: Stretch) -> np.ndarray:
    """What the rays of a stretch cross by the tube that fits it, g/cm²."""
    fit = stretch.fit
    wall, canal = chords(fit.tube, stretch.x_mm)
    mineral = (wall + fit.filling * canal) * CORTICAL_G_CM3 / 10
    return gaussian_filter(
        mineral, fit.blur_mm / float(stretch.x_mm[1] - stretch.x_mm[0])
    )


def bend(x_mm: np.ndarray, bone: np.ndarray, mineral: np.ndarray) -> float:
    """By how much of itself the gain grows with 1 g/cm² more; on a line beneath."""
    basis = np.stack([mineral, mineral**2, np.ones_like(mineral), x_mm], -1)
    weights = np.linalg.lstsq(basis, bone, rcond=None)[0]
    straight = np.linalg.lstsq(basis[:, [0, 2, 3]], bone, rcond=None)[0]
    return float(np.clip(2 * weights[1] / straight[0], -2, 2))


CANDIDATES: dict[str, Callable[[PreparedHip], Found]] = {
    "noise": noise,
    "pelvis": pelvis,
    "display curve": curve,
}


def spacing(hip: PreparedHip) -> tuple[float, float]:
    """Of a digital hip: always told."""
    assert hip.film.spacing_mm is not None
    return hip.film.spacing_mm


def shaft_of(hip: PreparedHip) -> Shaft | None:
    """The shaft, where it can be read."""
    return None if hip.reading is None else hip.reading.shaft


def read(folder: Path, count: int | None, kept: Path) -> list[dict]:
    """Of each film: candidates, what is left over, and the sites' own gains."""
    if kept.is_file():
        return json.loads(kept.read_text("utf-8"))
    study, calibration = Study.open(folder), load_calibration()
    prepare = prepare_with(None)
    assert calibration is not None
    rows = []
    for job in jobs_of_study(study, cases=study.cases[:count]):
        hip = prepare(job)
        truth = study.truth(job.name)
        sto = None if truth is None else truth.sto_as_read(hip.film)
        if hip.reading is None or truth is None or sto is None:
            continue
        exact = hip.film.grey() - sto
        gain = true_gain(exact, truth.regions, truth.bmd_g_cm2["total"])
        if gain <= 0:
            continue
        own = {
            region: float(
                region_pixels(truth.regions[region], exact.shape).of(exact).mean()
                / truth.bmd_g_cm2[region]
                / gain
            )
            for region in REGIONS
        }
        said = calibration.gain(hip.reading.signs)
        rows.append(
            {
                "case": job.name,
                "log_gain": float(np.log(gain)),
                "left": float(np.log(gain / said.gain_per_g_cm2)),
                "site": {k: float(np.log(max(v, 0.05))) for k, v in own.items()},
                **{name: of(hip) for name, of in CANDIDATES.items()},
            }
        )
        print(f"{folder.name}: {len(rows)}", file=sys.stderr)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(rows), "utf-8")
    return rows


def matrix(rows: list[dict], names: tuple[str, ...], fill: np.ndarray) -> np.ndarray:
    """Signs of some candidates, ``(films, signs)``; the middle where one is unknown."""
    x = np.array([[v for name in names for v in row[name].values()] for row in rows])
    return np.where(np.isfinite(x), x, fill)


def middles(rows: list[dict], names: tuple[str, ...]) -> np.ndarray:
    """Median of each sign."""
    x = np.array([[v for name in names for v in row[name].values()] for row in rows])
    return np.nanmedian(x, 0)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's; 0 where one is constant."""
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 1e-9 else 0.0


def table(fitted: list[dict], choosing: dict[str, list[dict]]) -> str:
    """What each candidate tells alone, and what it adds."""
    heads = ["candidate", "alone: r of log gain", "r with what is left"]
    heads += [f"gain's error on {name}, now → with it" for name in choosing]
    lines = [f"| {' | '.join(heads)} |", "|" + len(heads) * "---|"]
    left = np.array([row["left"] for row in fitted])
    left = left - left.mean()  # what all films share is no candidate's merit
    log = np.array([row["log_gain"] for row in fitted])
    folds = KFold(10, shuffle=True, random_state=0)
    for names in (*((name,) for name in CANDIDATES), tuple(CANDIDATES)):
        fill = middles(fitted, names)
        x = matrix(fitted, names, fill)
        model = make_pipeline(StandardScaler(), RidgeCV(RIDGE))
        alone = cross_val_predict(model, x, log, cv=folds)
        more = cross_val_predict(model, x, left, cv=folds)
        model.fit(x, left)
        cells = [f"{correlation(alone, log):.2f}", f"{correlation(more, left):+.2f}"]
        for rows in choosing.values():
            now = np.array([row["left"] for row in rows])
            then = now - model.predict(matrix(rows, names, fill))
            cells.append(
                f"{np.median(np.abs(now)):.1%} → {np.median(np.abs(then)):.1%}"
            )
        words = "all of them" if len(names) > 1 else names[0]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def bends(fitted: list[dict], choosing: dict[str, list[dict]]) -> str:
    """Whether the curve's signs tell how the gain differs from region to region."""
    names = ("display curve",)
    what = "region's gain over the film's: r; SD, now → with the display curve"
    heads = [what, *choosing]
    lines = [f"| {' | '.join(heads)} |", "|" + len(heads) * "---|"]
    fill = middles(fitted, names)
    for region in REGIONS:
        own = np.array([row["site"][region] for row in fitted])
        model = make_pipeline(StandardScaler(), RidgeCV(RIDGE))
        model.fit(matrix(fitted, names, fill), own)
        cells = []
        for rows in choosing.values():
            true = np.array([row["site"][region] for row in rows])
            said = model.predict(matrix(rows, names, fill))
            said = said - said.mean() + true.mean()
            cells.append(
                f"{correlation(said, true):+.2f}; {true.std():.1%} →"
                f" {(true - said).std():.1%}"
            )
        lines.append(f"| {region} | {' | '.join(cells)} |")
    return "\n".join(lines)


def across(image: np.ndarray, frame: ShaftFrame, level: Profile) -> np.ndarray:
    """An image's mean profile at a level of the shaft; 0 beyond it."""
    below = level.below_mm - LEVEL_MM / 2 + np.arange(0.25, LEVEL_MM, STEP_MM)
    columns, rows = np.moveaxis(frame.to_film(level.x_mm[None], below[:, None]), -1, 0)
    return map_coordinates(image, [rows, columns], order=1).mean(0)


def known_curves(count: int) -> str:
    """The bend that the shaft tells of digital hips in rooms of known curves."""
    told: dict[str, list[tuple[float, float]]] = {}
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        drawn = lay_out(seed, "train", PIXELS)
        for number, room in enumerate(ROOMS, 1):
            plan = replace(drawn.plan, curve=room, framing=FRAMING, metal=None)
            hip = render(seed, "train", PIXELS, person=drawn.person, plan=plan)
            step = (hip.detector_mm / hip.magnification,) * 2
            images = HipImages((0, 0), hip.film, hip.sto)
            try:
                first = read_shaft(images, hip.landmarks_xy, step).stretches[0]
            except NoShaft:
                continue
            frame = shaft_frame(hip.landmarks_xy, step)
            lines_of = [
                across(hip.mineral_g_cm2, frame, level) for level in first.levels
            ]
            mineral = np.mean(lines_of, 0)
            true = bend(first.x_mm, first.bone, mineral)
            said = bend(first.x_mm, first.bone, mineral_of(first))
            told.setdefault(f"{number}, {room.kind}", []).append((said, true))
    lines = ["| room | films | true bend | bend told, SD |", "|---|---|---|---|"]
    for room_name, pairs in told.items():
        said, true = np.array(pairs).T
        lines.append(
            f"| {room_name} | {len(pairs)} | {true.mean():+.2f} | {said.mean():+.2f},"
            f" {said.std():.2f} |"
        )
    said, true = np.concatenate([np.array(pairs) for pairs in told.values()]).T
    return "\n".join(lines) + f"\n\nr of both: {correlation(said, true):.2f}."


def main() -> None:
    """Read, fit, try, and write the tables into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fitted", type=Path)
    parser.add_argument("choosing", type=Path, nargs="+")
    parser.add_argument("--films", type=int, default=150)
    parser.add_argument("--patients", type=int, default=6)
    parser.add_argument("--work", type=Path, default=Path("runs/ruler_candidates"))
    parser.add_argument("--page", type=Path, default=PAGE)
    args = parser.parse_args()
    choosing = {
        f"CHOOSING {k}": read(folder, None, args.work / f"choosing_{k}.json")
        for k, folder in enumerate(args.choosing, 1)
    }
    fitted = read(args.fitted, args.films, args.work / "fitted.json")
    version = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}"
    text = "\n\n".join(
        [
            (
                "`python benchmarks/ruler_candidates.py FITTED"
                f" {' '.join(choosing)} --films {args.films}`, {version}; fitted to"
                f" {len(fitted)} films, tried on"
                f" {' and '.join(str(len(rows)) for rows in choosing.values())}."
            ),
            table(fitted, choosing),
            bends(fitted, choosing),
            BENDS,
            known_curves(args.patients),
        ]
    )
    print(text)
    write_into(args.page, {"candidates": text})


if __name__ == "__main__":
    main()
