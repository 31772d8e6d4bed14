"""The figures of ``docs/benchmarks.md``, by one command.

    python benchmarks/run.py [--study STUDY] [--paper FOLDER] [--untimed] …

Makes 200 digital hips of the family ``shifted`` (never trained on), validates the
bundled models on them with predicted landmarks, and times the steps of one film
beside the plain way: the same network on the whole 900 × 900 film in float32.
Claims of speed are ratios from one run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import torch
from scipy.stats import binom
from threadpoolctl import threadpool_limits

from napari_hipbmd.bmd.site_model import INTERVAL
from napari_hipbmd.core.anatomy import Site
from napari_hipbmd.core.canvas import make_canvas
from napari_hipbmd.core.caveats import RESEARCH_USE
from napari_hipbmd.core.files import write_text_atomic
from napari_hipbmd.core.radiograph import FloatImage, HipBox
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.enhancement.apply import subtract_sto
from napari_hipbmd.enhancement.networks import AutoencoderShape, build
from napari_hipbmd.evaluation.gap import gap_closed
from napari_hipbmd.evaluation.strata import Stratum
from napari_hipbmd.evaluation.tables import Validation
from napari_hipbmd.learning.weights import read_model
from napari_hipbmd.pipeline.models import load_models
from napari_hipbmd.report.grid import percent, percents, span
from napari_hipbmd.runs.measuring import measure_path
from napari_hipbmd.study import Study
from napari_hipbmd.tasks.digital_hips import make_study
from napari_hipbmd.tasks.validate import validate

Ratios = dict[int, tuple[float, float]]
SEED, CASES = 9, 200
PLAIN_PX = 896  # the film's 900 pixels, in whole cells of the latent grid
TIMED = "## Seconds for a film"
PAPER = "## The paper's presets beside the default ones"
MADE = "## How the bundled networks were made"
STEPS = ("read", "enhance", "landmarks", "measure", "total")


def seconds_by_step(study: Study, films: int) -> dict[str, float]:
    """Median seconds of each step over single films, as the command line runs them."""
    runs = []
    for case in study.cases[: films + 2]:
        runs += [m.seconds for m in measure_path(case.image)]
    return {step: median(run[step] for run in runs[2:]) for step in STEPS}


def enhancement_ratio(study: Study, count: int) -> tuple[float, float]:
    """Median seconds of enhancement here, and of the plain way, on the same films."""
    enhancer = load_models().enhancer
    state, card = read_model(weights_dir(), "enhancement")
    as_trained = build(AutoencoderShape.from_json(card["shape"]))
    as_trained.load_state_dict(state)
    as_trained.eval()
    films = [(read_film(c.image), c.side == "R") for c in study.cases[: count + 2]]

    def here(grey: FloatImage, box: HipBox, mirrored: bool) -> None:
        canvas = make_canvas(grey, box, mirrored)
        subtract_sto(grey, canvas, enhancer.sto_on_grid(canvas))

    def plainly(grey: FloatImage, _box: HipBox, _mirrored: bool) -> None:
        part = torch.from_numpy(np.ascontiguousarray(grey[:PLAIN_PX, :PLAIN_PX]))
        with torch.inference_mode():
            sto, _z = as_trained(part[None, None])
            (part - sto[0, 0]).numpy()

    medians = []
    for way in (here, plainly):
        taken = []
        for film, mirrored in films:
            grey, box = film.grey(), film.whole_box()
            start = perf_counter()
            way(grey, box, mirrored)
            taken.append(perf_counter() - start)
        medians.append(median(taken[2:]))
    return medians[0], medians[1]


def speed(seconds: dict[str, float], ratios: Ratios) -> str:
    """The section on time."""
    rows = "\n".join(f"| {step} | {1000 * seconds[step]:.0f} |" for step in STEPS)
    ratio = "\n".join(
        f"| {threads} | {1000 * ours:.0f} | {1000 * plain:.0f} | {plain / ours:.1f} |"
        for threads, (ours, plain) in ratios.items()
    )
    return f"""{TIMED}

Median over single 900 × 900 films, in milliseconds, on {datetime.now(UTC):%Y-%m-%d},
when {os.getloadavg()[0]:.0f} processes wanted the {os.cpu_count()} cores:

