"""What a user may rely on: the training writes a model that can be used."""

import json
from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.core.canvas import CANVAS_PX, make_canvas
from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.enhancement.apply import Enhancer
from napari_hipbmd.enhancement.networks import AutoencoderShape
from napari_hipbmd.enhancement.training import RECIPES, learn_enhancement
from napari_hipbmd.learning.hips import Hips, to_levels
from napari_hipbmd.learning.training import LAST, Fit


def eight_hips():
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:CANVAS_PX, :CANVAS_PX] / CANVAS_PX
    sto = np.stack([0.3 + 0.3 * rng.random() * x + 0.2 * y for _ in range(8)])
    bone = 0.3 * ((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.04)
    names = tuple(f"patient-{i}" for i in range(8))
    return Hips(to_levels(sto + bone), np.ones(8), names, to_levels(sto))


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """The same recipes on a network that trains in no time."""
    for name, recipe in RECIPES.items():
        shape = AutoencoderShape((2, 4, 4, 4), recipe.shape.norm)
        monkeypatch.setitem(RECIPES, name, replace(recipe, shape=shape))


@pytest.mark.parametrize("preset", ["default", "paper"])
def test_a_training_writes_weights_and_their_card(preset, tmp_path):
    plan = Fit(tmp_path, 2, 4, device="cpu", settings={"command": "hipbmd train …"})
    learn_enhancement(eight_hips(), preset, plan)
    card = json.loads((tmp_path / "enhancement.json").read_text())
    assert card["preset"] == preset and card["epochs"] == 2
    assert card["hips"] == {"train": 7, "validation": 1}
    assert card["command"] == "hipbmd train …"
    assert np.isfinite(list(card["figures"].values())).all()
    film = np.random.default_rng(0).random((64, 64)).astype(np.float32)
    canvas = make_canvas(film, HipBox(0, 0, 60, 60), False)
    sto = Enhancer.load(tmp_path).sto_on_grid(canvas)
    assert sto.shape == (256, 256) and np.isfinite(sto).all()


def test_a_resumed_training_gives_the_weights_of_an_unbroken_one(tmp_path):
    hips = eight_hips()
    learn_enhancement(hips, "default", Fit(tmp_path / "unbroken", 3, 4, 1, "cpu"))
    asked = iter([False] * 1 + [True] * 9)
    with pytest.raises(Cancelled):
        learn_enhancement(
            hips, "default",
            Fit(tmp_path / "broken", 3, 4, 1, "cpu", cancelled=lambda: next(asked)),
        )  # fmt: skip
    assert (tmp_path / "broken" / LAST).is_file()
    assert not (tmp_path / "broken" / "enhancement.json").exists()
    learn_enhancement(
        hips, "default", Fit(tmp_path / "broken", 3, 4, 1, "cpu", resume=True)
    )
    weights = [
        (tmp_path / name / "enhancement.safetensors").read_bytes()
        for name in ("unbroken", "broken")
    ]
    assert weights[0] == weights[1]


def test_films_without_sto_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(Refused, match="make pairs first"):
        learn_enhancement(
            replace(eight_hips(), sto=None), "default", Fit(tmp_path, 1, 4)
        )
