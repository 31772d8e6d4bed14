"""What many pairs cost: peak memory and time of ``hipbmd pairs`` by their number.

    .venv/bin/python benchmarks/pairs.py [--counts 10 1000]

Each number is made by a process of its own from the sample data; its peak is the
kernel's (``ru_maxrss``).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from napari_hipbmd.core.resources import sample_data_dir


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 1000])
    counts = parser.parse_args().counts
    print("| pairs | peak memory MB | seconds |", "|---|---|---|", sep="\n")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            peak_mb, seconds = cost(count, Path(folder) / "pairs")
        print(f"| {count} | {peak_mb:.0f} | {seconds:.0f} |", flush=True)


def cost(count: int, out: Path) -> tuple[float, float]:
    """Peak memory in MB and seconds of one run."""
    command = [
        *(sys.executable, "-m", "napari_hipbmd.cli", "pairs", sample_data_dir()),
        *("--n", count, "--out", out, "--split", 1, 0, 0),
    ]
    begun = perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"hipbmd pairs --n {count} ended with status {status}")
    return usage.ru_maxrss / 1024, perf_counter() - begun


if __name__ == "__main__":
    main()
