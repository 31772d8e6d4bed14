"""What a user may rely on: the autoencoder is the paper's, and so is its loss."""

import numpy as np
import pytest
import torch

from napari_hipbmd.enhancement.networks import (
    Autoencoder,
    AutoencoderShape,
    UNet,
    build,
    loss,
)
from napari_hipbmd.learning.weights import for_inference

SMALL = AutoencoderShape((4, 6, 8, 8))


@pytest.fixture
def network():
    torch.manual_seed(0)
    return Autoencoder(SMALL).eval()


@pytest.fixture
def films():
    torch.manual_seed(1)
    return torch.rand(2, 1, 256, 256)


@torch.inference_mode()
def test_a_film_becomes_an_sto_of_its_size_through_a_small_latent(network, films):
    sto, z = network(films)
    assert sto.shape == films.shape
    assert z.shape == (2, 8, 16, 16)


@torch.inference_mode()
def test_the_sto_knows_nothing_of_the_film_but_its_latent(network, films):
    """No connection skips z: what the decoder makes of z alone is the whole STO."""
    sto, z = network(films)
    torch.testing.assert_close(network.decoder(z), sto, rtol=0, atol=0)
    network.encoder.register_forward_hook(lambda *_: z)
    other, _ = network(torch.rand_like(films))
    torch.testing.assert_close(other, sto, rtol=0, atol=0)


def test_the_loss_is_equation_1():
    rng = np.random.default_rng(0)
    label, drawn = rng.normal(size=(2, 3, 1, 8, 8))
    z = rng.normal(size=(3, 4, 2, 2))
    error, penalty = loss(*map(torch.from_numpy, (label, drawn, z)), 0.01)
    assert float(error) == pytest.approx(((label - drawn) ** 2).mean())
    assert float(penalty) == pytest.approx(0.01 * (z**2).mean())


PLAIN = AutoencoderShape((4, 6, 8), grid_px=64)
SKIPPING = AutoencoderShape((8, 6, 8), grid_px=64, skips=True)


@pytest.mark.parametrize("shape", [PLAIN, SKIPPING])
def test_every_architecture_draws_the_same_when_folded_for_speed(shape):
    torch.manual_seed(0)
    network = build(shape)
    films = torch.rand(4, 1, 64, 64)
    network.train()
    network(films)  # norms that are not the identity
    network.eval()
    fast = for_inference(network)
    with torch.inference_mode():
        for one, other in zip(network(films), fast(films), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
        sto, z = network(films)
        torch.testing.assert_close(network.encode(films), z)
        stages = network.stages(films)
    assert [x.shape[1] for x in stages] == list(shape.channels)
    assert [x.shape[2] for x in stages] == [32, 16, 8]
    torch.testing.assert_close(stages[-1], z)
    assert sto.shape == films.shape
    assert z.shape == (4, 8, 8, 8)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in fast.modules())


def reach(shape):
    """How far from a pixel of the film its STO can still change, in pixels."""
    torch.manual_seed(0)
    network = build(shape).eval()
    film = torch.rand(1, 1, 64, 64, requires_grad=True)
    network(film)[0][0, 0, 2, 2].backward()
    return int((film.grad[0, 0] != 0).nonzero().max())


def test_all_of_the_film_tells_the_u_net_of_the_soft_tissue_under_bone():
    assert reach(PLAIN) < 63
    assert reach(SKIPPING) == 63


def test_where_the_u_net_sees_no_bone_its_sto_is_the_film():
    torch.manual_seed(0)
    network = build(SKIPPING).eval()
    film = torch.rand(1, 1, 64, 64)
    torch.nn.init.zeros_(network.cover.weight)
    for bias, bone_shows in ((-30.0, False), (30.0, True)):
        torch.nn.init.constant_(network.cover.bias, bias)
        with torch.inference_mode():
            taken_off = film - network(film)[0]
        assert bool(taken_off.abs().max() > 1e-3) is bone_shows


def test_no_edge_shines_through_where_the_u_net_sees_bone_alone():
    torch.manual_seed(0)
    network = build(AutoencoderShape((8, 16, 16), grid_px=64, skips=True)).eval()
    torch.nn.init.zeros_(network.cover.weight)
    torch.nn.init.constant_(network.cover.bias, 20.0)  # all of it is bone
    film = torch.zeros(1, 1, 64, 64)
    film[..., 32:] = 1  # an edge of one pixel
    with torch.inference_mode():
        sto, _z = network(film)
    steepest = (sto[..., 1:] - sto[..., :-1]).abs().max()
    assert 0.02 < steepest < 0.2


def test_skips_make_a_u_net():
    assert isinstance(build(SKIPPING), UNet)
    assert isinstance(build(PLAIN), Autoencoder)


@pytest.mark.parametrize("wrong", [{"channels": []}, {"channels": "2"}, {"grid_px": 4}])
def test_an_impossible_card_is_refused(wrong):
    with pytest.raises(ValueError):
        AutoencoderShape.from_json({**PLAIN.to_json(), **wrong})


@pytest.mark.parametrize(
    "shape", [SMALL, SKIPPING, AutoencoderShape((2, 3), norm=False)]
)
def test_an_architecture_survives_its_card(shape):
    assert AutoencoderShape.from_json(shape.to_json()) == shape
