"""Networks learn in steps that turn their kernels, and forget nothing over a break."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from napari_hipbmd.learning.optimiser import Muon, muon_with_cosine, orthogonal


@given(
    rows=st.integers(2, 40),
    columns=st.integers(2, 40),
    seed=st.integers(0, 2**31),
    size=st.floats(1e-6, 1e6),
)
def test_a_step_stretches_no_direction_much_more_than_another(
    rows: int, columns: int, seed: int, size: float
) -> None:
    made = torch.Generator().manual_seed(seed)
    one, _ = torch.linalg.qr(torch.randn(rows, rows, generator=made))
    other, _ = torch.linalg.qr(torch.randn(columns, columns, generator=made))
    few = min(rows, columns)
    strengths = torch.logspace(0, -1.5, few)
    matrix = size * one[:, :few] @ torch.diag(strengths) @ other[:few]
    turned = orthogonal(matrix)
    assert turned.shape == matrix.shape
    strengths = torch.linalg.svdvals(turned)
    assert strengths.min() > 0.5 and strengths.max() < 1.4
    # along the same directions: what it makes of them lies on the diagonal
    inside = one.mT[:few] @ turned @ other[:few].mT
    assert torch.allclose(inside, torch.diag(inside.diagonal()), atol=1e-3)
    assert (inside.diagonal() > 0).all()


def test_a_matrix_of_nothing_stays_nothing() -> None:
    assert not orthogonal(torch.zeros(4, 7)).any()


def _network(width: int = 16) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1),
        nn.SiLU(),
        nn.Conv2d(width, width, 3, padding=1),
        nn.SiLU(),
        nn.Conv2d(width, width, 3, padding=1),
        nn.SiLU(),
        nn.Conv2d(width, 1, 3, padding=1),
    )


def _images(count: int) -> tuple[Tensor, Tensor]:
    torch.manual_seed(1)
    image = torch.randn(count, 1, 12, 12)
    return image, functional.avg_pool2d(image.abs(), 3, 1, 1).sqrt()


def _learn(network: nn.Module, optimiser: torch.optim.Optimizer, steps: int) -> float:
    image, label = _images(16)
    loss = torch.zeros(())
    for _ in range(steps):
        loss = functional.mse_loss(network(image), label)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return float(loss.detach())


def test_it_learns() -> None:
    network = _network()
    optimiser = Muon(network, 2e-3)
    before = _learn(network, optimiser, 1)
    assert _learn(network, optimiser, 40) < 0.2 * before


def test_going_on_from_what_was_kept_is_as_if_nothing_had_happened() -> None:
    whole = _network()
    optimiser = Muon(whole, 2e-3)
    _learn(whole, optimiser, 3)
    kept = copy.deepcopy(optimiser.state_dict())
    resumed = _network()
    resumed.load_state_dict(whole.state_dict())
    again = Muon(resumed, 2e-3)
    again.load_state_dict(kept)
    assert _learn(whole, optimiser, 3) == _learn(resumed, again, 3)
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(one, other)


def test_kernels_laid_out_channels_last_move_as_others() -> None:
    plain, last = _network(), _network().to(memory_format=torch.channels_last)
    _learn(plain, Muon(plain, 2e-3), 3)
    _learn(last, Muon(last, 2e-3), 3)
    for one, other in zip(plain.parameters(), last.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-4)


def test_first_and_last_layers_and_what_does_not_learn_are_left_to_adam() -> None:
    network = _network()
    network[2].requires_grad_(False)
    before = [weights.clone() for weights in network.parameters()]
    (optimiser,), _ = muon_with_cosine(network, 2e-3, 5)
    kernels, rest = optimiser.param_groups
    assert [one.shape for one in kernels["params"]] == [(16, 16, 3, 3)] * 2
    assert len(rest["params"]) == 6
    _learn(network, optimiser, 1)
    moved = [
        not torch.equal(one, other)
        for one, other in zip(before, network.parameters(), strict=True)
    ]
    assert moved == [True, True, False, False, True, True, True, True]
    # Adam's first step is of the size of its rate
    first = (before[0] - next(network.parameters())).abs().max()
    assert float(first.detach()) == pytest.approx(2e-3, rel=0.01)


def test_a_network_without_wide_kernels_learns_by_adam_alone() -> None:
    network = nn.Sequential(nn.Linear(3, 20), nn.Tanh(), nn.Linear(20, 1))
    assert [group["kernels"] for group in Muon(network, 1e-3).param_groups] == [False]


def test_a_closure_tells_the_loss() -> None:
    network = nn.Linear(2, 1)

    def loss() -> Tensor:
        return network(torch.ones(1, 2)).sum()

    told = Muon(network, 1e-3).step(loss)
    assert told.item() == pytest.approx(loss().item(), abs=0.1)
