"""A window that is really drawn; its pieces come from the tests of the plugin."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any

import napari
import pytest

from ..plugin.conftest import empty, film, fresh_application, measurement, pipeline

__all__ = ["film", "measurement", "pipeline", "window"]


@pytest.fixture(scope="module")
def shown(qapp: Any) -> Iterator[Any]:
    """A viewer on a display, for all tests of a file."""
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        pytest.skip("no window: run scripts/with_display.sh pytest")
    with fresh_application():
        viewer = napari.Viewer()
        viewer.window.resize(1400, 900)
        for _ in range(20):
            qapp.processEvents()
        yield viewer
        viewer.close()
    del viewer
    gc.unfreeze()
    gc.collect()


@pytest.fixture
def window(shown: Any) -> Iterator[Any]:
    """The viewer, empty."""
    yield shown
    empty(shown)
