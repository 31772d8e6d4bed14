"""How many readings of hips that nothing was fitted to the 90 % interval holds.

    hipbmd phantom --n 300 --seed 101 --family train --pixels 450 --out TRAIN
    hipbmd phantom --n 300 --seed 77 --family shifted --pixels 450 --out SHIFTED
    hipbmd measure TRAIN --out TRAIN_RESULTS        # and SHIFTED
    python benchmarks/interval_coverage.py TRAIN TRAIN_RESULTS SHIFTED SHIFTED_RESULTS

The bundled regression's intervals, over all hips, over the men, and over the thirds
with the lowest and the highest estimates. Writes the table into docs/bmd.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pages import write_into

from napari_hipbmd.core.anatomy import SITES

PAGE = Path(__file__).parents[1] / "docs" / "bmd.md"


def held(study: Path, results: Path) -> pd.DataFrame:
    """A row a hip: its sex, and for each site estimate and whether its reading is held.

    Hips without an estimate are left out.
    """
    cases = pd.read_csv(study / "cases.csv").set_index("case_id")
    found = pd.read_json(results / "results.json").set_index("case_id")["bmd_g_cm2"]
    made = pd.DataFrame({"sex": cases.sex})
    for site in SITES:
        one = pd.DataFrame([row[site] for row in found.dropna()], found.dropna().index)
        made[site] = one.value
        reading = cases[f"bmd_{site}"]
        made[f"{site} held"] = (one.low <= reading) & (reading <= one.high)
    return made.dropna()


def third(hips: pd.DataFrame, site: str, last: bool) -> NDArray[np.bool_]:
    """Which hips are among the third with the lowest, or the highest, estimates."""
    rank = hips[site].rank(pct=True, ascending=not last)
    return np.asarray(rank <= 1 / 3)


def row(name: str, parts: list[tuple[pd.DataFrame, str]]) -> str:
    """A line of the table; of every part those for which its column is true."""
    shown = []
    for site in SITES:
        chosen = [
            hips if which == "all"
            else hips[hips.sex == "M"] if which == "men"
            else hips[third(hips, site, which == "highest")]
            for hips, which in parts
        ]  # fmt: skip
        shown.append(
            " / ".join(f"{100 * one[f'{site} held'].mean():.0f}" for one in chosen)
        )
    count = " / ".join(str(len(one)) for one in chosen)
    return f"| {name} | {count} | " + " | ".join(f"{one} %" for one in shown) + " |"


def main() -> None:
    """Read both studies with their results and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    for name in ("train", "train_results", "shifted", "shifted_results"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    train = held(given.train, given.train_results)
    shifted = held(given.shifted, given.shifted_results)
    both = pd.concat([train, shifted])
    lines = [
        "| | hips | neck | trochanter | inter-trochanter | total |",
        "|---|---|---|---|---|---|",
        row("`train`, as those of the fit", [(train, "all")]),
        row("`shifted`, another hospital", [(shifted, "all")]),
        row("men of both", [(both, "men")]),
        row(
            "the third with the lowest estimates, `train` / `shifted`",
            [(train, "lowest"), (shifted, "lowest")],
        ),
        row(
            "the third with the highest estimates",
            [(train, "highest"), (shifted, "highest")],
        ),
    ]
    write_into(PAGE, {"coverage": "\n".join(lines)})
    print("\n".join(lines))


if __name__ == "__main__":
    main()
