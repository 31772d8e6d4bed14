"""A window that is really drawn; its pieces come from the tests of the plugin."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import napari
import pytest

from ..plugin.conftest import film, fresh_application, measurement, pipeline

__all__ = ["film", "measurement", "pipeline", "window"]


@pytest.fixture
def window(qapp: Any) -> Iterator[Any]:
    """A viewer on a display."""
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        pytest.skip("no window: run scripts/with_display.sh pytest")
    with fresh_application():
        viewer = napari.Viewer()
        viewer.window.resize(1400, 900)
        for _ in range(20):
            qapp.processEvents()
        yield viewer
        viewer.close()
