"""Hips and soft tissue of a few patients, made of formulas."""

import numpy as np
import pytest

from napari_hipbmd.core.canvas import CANVAS_PX
from napari_hipbmd.synthesis import HipSource, SoftTissueTile, Source, Sources

Y, X = np.mgrid[:CANVAS_PX, :CANVAS_PX].astype(np.float32) / CANVAS_PX
BONE_AT = (np.abs(X - 0.5) < 0.15) & (np.abs(Y - 0.5) < 0.3)


def hip(patient: int) -> HipSource:
    soft = 0.3 + 0.03 * patient * X + 0.1 * Y
    film = soft + np.where(BONE_AT, 0.2 + 0.05 * Y, 0)
    return HipSource.from_mask(film.astype(np.float32), BONE_AT)


def tile(patient: int) -> SoftTissueTile:
    return SoftTissueTile((0.4 + 0.02 * patient * Y - 0.1 * X).astype(np.float32))


def sources_of(patients: int) -> Sources:
    names = [f"film-{i}" for i in range(patients)]
    about = {"film_type": {"type": 2, "by": "eve", "at": "2026-01-01"}}
    return Sources(
        tuple(
            Source(name, f"patient {i}", dict(about), lambda i=i: hip(i))
            for i, name in enumerate(names)
        ),
        tuple(
            Source(name, f"patient {i}", {}, lambda i=i: tile(i))
            for i, name in enumerate(names)
        ),
    )


@pytest.fixture(scope="session")
def sources() -> Sources:
    return sources_of(4)
