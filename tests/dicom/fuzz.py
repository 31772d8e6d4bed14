"""Read many damaged films, and print how they ended.

    .venv/bin/python tests/dicom/fuzz.py --count 20000 --workers 2

Starts from the films in ``corpus/``. A damaged film that ends in a way not seen before
(another sentence, another set of flags, another shape) joins them and is damaged
further. Each file is read as the program reads it: listed, inspected, opened, its facts
shown. It must end in a film or in one sentence; its processor time and the peak memory
of the reader and of its helper are taken for each file.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from mutation import mutated

CORPUS = Path(__file__).parent / "corpus"
MOST_SECONDS, MOST_MEGABYTES = 2.0, 500.0
_TOLD = re.compile(r"\d[\d.,×]*")


@dataclass
class Tally:
    """How the files of one worker ended.

    ``busiest`` is in seconds of processor time, ``slowest`` on the clock (which a busy
    machine makes longer), ``largest`` in MB. ``slow`` keeps the files that took
    longest on the clock, to be read once more with nothing beside them.
    """

    read: int = 0
    refused: int = 0
    busiest: float = 0.0
    slowest: float = 0.0
    largest: float = 0.0
    sentences: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slow: list[tuple[float, bytes]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Files read so far."""
        return self.read + self.refused + len(self.failures)

    def add(self, other: Tally) -> None:
        """Take another worker's count in."""
        self.read += other.read
        self.refused += other.refused
        self.busiest = max(self.busiest, other.busiest)
        self.slowest = max(self.slowest, other.slowest)
        self.largest = max(self.largest, other.largest)
        self.sentences += other.sentences
        self.failures += other.failures
        self.slow = sorted(self.slow + other.slow, key=lambda s: -s[0])[:10]


def read_damaged(count: int, seed: int = 0, progress: int = 0) -> Tally:
    """Read ``count`` damaged films in this process; the same for the same seed."""
    rng = random.Random(seed)
    pool = [path.read_bytes() for path in sorted(CORPUS.iterdir())]
    tally, seen = Tally(), set()
    with tempfile.TemporaryDirectory(prefix="hipbmd-fuzz-") as folder:
        path = Path(folder) / "film"
        for number in range(count):
            data = mutated(rng, rng.choice(pool), rng.choice(pool))
            path.write_bytes(data)
            outcome = _read(path, data, tally)
            if outcome not in seen and len(pool) < 2000:
                seen.add(outcome)
                pool.append(data)
            if progress and (number + 1) % progress == 0:
                print(f"  worker {seed}: {number + 1} of {count}", flush=True)
    return tally


def _read(path: Path, data: bytes, tally: Tally) -> str:
    """Read one file as the program does; gives what tells one end from another."""
    from napari_hipbmd.core.errors import Refused

    meter = Meter()
    started = time.perf_counter()
    try:
        outcome, readable = exercise(path)
    except Refused:
        raise
    except BaseException:  # noqa: BLE001 - the failure that is looked for
        tally.failures.append(traceback.format_exc())
        return "failure"
    clock = time.perf_counter() - started
    seconds, megabytes = meter.stop()
    tally.busiest = max(tally.busiest, seconds)
    tally.slowest = max(tally.slowest, clock)
    tally.largest = max(tally.largest, megabytes)
    if len(tally.slow) < 10 or clock > tally.slow[-1][0]:
        tally.slow = sorted([*tally.slow, (clock, data)], key=lambda s: -s[0])[:10]
    if seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES:
        tally.failures.append(f"{seconds:.2f} s, {megabytes:.0f} MB: {outcome}")
    elif readable:
        tally.read += 1
    else:
        tally.refused += 1
        tally.sentences[outcome] += 1
    return outcome


def exercise(path: Path) -> tuple[str, bool]:
    """List, inspect, open and describe one file; raises if anything is not as said."""
    from napari_hipbmd.core.errors import Refused
    from napari_hipbmd.dicom import inspect, list_films, open_film

    list_films(path.parent)
    answer = inspect(path)
    json.dumps(answer, allow_nan=False)
    sentence = answer["reason"]
    if answer["status"] == "readable":
        shown = open_film(path)
        assert shown.displayed().shape == shown.stored.shape
        flags = sorted(flag["code"] for flag in answer["flags"])
        return f"{shown.stored.dtype} {len(shown.windows)} {flags}", True
    try:
        open_film(path)
    except Refused as refusal:
        assert str(refusal) == sentence
    else:
        raise AssertionError(f"opened, yet refused by inspect: {sentence}")
    assert sentence[0].isupper() and ":" in sentence, sentence
    return _TOLD.sub("#", sentence), False


class Meter:
    """Processor time and peak memory of this process and of the reader's helper."""

    def __init__(self) -> None:
        self._processes = _family()
        for pid in self._processes:
            # Not on every system: the peak is then that of the whole process.
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")
        self._before = self._seconds(self._processes)

    def stop(self) -> tuple[float, float]:
        """Seconds and MB since the start; helpers that were started count in full."""
        now = _family()
        seconds = self._seconds(now) - self._before
        return seconds, max(_peak_megabytes(pid) for pid in now)

    @staticmethod
    def _seconds(processes: list[int]) -> float:
        return sum(_processor_seconds(pid) for pid in processes)


def _processor_seconds(pid: int) -> float:
    """Of a process and of those that it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _peak_megabytes(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    line = next((x for x in status.splitlines() if x.startswith("VmHWM")), "x 0")
    return int(line.split()[1]) * 1024 / 1e6


def _family() -> list[int]:
    """This process, the helper that it started, and the helper's children."""
    found = [os.getpid()]
    for pid in found:
        with suppress(OSError):
            listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            found += map(int, listed.split())
    return found


def again_alone(data: bytes) -> float:
    """Seconds on the clock for one file, the helper running already; best of three."""
    with tempfile.TemporaryDirectory(prefix="hipbmd-fuzz-") as folder:
        path = Path(folder) / "film"
        taken = []
        for _ in range(3):
            path.write_bytes(data)
            started = time.perf_counter()
            exercise(path)
            taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> int:
    """Read the films and print the counts; 1 when a file did not end as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the ten slowest files")
    arguments = parser.parse_args()
    share = -(-arguments.count // arguments.workers)
    seeds = [arguments.seed + i for i in range(arguments.workers)]
    started = time.perf_counter()
    total = Tally()
    with ProcessPoolExecutor(arguments.workers, get_context("spawn")) as pool:
        for tally in pool.map(
            read_damaged, [share] * len(seeds), seeds, [1000] * len(seeds)
        ):
            total.add(tally)
    spent = time.perf_counter() - started
    alone = max((again_alone(data) for _, data in total.slow), default=0.0)
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        for i, (_, data) in enumerate(total.slow):
            (arguments.keep / f"slow-{i}").write_bytes(data)
    print(
        f"{total.count} damaged films from {len(list(CORPUS.iterdir()))}:"
        f" {total.read} read, {total.refused} refused"
        f" ({len(total.sentences)} sentences), {len(total.failures)} failures\n"
        f"a file took at most {total.busiest:.2f} s of processor time and"
        f" {total.slowest:.2f} s on the clock; the ten slowest again, alone:"
        f" at most {alone:.2f} s on the clock\n"
        f"memory: at most {total.largest:.0f} MB\n"
        f"taken: {spent:.0f} s with {arguments.workers} workers"
    )
    for sentence, number in total.sentences.most_common(12):
        print(f"{number:7}  {sentence}")
    for failure in total.failures[:10]:
        print(failure, file=sys.stderr)
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main())
