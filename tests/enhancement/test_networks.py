"""What a user may rely on: the autoencoder is the paper's, and so is its loss."""

import numpy as np
import pytest
import torch

from napari_hipbmd.enhancement.networks import Autoencoder, AutoencoderShape, loss

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


@pytest.mark.parametrize("shape", [SMALL, AutoencoderShape((2, 3), norm=False)])
def test_an_architecture_survives_its_card(shape):
    assert AutoencoderShape.from_json(shape.to_json()) == shape
