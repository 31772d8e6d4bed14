"""Shared by all tests."""

from __future__ import annotations

import os
import sys

import pytest

# A window that nobody sees, unless a display was asked for.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

NEED_A_DISPLAY = {"make_napari_viewer", "make_napari_viewer_proxy", "window"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what draws where nothing can be drawn: the canvas needs OpenGL."""
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if display or not sys.platform.startswith("linux"):
        return
    skip = pytest.mark.skip(reason="no display: run scripts/with_display.sh pytest")
    for item in items:
        if NEED_A_DISPLAY & set(getattr(item, "fixturenames", ())):
            item.add_marker(skip)
