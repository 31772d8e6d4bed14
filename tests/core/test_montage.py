"""A stack of channels in one picture: every value is there once, in reading order."""

import numpy as np
import pytest

from napari_hipbmd.core.montage import montage


@pytest.mark.parametrize("count", [1, 5, 9, 96])
def test_every_channel_is_there_once_with_gaps_between(count):
    stack = np.random.default_rng(1).random((count, 4, 6)).astype(np.float32)
    picture = montage(stack)
    seen = picture[np.isfinite(picture)]
    np.testing.assert_array_equal(np.sort(seen), np.sort(stack.ravel()))
    np.testing.assert_array_equal(picture[:4, :6], stack[0])


def test_channels_run_in_rows_from_the_upper_left():
    stack = np.arange(5, dtype=np.float32)[:, None, None] * np.ones((1, 2, 2))
    picture = montage(stack.astype(np.float32))
    np.testing.assert_array_equal(picture[0, ::3], [0, 1, 2])
    np.testing.assert_array_equal(picture[3, ::3], [3, 4, np.nan])
    assert np.isnan(picture[2]).all() and np.isnan(picture[:, 2]).all()
