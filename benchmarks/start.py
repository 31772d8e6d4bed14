"""How long one waits before the work begins: the table *Start* in docs/waiting.md.

    scripts/with_display.sh .venv/bin/python benchmarks/start.py [--turns 5]

Each figure is of new processes, the least of several turns; napari starts with and
without the plugin in turn. Beside the clock stands the work of all threads on the
processor, which a busy computer changes less.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from pages import write_into

from napari_hipbmd.core.resources import sample_data_dir

PAGE = Path(__file__).parents[1] / "docs" / "waiting.md"
Seconds = tuple[float, float]

BEGIN = """
import json, sys
from time import perf_counter, process_time
start = perf_counter(), process_time()
def end(clock_before=0.0, work_before=0.0):
    clock, work = perf_counter() - start[0], process_time() - start[1]
    print("\\n" + json.dumps([clock - clock_before, work - work_before]))
"""
IMPORT = "import napari_hipbmd; end()"
INSPECT = """
from napari_hipbmd.cli import main
main(["inspect", sys.argv[1]])
end()
"""
HIDE = """
import importlib.metadata as metadata
found = metadata.distributions
def others(**context):
    return [d for d in found(**context) if d.metadata["Name"] != "napari-hipbmd"]
metadata.distributions = others
"""
NAPARI = """
import napari
from qtpy.QtWidgets import QApplication
viewer = napari.Viewer()
for _ in range(5):
    QApplication.processEvents()
end()
viewer.close()
"""
MEASURE = """
import napari
from time import sleep
from qtpy.QtWidgets import QApplication, QPushButton
def wait(done):
    while not done():
        QApplication.processEvents()
        sleep(0.002)
viewer = napari.Viewer()
viewer.open_sample("napari-hipbmd", "type_1")
_, dock = viewer.window.add_plugin_dock_widget("napari-hipbmd", "Measure BMD")
button = dock.findChild(QPushButton, "measure")
from napari_hipbmd.plugin.ui.run import NOTHING_LOADS
from time import monotonic
looked_until = monotonic() + float(sys.argv[1])
wait(lambda: monotonic() > looked_until and NOTHING_LOADS.is_set())
start = perf_counter(), process_time()
button.click()
wait(lambda: not dock.bar.is_running)
end()
viewer.close()
"""
LOOKS_S = 10


def main() -> None:
    """Time it all, print the table and put it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    film = str(next((sample_data_dir() / "images").iterdir()))
    alone, with_plugin = [], []
    for _ in range(turns):
        alone.append(seconds(HIDE + NAPARI))
        with_plugin.append(seconds(NAPARI))
    rows = [
        ("`import napari_hipbmd`", least(IMPORT, turns), "30 ms"),
        ("`hipbmd inspect FILM`", least(INSPECT, turns, film), "300 ms"),
        ("napari's window, without the plugin", each_least(alone), ""),
        ("napari's window, with the plugin", each_least(with_plugin), "2 % more"),
        (
            f"the first *Measure*, after {LOOKS_S} s of looking at the film",
            least(MEASURE, max(1, turns // 2), str(LOOKS_S)),
            "1500 ms",
        ),
    ]
    table = "\n".join(
        [
            "| | clock, ms | work, ms | aim |",
            "|---|---|---|---|",
            *(
                f"| {what} | {1000 * clock:.0f} | {1000 * work:.0f} | {aim} |"
                for what, (clock, work), aim in rows
            ),
        ]
    )
    table += (
        f"\n\nThe plugin adds {share(alone, with_plugin, 1):+.1f} % of work to napari's"
        f" start ({share(alone, with_plugin, 0):+.1f} % by the clock)."
    )
    print(table)
    write_into(PAGE, {"start": table})


def seconds(code: str, *arguments: str) -> Seconds:
    """Seconds on the clock and of work that a new process tells."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BEGIN + code, *arguments],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    clock, work = json.loads(done.stdout.splitlines()[-1])
    return clock, work


def least(code: str, turns: int, *arguments: str) -> Seconds:
    """The least of several turns."""
    return each_least([seconds(code, *arguments) for _ in range(turns)])


def each_least(found: list[Seconds]) -> Seconds:
    """The least on the clock, and the least of work."""
    return min(clock for clock, _ in found), min(work for _, work in found)


def share(alone: list[Seconds], with_plugin: list[Seconds], which: int) -> float:
    """Per cent by which the start with the plugin takes longer."""
    return 100 * (each_least(with_plugin)[which] / each_least(alone)[which] - 1)


if __name__ == "__main__":
    main()
