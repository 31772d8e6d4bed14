"""A package that is not installed is named, and how to get it."""

import sys

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.extras import from_extra
from napari_hipbmd.runs.loop import run_jobs


def test_what_is_missing_is_told_with_its_extra():
    with (
        pytest.raises(Refused, match=r"needs the package nowhere.*\[sr\]"),
        from_extra("sr", "A report"),
    ):
        import nowhere  # noqa: F401


def test_a_cluster_without_dask_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.delitem(sys.modules, "napari_hipbmd.runs.cluster", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refused, match=r"distributed.*napari-hipbmd\[cluster\]"):
        list(run_jobs([1], None, scheduler="tcp://127.0.0.1:9"))
