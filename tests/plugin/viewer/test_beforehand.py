"""What measuring needs is there before somebody measures."""

from __future__ import annotations

from threading import Event, current_thread, main_thread
from typing import Any

import pytest

from napari_hipbmd.pipeline import models
from napari_hipbmd.plugin.viewer import beforehand


def test_the_networks_are_loaded_beside_the_window_once_a_dock_is_there(
    qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded, threads = Event(), set()

    def load_models() -> None:
        threads.add(current_thread())
        loaded.set()

    monkeypatch.setattr(beforehand, "load_torch_library", lambda: None)
    monkeypatch.setattr(models, "load_models", load_models)
    beforehand.load_beforehand.cache_clear()
    beforehand.load_beforehand()
    qtbot.waitUntil(loaded.is_set)
    assert main_thread() not in threads
