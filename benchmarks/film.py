"""CPU time from a film to its numbers, beside another commit in the same run.

    git worktree add ../older COMMIT
    python benchmarks/film.py STUDY --older ../older/src [--films 12] [--turns 3]

Each program measures the first films of STUDY in one process and one thread, without
the time to start and to load the networks. The two take turns; the table has the least
of each film's turns, as a median over the films.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import napari_hipbmd

OURS = Path(napari_hipbmd.__file__).resolve().parent.parent
PROGRAM = """
import json, sys, time
from pathlib import Path
import torch
from napari_hipbmd.runs.measuring import measure_path
torch.set_num_threads(1)
films = [Path(name) for name in sys.argv[1:]]
list(measure_path(films[0]))
spent = []
for film in films:
    start = time.process_time()
    list(measure_path(film))
    spent.append(time.process_time() - start)
print(json.dumps(spent))
"""


def cpu_seconds(source: Path, films: list[Path]) -> list[float]:
    """CPU seconds of each film."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, films)],
        env={**os.environ, "PYTHONPATH": str(source), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Take turns, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("study", type=Path)
    parser.add_argument("--older", type=Path, required=True, help="src of a commit")
    parser.add_argument("--films", type=int, default=12)
    parser.add_argument("--turns", type=int, default=3)
    given = parser.parse_args()
    films = sorted((given.study.resolve() / "images").iterdir())[: given.films]
    sources = (OURS, given.older.resolve())
    turns = [[cpu_seconds(s, films) for s in sources] for _ in range(given.turns)]
    own, other = (
        1000 * median(min(turn[k][i] for turn in turns) for i in range(len(films)))
        for k in range(2)
    )
    print("| here, ms | the other commit, ms | ratio |")
    print("|---|---|---|")
    print(f"| {own:.0f} | {other:.0f} | {other / own:.2f} |")


if __name__ == "__main__":
    main()