| step | ms |
|---|---|
{rows}

Enhancement on the reduced grid with subtraction at full resolution (resampling
included), beside the plain way, the same network over the whole film in float32:

| threads | here, ms | plain, ms | ratio |
|---|---|---|---|
{ratio}

The plain way gains from a second thread and the reduced grid, being short, does not:
many films are best shared out among cores one by one.

"""


def cautions(found: Validation) -> str:
    """What is easily overlooked in the tables, of the row that is shipped."""
    summary = found.summary
    (row,) = (
        one for one in summary.rows
        if (one.inputs, one.site, one.row) == ("with biology", "neck", "calibrated")
    )  # fmt: skip
    (low,) = (
        one for one in summary.screening
        if (one.site, one.row, one.cut) == ("neck", "calibrated", "T <= -2.5")
    )  # fmt: skip
    women, men, at_total = (
        next(
            one for one in summary.strata
            if (one.site, one.row, one.level) == (site, "calibrated", sex)
        )
        for site, sex in (("neck", "F"), ("neck", "M"), ("total", "M"))
    )  # fmt: skip
    return f"""What is easily overlooked, of *calibrated* at the neck with the biology:

- AUC {low.auc:.2f} and r {row.agreement.r:.2f} do not mean that the sick are found: of
  {low.positive} hips at T ≤ −2.5 by DXA {low.sensitivity * low.positive:.0f} are
  estimated so (sensitivity {low.sensitivity:.2f}, {span(low.sensitivity_interval)}).
  Estimates lean towards the mean (*trend*), the more the less a row knows.
- The 90 % interval holds {percent(women.coverage)}
  ({percents(women.coverage_interval)}) of the women's readings and
  {percent(men.coverage)} ({percents(men.coverage_interval)}) of the {men.n} men's; of
  the total hip {percent(at_total.coverage)} of the men's, which chance makes so few in
  {percent(chance(at_total))} of such groups. How many of other people's the bundled
  regression's holds tells [bmd.md](bmd.md#regression).
- The regressions are fitted and judged on hips of one hospital. Intervals are of these
  fits: none counts that other patients would have given another regression, nor how
  many comparisons there are.
"""


def chance(part: Stratum) -> float:
    """How likely as few readings are held by chance, were the true share 90 %.

    The lower tail of the binomial distribution, with hips for patients.
    """
    return float(binom.cdf(round(part.coverage * part.n), part.n, INTERVAL))


def page(found: Validation, timed: str) -> str:
    """``docs/benchmarks.md``, without the paper's presets."""
    text = found.text()
    cards = {
        name: json.loads((weights_dir() / f"{name}.json").read_text())
        for name in ("enhancement", "landmarks")
    }
    made = "\n".join(
        f"| {name} | `{card['command']}` | {card['hips']['train']} + "
        f"{card['hips']['validation']} | {json.dumps(card['figures'])[1:-1]} |"
        for name, card in cards.items()
    )
    return f"""# Benchmarks

Made by `make bench` (`benchmarks/run.py`) on {datetime.now(UTC):%Y-%m-%d}, with
Python {platform.python_version()}, torch {torch.__version__.split("+")[0]},
threads: {torch.get_num_threads()}, no GPU. Nothing here may be used to tune anything:
the family `shifted` is for testing only.

{RESEARCH_USE}

## {CASES} digital hips that no model has seen

`hipbmd phantom --n {CASES} --seed {SEED} --family shifted --out STUDY`, then
`hipbmd validate STUDY --out OUT`. Networks were trained on the family `train`; the
regression of each row is fitted anew inside every fold, by patient. *Film alone*
leaves age, sex, height and weight out.

```text
{text.strip()}
```

What the rows say: at the neck the raw film adds little to the biology, at the other
sites more; taking soft tissue away adds to that everywhere, and the network takes away
more of it than a ring of soft tissue beside the bone does (least at the
inter-trochanter, where the interval of Δr reaches 0). Between *exact STO* and *exact
STO + exact gain* lies each film's own contrast (tube voltage, scatter, display), which
no subtraction of soft tissue can undo: *calibrated* has it estimated by the film's own
rulers, and knows by the mineral map what of the socket lies over the neck, which exact
STO still holds ([grey-scale.md](grey-scale.md)).

{cautions(found)}
These are figures of digital hips. They say that the chain works, and nothing about
patients.

{timed}{MADE}

`make weights` (`scripts/make_weights.sh`) runs all of it, on digital hips of the family
`train` (seeds 1, 3 and 5, 450 pixels), split by patient into training + validation
hips. Every network learned from nothing, by the command beside it.

| network | command | hips | figures on the validation hips |
|---|---|---|---|
{made}
"""


