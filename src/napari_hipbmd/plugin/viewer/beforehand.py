"""What measuring needs, loaded beside the window before somebody measures.

The first *Measure* would else load torch and the networks while somebody works. Begun
once the first dock or film is there, it is part of the program's start.
"""

from __future__ import annotations

import gc
from contextlib import suppress
from functools import lru_cache
from threading import Thread, main_thread

from qtpy.QtCore import QTimer

from ...core.radiograph import FilmRefused
from ..ui.torch_library import load_torch_library

IDLE_MS = 1000


@lru_cache(maxsize=1)
def load_beforehand() -> None:
    """Load it, once, as soon as the window has drawn itself."""
    # No daemon: one that is stopped within a library takes the program down with it.
    QTimer.singleShot(IDLE_MS, Thread(target=_load, name="beforehand").start)


def _load() -> None:
    for step in (load_torch_library, _load_models):
        if not main_thread().is_alive():
            return
        step()
    # napari collects garbage whenever a layer leaves the viewer. To walk over all that
    # the libraries have brought takes a third of a second each time, and finds nothing.
    gc.freeze()


def _load_models() -> None:
    from ...pipeline.models import load_models

    with suppress(FilmRefused):  # whoever measures is told
        load_models()
