"""What a training relies on: random views keep what they must keep."""

import torch

from napari_hipbmd.enhancement.training import edges_left, regional_bias
from napari_hipbmd.learning import augmentation


def test_range_compression_keeps_film_less_soft_tissue_linear_in_the_bone():
    generator = torch.Generator().manual_seed(0)
    sto = torch.rand(4, 1, 64, 64, generator=generator)
    bone = torch.rand(4, 1, 64, 64, generator=generator)
    both = torch.cat([sto + bone, sto, bone], 1)
    torch.manual_seed(1)
    film, soft, alone = augmentation.random_local(both, 0.5).split(1, 1)
    torch.testing.assert_close(film - soft, alone, atol=1e-5, rtol=0)


def test_added_soft_tissue_is_smooth_and_of_the_size_that_was_asked_for():
    torch.manual_seed(0)
    field = augmentation.random_field(torch.zeros(64, 1, 64, 64), 0.1)
    assert field.shape == (64, 1, 64, 64)
    assert 0.01 < field.std() < 0.1
    assert field.diff(dim=-1).abs().mean() < 0.15 * field.std()


def test_a_cortex_that_shines_through_counts_and_a_constant_offset_does_not():
    bone = torch.zeros(1, 1, 32, 32)
    bone[..., 8:24, 8:24] = 1
    assert edges_left(torch.full_like(bone, 0.3), bone) == 0
    assert edges_left(0.3 * bone, bone) > 0
    beside = torch.zeros_like(bone)
    beside[..., :4] = 0.3  # an edge of a fold, where there is no bone
    assert edges_left(beside, bone) == 0


def test_fine_errors_cancel_in_a_regional_bias_and_slow_ones_do_not():
    bone = torch.ones(1, 1, 64, 64)
    checks = torch.ones(1, 1, 64, 64)
    checks[..., ::2] = -1
    assert regional_bias(checks, bone) < 1e-6
    assert abs(regional_bias(torch.full_like(bone, 0.1), bone) - 0.01) < 1e-6


def test_errors_beside_the_bone_are_no_regional_bias():
    bone = torch.zeros(1, 1, 64, 64)
    bone[..., :32] = 1
    assert regional_bias(1 - bone, bone) == 0


def test_a_disc_on_an_oblong_image_stays_a_disc_when_the_view_turns():
    rows, columns = 160, 96
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    across, down = x - (columns - 1) / 2, y - (rows - 1) / 2
    disc = ((across**2 + down**2) < 30**2).float()[None, None]
    bar = ((across.abs() < 5) & (down.abs() < 40)).float()[None, None]
    none, one = torch.zeros(1), torch.ones(1)
    matrix = augmentation.frames(torch.pi / 2 * one, one, none, none)
    both = torch.cat([disc, bar], 1)
    turned = augmentation.view(both, matrix, (rows, columns), "zeros")[0]
    assert (turned[0] - disc[0, 0]).abs().sum() < 0.02 * disc.sum()
    lying = (turned[1] > 0.5).nonzero()
    high, wide = (lying.amax(0) - lying.amin(0)).tolist()
    assert abs(high - 9) <= 2 and abs(wide - 79) <= 2
