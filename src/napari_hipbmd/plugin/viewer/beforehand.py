"""What docks need, loaded beside the window before somebody works with them.

The first *Measure* would else load torch and the networks while somebody works, and
each dock its own code. Begun once the first dock or film is there, it is part of the
program's start.
"""

from __future__ import annotations

import gc
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from threading import Thread, main_thread

from npe2 import PluginManifest
from pint import get_application_registry
from qtpy.QtCore import QTimer

from ...core.errors import Refused
from ..ui.run import NOTHING_LOADS
from ..ui.torch_library import load_torch_library
from ..ui.translation import tr

IDLE_MS = 1000


@lru_cache(maxsize=1)
def load_beforehand() -> None:
    """Load it, once, as soon as the window has drawn itself."""
    QTimer.singleShot(IDLE_MS, _begin)


def _begin() -> None:
    # napari's first layer would else build all units of the world.
    _ = get_application_registry().pixel
    NOTHING_LOADS.clear()
    # No daemon: one that is stopped within a library takes the program down with it.
    Thread(target=_load, name="beforehand").start()


def _load() -> None:
    try:
        for step in (load_torch_library, _load_models, _load_docks, _draw_figure):
            if not main_thread().is_alive():
                return
            step()
    finally:
        NOTHING_LOADS.set()
    # napari collects garbage whenever a layer leaves the viewer. To walk over all that
    # the libraries have brought takes a third of a second each time, and finds nothing.
    gc.freeze()


def _load_models() -> None:
    from ...pipeline.models import load_models

    with suppress(Refused):  # whoever measures is told
        load_models()


def _load_docks() -> None:
    """The code of every dock: some are opened only later, and pandas by points."""
    import_module("pandas")
    manifest = PluginManifest.from_file(files("napari_hipbmd") / "napari.yaml")
    for command in manifest.contributions.commands or ():
        import_module(str(command.python_name).partition(":")[0])


def _draw_figure() -> None:
    """A figure of a dock: matplotlib looks for its fonts when it draws the first."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().set_title(tr("Total hip"))
    FigureCanvasAgg(figure).draw()
