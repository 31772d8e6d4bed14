"""Arrays of numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from napari_hipbmd.core.arrays import block_means


@pytest.mark.parametrize("block", [(1, 1), (2, 3), (4, 1), (3, 5)])
def test_the_mean_of_blocks_is_that_of_their_pixels(block: tuple[int, int]) -> None:
    image = np.random.default_rng(0).normal(size=(14, 17)).astype(np.float32)
    high, wide = block
    rows, columns = 14 // high, 17 // wide
    blocks = image[: rows * high, : columns * wide].reshape(rows, high, columns, wide)
    means = block_means(image, block)
    assert means.dtype == np.float32
    assert_allclose(means, blocks.mean((1, 3)), atol=1e-6)
