"""How well networks draw the STO of digital hips that they did not learn from.

    python benchmarks/sto_scores.py --study STUDY DIR [DIR ...]

Each DIR holds an enhancement model; STUDY is of a seed that trained none of them.
Everything is judged on the canonical canvases with the true landmarks, so that only the
STO differs from one model to the next.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from napari_hipbmd.bmd import covariate_row, feature_vector, region_features
from napari_hipbmd.core.anatomy import REGIONS, SITES, mask, polygons
from napari_hipbmd.core.canvas import CANVAS_PX, Canvas
from napari_hipbmd.core.radiograph import FloatImage, HipBox
from napari_hipbmd.enhancement.apply import Enhancer, subtract_sto
from napari_hipbmd.evaluation.feature_table import FeatureTable
from napari_hipbmd.evaluation.gap import gap_closed
from napari_hipbmd.evaluation.rows import evaluate
from napari_hipbmd.learning import augmentation
from napari_hipbmd.learning.hips import Hips, from_levels
from napari_hipbmd.study import Case, Study
from napari_hipbmd.tasks.training_data import load_hips

DrawSto = Callable[[FloatImage, int], FloatImage]
"""Film ``(448, 448)`` and the number of the hip → STO of the same shape."""

MIDDLE = [1, 4, 7]  # the second pair of thresholds of each region


@dataclass(frozen=True)
class Scores:
    """Figures of one way, over hips.

    Attributes
    ----------
    gap
        Share of the raw-to-exact gap in ten-fold r closed, by site, with biology.
    away
        SD of the error of a region's mean, in SD of that mean with the exact STO.
    bias
        Mean of that error in the same unit.
    psnr
        Peak signal-to-noise ratio of the STO over the box, in dB (median).
    worse
        Share of films whose region means err more than twice as much as the raw film's
        do (offsets that all films share taken off): made worse by more than the raw
        film's error.
    r
        Ten-fold r by site.
    """

    gap: tuple[float, ...]
    away: tuple[float, ...]
    bias: tuple[float, ...]
    psnr: float
    worse: float
    r: tuple[float, ...]

    def to_json(self) -> dict[str, object]:
        """For a file of figures."""
        return asdict(self)


def another_look(film: FloatImage, sto: FloatImage, number: int) -> list[FloatImage]:
    """Film and STO through another display: its own curve and range compression."""
    both = torch.from_numpy(np.stack([film, sto]))[None]
    with torch.random.fork_rng():
        torch.manual_seed(number)
        both = augmentation.random_curve(augmentation.random_local(both, 0.4))
    return list(both[0].numpy())


def measured(
    draw: DrawSto, hips: Hips, cases: list[Case], looks: bool
) -> tuple[FeatureTable, float]:
    """The features of raw, enhanced and exact films; the median PSNR of the STO."""
    assert hips.sto is not None and hips.landmarks_xy is not None
    rows: dict[str, list[np.ndarray]] = {"raw": [], "enhanced": [], "exact": []}
    ratios = []
    for i in range(len(hips)):
        film = from_levels(hips.film[i])
        exact = from_levels(hips.sto[i])
        if looks:
            film, exact = another_look(film, exact, i)
        sto = draw(film, i)
        ratios.append(-10 * np.log10(np.mean((sto - exact) ** 2)))
        regions = polygons(hips.landmarks_xy[i])
        for row, bone in (
            ("raw", film),
            ("enhanced", film - sto),
            ("exact", film - exact),
        ):
            rows[row].append(feature_vector(region_features(bone, regions)))
    found = FeatureTable(
        case_ids=[c.case_id for c in cases],
        groups=[c.group or c.case_id for c in cases],
        covariates=np.array([covariate_row(c.patient) for c in cases]),
        dxa_g_cm2=np.array([[c.dxa.get(s) for s in SITES] for c in cases], float),
        features={row: np.array(found) for row, found in rows.items()},  # type: ignore[misc]
    )
    return found, float(np.median(ratios))


def score(draw: DrawSto, hips: Hips, cases: list[Case], looks: bool = False) -> Scores:
    """Score ``draw`` on ``hips``, of which ``cases`` tell readings and biology.

    With ``looks`` every film is seen through a display of its own.
    """
    table, psnr = measured(draw, hips, cases, looks)
    found = evaluate(table, rows=("raw", "enhanced", "exact"))
    r = {(one.row, one.site): one.agreement.r for one in found}
    means = {
        row: table.features[row][:, MIDDLE] for row in ("raw", "enhanced", "exact")
    }  # type: ignore[index]
    away = means["enhanced"] - means["exact"]
    spread = means["exact"].std(0)
    return Scores(
        tuple(round(gap_closed(found, site), 3) for site in SITES),
        tuple(round(float(v), 3) for v in away.std(0) / spread),
        tuple(round(float(v), 3) for v in away.mean(0) / spread),
        round(psnr, 2),
        round(_worse(means["raw"], means["enhanced"], means["exact"]), 3),
        tuple(round(r["enhanced", site], 3) for site in SITES),
    )


def _worse(raw: np.ndarray, enhanced: np.ndarray, exact: np.ndarray) -> float:
    """Share of films whose region means moved away from the exact ones.

    Away by more than the raw film's own error; offsets that all films share are none.
    """

    def error(x: np.ndarray) -> np.ndarray:
        apart = x - exact
        return np.abs(apart - apart.mean(0)).mean(1)

    return float(np.mean(error(enhanced) > 2 * error(raw)))


def drawn_by(enhancer: Enhancer) -> DrawSto:
    """What a model draws, by the way that films are enhanced."""
    whole = HipBox(-0.5, -0.5, CANVAS_PX - 0.5, CANVAS_PX - 0.5)

    def draw(film: FloatImage, _number: int) -> FloatImage:
        canvas = Canvas(film, whole, False)
        return subtract_sto(film, canvas, enhancer.sto_on_grid(canvas)).sto

    return draw


def scores_table(found: dict[str, tuple[Scores, Scores]]) -> str:
    """A row for each way: on films as they are, and through other displays."""
    columns = (
        "", "gap closed: neck", "trochanter", "inter-trochanter", "total",
        "region's error, SD: neck", "trochanter", "inter-trochanter", "PSNR, dB",
        "made worse", "other displays, gap closed: neck", "trochanter", "total",
    )  # fmt: skip
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for name, (plain, other) in found.items():
        cells = [
            name,
            *(f"{100 * v:.0f} %" for v in plain.gap),
            *(f"{v:.2f}" for v in plain.away),
            f"{plain.psnr:.1f}",
            f"{100 * plain.worse:.1f} %",
            *(f"{100 * other.gap[k]:.0f} %" for k in (0, 1, 3)),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def worse_table(table: FeatureTable) -> str:
    """Films whose aBMD errs more than twice as much as that of the raw film."""
    lines = [
        f"| | {' | '.join(SITES)} |",
        "|---" * (len(SITES) + 1) + "|",
    ]
    for biology, says in ((False, "film alone"), (True, "with biology")):
        found = evaluate(table, biology=biology, rows=("raw", "enhanced", "exact"))
        for row, name in (("enhanced", "enhanced"), ("exact", "exact STO")):
            cells = []
            for site in SITES:
                error = {
                    one.row: np.abs(one.estimate - one.reading)
                    for one in found
                    if one.site == site
                }
                cells.append(f"{100 * np.mean(error[row] > 2 * error['raw']):.0f} %")
            lines.append(f"| {name}, {says} | {' | '.join(cells)} |")
    return "\n".join(lines)


LOOKS: dict[str, Callable[[FloatImage], FloatImage]] = {
    "window a quarter wider": lambda g: 0.1 + 0.8 * g,
    "window a quarter narrower": lambda g: np.clip(1.25 * g - 0.125, 0, 1),
    "darker by 0.1 (exposure)": lambda g: np.clip(g - 0.1, 0, 1),
    "display curve, exponent 0.7": lambda g: np.clip(g, 0, 1) ** np.float32(0.7),
    "display curve, exponent 1.4": lambda g: np.clip(g, 0, 1) ** np.float32(1.4),
}


def invariance_table(draw: DrawSto, hips: Hips) -> str:
    """How far the bone that is found, as a share of that there is, moves with a look.

    The exact bone image goes through the same look, which changes its contrast.
    """
    assert hips.sto is not None and hips.landmarks_xy is not None
    shares: dict[str, list[np.ndarray]] = {}
    for i in range(len(hips)):
        film = from_levels(hips.film[i])
        exact = from_levels(hips.sto[i])
        regions = polygons(hips.landmarks_xy[i])
        for name, look in {"": lambda g: g, **LOOKS}.items():
            seen = np.asarray(look(film), "float32")
            bone = feature_vector(region_features(seen - draw(seen, i), regions))[
                MIDDLE
            ]
            there = feature_vector(region_features(seen - look(exact), regions))[MIDDLE]
            shares.setdefault(name, []).append(bone / there)
    plain = np.array(shares.pop(""))
    lines = [
        f"| look | {' | '.join(REGIONS)} |",
        "|---" * (len(REGIONS) + 1) + "|",
    ]
    for name, found in shares.items():
        moved = np.median(np.abs(np.array(found) - plain), axis=0)
        lines.append(f"| {name} | {' | '.join(f'{100 * v:.1f} %' for v in moved)} |")
    return "\n".join(lines)


def leak(draw: DrawSto, hips: Hips) -> float:
    """Share of the bone's fine structure that is drawn into the STO (median).

    Fine: what a blur of 4 mm takes away and one of 0.7 mm does not, inside the
    regions. The slope of that of the STO's error on that of the exact bone.
    """
    assert hips.sto is not None and hips.landmarks_xy is not None
    slopes = []
    for i in range(len(hips)):
        film = from_levels(hips.film[i])
        exact = from_levels(hips.sto[i])
        mm = 1 / hips.mm_per_px[i]
        inside = np.zeros(film.shape, bool)
        for polygon in polygons(hips.landmarks_xy[i]).values():
            inside |= mask(polygon, film.shape)
        error, bone = (
            (gaussian_filter(x, 0.7 * mm) - gaussian_filter(x, 4 * mm))[inside]
            for x in (draw(film, i) - exact, film - exact)
        )
        slopes.append(float(error @ bone / (bone @ bone)))
    return float(np.median(slopes))


def main() -> None:
    """Score models on a study."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, required=True)
    parser.add_argument("models", type=Path, nargs="+")
    args = parser.parse_args()
    study = Study.open(args.study)
    cases = list(study.cases)
    hips = load_hips(study)
    found, tables, leaks = {}, [], []
    for folder in args.models:
        draw = drawn_by(Enhancer.load(folder))
        found[folder.name] = (
            score(draw, hips, cases),
            score(draw, hips, cases, looks=True),
        )
        leaks.append(f"{folder.name} {100 * leak(draw, hips):.1f} %")
        worse = worse_table(measured(draw, hips, cases, looks=False)[0])
        tables.append(f"{worse}\n\n{invariance_table(draw, hips)}")
    drawn = f"Bone's fine structure drawn into the STO: {', '.join(leaks)}."
    scores = f"{scores_table(found)}\n\n{drawn}"
    print("\n\n".join([scores, *tables]))


if __name__ == "__main__":
    main()
