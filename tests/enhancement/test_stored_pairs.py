"""What a user may rely on: stored pairs are learned from without reading them often."""

import numpy as np
import pytest
import torch

from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.enhancement.data import StoredPairs, mixture
from napari_hipbmd.learning.hips import as_grey
from napari_hipbmd.study.pair_sources import gather
from napari_hipbmd.synthesis import PairOptions, PairsFolder, write_pairs
from napari_hipbmd.synthesis.storage import to_grey


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    out = tmp_path_factory.mktemp("pairs") / "made"
    options = PairOptions(split=(0.5, 0.5, 0.0))
    write_pairs(out, gather([sample_data_dir()]), 6, options)
    return PairsFolder.open(out)


def test_a_pair_is_read_once_and_stays_the_same(pairs, monkeypatch):
    part = StoredPairs(pairs, "train", mixed=True)
    film, sto, mixable = part[0]
    monkeypatch.setattr(PairsFolder, "pair", lambda *_: pytest.fail("read again"))
    again = part[0]
    assert mixable and torch.equal(again[0], film) and torch.equal(again[1], sto)


def test_film_and_sto_are_those_of_the_file(pairs):
    part = StoredPairs(pairs, "train", mixed=True)
    expected = [to_grey(page).clip(0, 1) for page in pairs.pair(int(part.indices[0]))]
    for found, page in zip(part[0], expected, strict=False):
        np.testing.assert_allclose(as_grey(found)[0].numpy(), page, atol=1e-5)


def test_a_folder_that_is_given_twice_is_seen_twice_and_kept_once(pairs):
    learned, _ = mixture([], [pairs, pairs], held_share=0.1, seed=0, mixed=True)
    first, second = learned.datasets
    assert len(learned) == 2 * len(first) and first is second