def times(study: Study, films: int) -> str:
    """Measure the section on time."""
    seconds = seconds_by_step(study, films)
    ratios = {}
    for threads in (1, torch.get_num_threads()):
        with threadpool_limits(threads):
            torch.set_num_threads(threads)
            ratios[threads] = enhancement_ratio(study, films)
    return speed(seconds, ratios)


def presets(folder: Path, ours: Validation, papers: Validation) -> str:
    """The paper's networks beside the default ones, on the same hips."""
    cards = [
        json.loads(path.read_text())
        for name in ("enhancement", "landmarks")
        if (path := folder / f"{name}.json").exists()
    ]
    commands = "\n".join(card["command"] for card in cards)
    steps = ", ".join(
        f"{card['hips']['train'] // 64 * card['epochs']} for {card['preset']}"
        f" {card['name'].split()[0]}"
        for card in cards
    )
    rows = "\n".join(
        f"| {name} | {enhanced_r(found):.3f} | {closed(found, 'neck')} |"
        f" {closed(found, 'trochanter')} | {found.landmarks.mean_mm:.2f} mm |"
        for name, found in (("default", ours), ("paper", papers))
        if found.landmarks is not None
    )
    return f"""
{PAPER}

Networks of `--preset paper` (enhancement: pasted pairs, no norms, no display curves;
landmarks: direct regression of coordinates with SGD) on the same hips; what is not
listed is the default network (`benchmarks/run.py --paper OUT` adds this section):

```sh
{commands}
```

| preset | neck r, enhanced | gap closed: neck | trochanter | mean radial error |
|---|---|---|---|---|
{rows}

Steps with the paper's batches of 64: {steps}. The paper does not say how many it took.
These have not converged: this compares recipes at a small cost, not what they could
reach in the end.
"""


def closed(found: Validation, site: Site) -> str:
    """Share of the raw-to-exact gap in r that is closed."""
    return f"{100 * gap_closed(found.results, site):.0f} %"


def enhanced_r(found: Validation) -> float:
    """Out-of-fold r of the enhanced row at the neck."""
    row = next(r for r in found.results if r.row == "enhanced" and r.site == "neck")
    return float(row.agreement.r)


def main() -> None:
    """Run everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, help="use this study instead")
    parser.add_argument("--work", type=Path, default=Path("runs/benchmark"))
    parser.add_argument(
        "--paper", type=Path, help="networks trained with --preset paper, to compare"
    )
    parser.add_argument("--films", type=int, default=20, help="films to time")
    parser.add_argument(
        "--untimed", action="store_true", help="keep the page's section on time"
    )
    parser.add_argument("--page", type=Path, default=Path("docs/benchmarks.md"))
    args = parser.parse_args()
    folder = args.study or args.work / "shifted"
    if args.study is None:
        make_study(
            folder,
            CASES,
            SEED,
            "shifted",
            progress=lambda done, count: print(f"\rhips {done}/{count}", end=""),
        )
        print()
    validation = validate(folder, args.work / "validation")
    print(validation.text())
    before = args.page.read_text("utf-8") if args.page.exists() else ""
    if args.untimed:
        timed = before[before.index(TIMED) : before.index(MADE)]
    else:
        timed = times(Study.open(folder), args.films)
    compared = before[before.index(PAPER) - 1 :] if PAPER in before else ""
    if args.paper:
        papers = validate(folder, args.work / "paper", models=args.paper)
        compared = presets(args.paper, validation, papers)
    write_text_atomic(args.page, page(validation, timed) + compared)


if __name__ == "__main__":
    main()
