"""What a user may rely on: models load safely, and a broken training goes on."""

import json
import pickle

import pytest
import torch
from lightning.pytorch import LightningModule
from torch.utils.data import TensorDataset

from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.enhancement.apply import Enhancer
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.learning.training import LAST, EpochSampler, Fit, fit
from napari_hipbmd.learning.weights import load_into, read_model, write_model

READERS = {"enhancement": Enhancer.load, "landmarks": LandmarkFinder.load}
STEPS = sorted(READERS)


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled networks to do damage to."""
    for name in STEPS:
        for end in ("json", "safetensors"):
            data = (weights_dir() / f"{name}.{end}").read_bytes()
            (tmp_path / f"{name}.{end}").write_bytes(data)
    return tmp_path


@pytest.mark.parametrize("step", STEPS)
def test_a_model_that_is_missing_is_named_with_how_to_train_it(step, folder):
    (folder / f"{step}.safetensors").unlink()
    with pytest.raises(Refused, match=f"{step}.safetensors is missing.*train"):
        READERS[step](folder)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("keep", [0, 7, 1000])
def test_weights_cut_short_are_refused(step, keep, folder):
    path = folder / f"{step}.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(Refused, match="damaged"):
        READERS[step](folder)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b'"card"', b"\xff\xfe\x00", b"3"])
def test_a_damaged_card_is_refused(step, text, folder):
    (folder / f"{step}.json").write_bytes(text)
    with pytest.raises(Refused, match=f"The {step} model in .* is damaged"):
        READERS[step](folder)


@pytest.mark.parametrize("step", STEPS)
def test_a_card_that_says_nothing_is_refused(step, folder):
    (folder / f"{step}.json").write_text("{}")
    with pytest.raises(Refused, match=f"{step} model"):
        READERS[step](folder)


@pytest.mark.parametrize(
    "shape",
    [
        {"channels": "ab", "norm": True},
        {"channels": [], "norm": True},
        {"channels": [-4, 8], "norm": True},
        {"channels": [1e9, 8], "norm": True},
        {"channels": 5, "norm": True},
        [],
    ],
)
def test_an_architecture_that_cannot_be_is_refused(shape, folder):
    path = folder / "enhancement.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "shape": shape}))
    with pytest.raises(Refused):
        Enhancer.load(folder)


def test_weights_of_another_architecture_are_refused(folder):
    path = folder / "enhancement.json"
    card = json.loads(path.read_text())
    card["shape"]["channels"] = [8, 16, 16, 16]
    path.write_text(json.dumps(card))
    with pytest.raises(Refused, match="another architecture"):
        Enhancer.load(folder)
    with pytest.raises(Refused, match="another architecture"):
        load_into(torch.nn.Linear(2, 2), {"weight": torch.zeros(3, 3)}, "test")


@pytest.mark.parametrize(
    "lines", [{}, {"N1": [1, 2]}, [], "line", dict.fromkeys(["N1", "N2"], 1)]
)
def test_a_landmark_card_without_its_uncertainty_is_refused(lines, folder):
    path = folder / "landmarks.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "uncertainty": lines}))
    with pytest.raises(Refused, match="not complete"):
        LandmarkFinder.load(folder)


class Bomb:
    exploded = False

    def __reduce__(self):
        return (exec, ("import sys; sys.exploded = True",))


@pytest.mark.parametrize("step", STEPS)
def test_nothing_that_was_pickled_is_run(step, folder):
    import sys

    (folder / f"{step}.safetensors").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(Refused, match="damaged"):
        READERS[step](folder)
    assert not hasattr(sys, "exploded")


def test_a_model_is_read_as_it_was_written(tmp_path):
    weights = {"w": torch.randn(3, 4), "n": torch.tensor([1, 2, 3])}
    write_model(tmp_path, "toy", weights, {"name": "toy", "epochs": 3})
    state, card = read_model(tmp_path, "toy")
    assert state["w"].dtype == torch.float32
    torch.testing.assert_close(state["w"], weights["w"].half().float())
    assert state["n"].tolist() == [1, 2, 3]
    assert card["epochs"] == 3 and card["made"]


def test_each_epoch_has_its_own_order_that_the_seed_fixes():
    one, other = EpochSampler(50, 1), EpochSampler(50, 1)
    first = list(one)
    assert first == list(other) and sorted(first) == list(range(50))
    one.set_epoch(1)
    assert list(one) != first


class Line(LightningModule):
    """The smallest training: noisy steps on one weight matrix."""

    def __init__(self, width=3):
        super().__init__()
        self.layer = torch.nn.Linear(width, 1)

    def training_step(self, batch, _):
        x, y = batch
        x = x + 0.1 * torch.randn_like(x)
        return ((self.layer(x) - y) ** 2).mean()

    def validation_step(self, batch, _):
        x, y = batch
        self.log("validation", ((self.layer(x) - y) ** 2).mean())

    def configure_optimizers(self):
        optimiser = torch.optim.AdamW(self.parameters(), 0.05)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 4)
        return [optimiser], [schedule]


def trained(out, *, resume=False, cancelled=None, report=None, width=3):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(24, width, generator=generator)
    data = TensorDataset(x, x.sum(1, keepdim=True))
    torch.manual_seed(7)
    plan = Fit(out, 4, 8, 3, "cpu", resume, report, cancelled)
    return fit(Line(width), data, data, plan).layer.weight.detach()


class AfterSteps:
    """A wish to stop after some steps."""

    def __init__(self, steps):
        self.left = steps

    def __call__(self):
        self.left -= 1
        return self.left < 0


def test_a_resumed_training_ends_with_the_weights_of_an_unbroken_one(tmp_path):
    unbroken = trained(tmp_path / "unbroken")
    with pytest.raises(Cancelled):
        trained(tmp_path / "broken", cancelled=AfterSteps(7))  # in the third epoch
    resumed = trained(tmp_path / "broken", resume=True)
    torch.testing.assert_close(resumed, unbroken, rtol=0, atol=0)


def test_stopping_keeps_the_last_finished_epoch(tmp_path):
    epochs = []
    with pytest.raises(Cancelled):
        trained(
            tmp_path,
            cancelled=AfterSteps(7),
            report=lambda done, of, figures: epochs.append((done, of, set(figures))),
        )
    assert (tmp_path / LAST).is_file()
    assert [e[:2] for e in epochs] == [(1, 4), (2, 4)]
    assert "validation" in epochs[0][2]


def test_ctrl_c_stops_a_training_like_a_wish_does(tmp_path):
    def press():
        raise KeyboardInterrupt

    with pytest.raises((Cancelled, KeyboardInterrupt)):
        trained(tmp_path, cancelled=press)


def test_two_trainings_into_one_folder_do_not_mix(tmp_path):
    def second(*_):
        trained(tmp_path)

    with pytest.raises(Refused, match="Another run writes its results into"):
        trained(tmp_path, report=second)
    assert trained(tmp_path).shape == (1, 3)


def test_resuming_what_never_began_is_refused(tmp_path):
    with pytest.raises(Refused, match="to resume from"):
        trained(tmp_path, resume=True)


def test_resuming_another_models_training_is_refused(tmp_path):
    trained(tmp_path, width=3)
    with pytest.raises(Refused, match="another model"):
        trained(tmp_path, resume=True, width=5)


@pytest.mark.parametrize(
    "content", [b"", b"no checkpoint", b"half a checkpoint", pickle.dumps(Bomb())]
)
def test_a_damaged_checkpoint_is_refused_and_never_run(tmp_path, content):
    import sys

    (tmp_path / LAST).write_bytes(content)
    with pytest.raises(Refused, match="damaged"):
        trained(tmp_path, resume=True)
    assert not hasattr(sys, "exploded")
