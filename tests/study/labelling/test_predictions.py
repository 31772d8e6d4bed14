"""What a network found waits for the annotator, with its doubt and its model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.hip_images import LandmarkSet
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.study import FilmFacts
from napari_hipbmd.study.labelling.predictions import (
    model_id,
    predicted_labels,
    prediction_models,
    read_predictions,
    write_predictions,
)

FACTS = FilmFacts((400, 300), (0.2, 0.2), "R", HipBox(0, 0, 300, 400))


def predicted(shift: float = 0.0, name: str = "landmarks (default)"):
    xy = np.arange(32.0).reshape(16, 2) + shift
    sigma = np.where(np.arange(16) == 3, np.nan, 0.5)
    return predicted_labels("h", LandmarkSet(xy, sigma), FACTS, name, "1a2b")


def test_predictions_are_read_back_with_model_doubt_and_box(tmp_path: Path) -> None:
    path = write_predictions(tmp_path, predicted())
    assert path == tmp_path / "predictions" / "landmarks-default-1a2b" / "h.json"
    back = read_predictions(tmp_path, "h")
    assert back is not None and back.film == FACTS
    np.testing.assert_array_equal(back.xy, predicted().xy)
    label = back.landmarks["N1"]
    assert (label.source, label.version, label.who) == (
        "landmarks (default)", "1a2b", "",
    )  # fmt: skip
    assert label.sigma_mm == 0.5 and label.moved_px == 0
    assert back.landmarks["N4"].sigma_mm is None


def test_the_latest_model_speaks_unless_another_is_asked_for(tmp_path: Path) -> None:
    write_predictions(tmp_path, predicted(0, "old"))
    write_predictions(tmp_path, predicted(1, "new"))
    assert prediction_models(tmp_path) == ("new-1a2b", "old-1a2b")
    latest = read_predictions(tmp_path, "h")
    assert latest is not None and latest.annotator == "new-1a2b"
    old = read_predictions(tmp_path, "h", "old-1a2b")
    assert old is not None and old.xy[0, 0] == 0
    assert read_predictions(tmp_path, "other") is None


def test_a_models_name_becomes_a_folders_name() -> None:
    assert model_id("my net / März: 2", "x") == "my-net-M-rz-2-x"
    assert model_id("", "") == "model"


def test_spoilt_predictions_are_refused(tmp_path: Path) -> None:
    write_predictions(tmp_path, predicted()).write_text("{}")
    with pytest.raises(Refused, match="predict again"):
        read_predictions(tmp_path, "h")
