"""CPU time of a digital hip, beside the generator of another commit in the same run.

    git worktree add ../older COMMIT
    python benchmarks/digital_hips.py --older ../older/src [--hips 20]

Each generator runs ``hipbmd phantom`` in one process and one thread; two runs of
different length are taken from each other, so that starting Python does not count. The
two take turns. Films are 450 and 900 pixels wide, all in: bones, soft tissue, film,
exact STO, truth and files.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import napari_hipbmd

OURS = Path(napari_hipbmd.__file__).resolve().parent.parent
SIZES = (450, 900)


def cpu_seconds(source: Path, hips: int, pixels: int, seed: int) -> float:
    """CPU seconds of one process that writes so many hips."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(
            [
                sys.executable, "-c",
                "from napari_hipbmd.cli.main import main; raise SystemExit(main())",
                "phantom", "--n", str(hips), "--seed", str(seed), "--workers", "1",
                "--pixels", str(pixels), "--out", f"{out}/study",
            ],
            env={**os.environ, "PYTHONPATH": str(source), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            check=True,
        )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def seconds_a_film(source: Path, hips: int, pixels: int) -> float:
    """CPU seconds of a film, over ``hips`` of them in two blocks."""
    spent = 0.0
    for seed in (1, 2):
        spent += cpu_seconds(source, 1 + hips // 2, pixels, seed)
        spent -= cpu_seconds(source, 1, pixels, seed)
    return spent / (2 * (hips // 2))


def main() -> None:
    """Take turns, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--older", type=Path, help="src folder of another commit")
    parser.add_argument("--hips", type=int, default=20)
    given = parser.parse_args()
    print("| columns | films a second and core | the other commit's | ratio |")
    print("|---|---|---|---|")
    for pixels in SIZES:
        own = 1 / seconds_a_film(OURS, given.hips, pixels)
        if given.older is None:
            print(f"| {pixels} | {own:.2f} | – | – |")
            continue
        other = 1 / seconds_a_film(given.older.resolve(), given.hips, pixels)
        print(f"| {pixels} | {own:.2f} | {other:.2f} | {own / other:.2f} |")


if __name__ == "__main__":
    main()
