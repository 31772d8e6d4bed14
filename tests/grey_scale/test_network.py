"""The network of gain and mineral: what it sees, learns, and says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.hip_images import HipImages
from napari_hipbmd.core.radiograph import Patient
from napari_hipbmd.grey_scale import network_training
from napari_hipbmd.grey_scale.network import OUTPUTS, GainNetwork, GainReader
from napari_hipbmd.grey_scale.network_training import (
    GainFilms,
    learn_gain,
    random_display,
)
from napari_hipbmd.grey_scale.picture import (
    FACTS,
    MAP_COLUMNS,
    MAP_ROWS,
    gain_facts,
    gain_picture,
    mineral_map,
)
from napari_hipbmd.learning.training import Fit


def images(shape: tuple[int, int] = (300, 260), seed: int = 0) -> HipImages:
    """A film of waves and grain, on smooth soft tissue."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(shape)
    sto = (0.3 + 0.2 * np.sin(rows / 90) * np.cos(columns / 70)).astype(np.float32)
    bone = 0.2 * np.exp(-(((columns - 100) / 30) ** 2) - ((rows - 160) / 60) ** 2)
    film = sto + bone + rng.normal(0, 0.01, shape)
    return HipImages((0, 0), film.astype(np.float32), sto)


XY = np.random.default_rng(1).uniform([80, 120], [140, 200], (16, 2))


def test_the_picture_is_in_millimetres_whatever_the_pixels() -> None:
    fine = images()
    coarse = HipImages((0, 0), fine.film[::2, ::2], fine.sto[::2, ::2])
    one = gain_picture(fine, XY, (0.5, 0.5), mirrored=False)
    other = gain_picture(coarse, XY / 2, (1.0, 1.0), mirrored=False)
    assert one.shape == (4, 160, 128) and one.dtype == np.float16
    seen = (one[3] > 0) & (other[3] > 0)
    off = np.abs(one[:2].astype(float) - other[:2].astype(float))[:, seen]
    assert np.median(off) < 0.012


def test_a_right_hip_looks_like_a_left_one() -> None:
    left = images()
    right = HipImages((0, 0), left.film[:, ::-1].copy(), left.sto[:, ::-1].copy())
    turned = XY * [-1, 1] + [left.film.shape[1] - 1, 0]
    one = gain_picture(left, XY, (0.5, 0.5), mirrored=False).astype(float)
    other = gain_picture(right, turned, (0.5, 0.5), mirrored=True).astype(float)
    assert np.abs(one - other)[[0, 1, 3]].max() < 5e-3


def test_where_a_cut_out_lies_does_not_matter() -> None:
    whole = images()
    part = HipImages((20, 10), whole.film[20:, 10:], whole.sto[20:, 10:])
    one = gain_picture(whole, XY, (0.5, 0.5), mirrored=False).astype(float)
    other = gain_picture(part, XY, (0.5, 0.5), mirrored=False).astype(float)
    inside = other[3] > 0
    assert 0.1 < inside.mean() < 1
    assert np.median(np.abs(one - other)[:2, inside]) < 1e-3


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_map_of_mineral_lies_where_the_picture_was_taken(mirrored: bool) -> None:
    film = images()
    picture = gain_picture(film, XY, (0.5, 0.4), mirrored)
    drawn = np.zeros((MAP_ROWS, MAP_COLUMNS), np.float32)
    grid = mineral_map(picture, drawn, XY, (0.5, 0.4), mirrored)
    seen = grid.sampled(film.bone)
    there = picture[3, ::2, ::2] > 0
    there &= picture[3, 1::2, 1::2] > 0
    assert 0.2 < there.mean() < 0.9
    assert np.corrcoef(seen[there], grid.bone[there])[0, 1] > 0.99


def test_what_is_not_known_of_a_patient_is_left_to_the_network() -> None:
    told = gain_facts(Patient("F", 70.0, None, None), None, (0.25, 0.25))
    assert dict(zip(FACTS, np.isnan(told), strict=True)) == {
        "sex": False, "age": False, "height": True, "weight": True, "kvp": True,
        "pixel": False,
    }  # fmt: skip
    network = GainNetwork().eval()
    picture = torch.zeros(1, 4, 160, 128)
    answer, unsure, mineral = network(picture, torch.from_numpy(told)[None])
    assert answer.shape == unsure.shape == (1, len(OUTPUTS))
    assert mineral.shape == (1, MAP_ROWS, MAP_COLUMNS) and (mineral >= 0).all()
    assert torch.isfinite(answer).all() and torch.isfinite(unsure).all()


def test_a_film_with_more_contrast_has_as_much_more_gain() -> None:
    torch.manual_seed(0)
    picture = torch.rand(6, 4, 160, 128)
    gains = torch.zeros(6, len(OUTPUTS))
    shown, after = random_display(picture, gains)
    before = picture[:, 0] - picture[:, 1]
    ratio = (shown[:, 0] - shown[:, 1]).flatten(1).std(1) / before.flatten(1).std(1)
    torch.testing.assert_close(ratio.log(), after[:, 0], rtol=1e-3, atol=1e-4)


def films(count: int) -> GainFilms:
    """Films, half as large, whose bone is as bright as their gain and aBMD say."""
    rng = np.random.default_rng(2)
    log = rng.normal(-1.6, 0.5, count).astype(np.float32)
    bmd = 0.9 * np.exp(0.5 * (log + 1.6))
    pictures = np.zeros((count, 4, 80, 64), np.float16)
    pictures[:, :2] = 0.4
    pictures[:, 0, 30:50, 20:40] += np.exp(log)[:, None, None].astype(np.float16)
    pictures[:, 3] = 1
    facts = np.full((count, len(FACTS)), np.nan, np.float32)
    facts[:, -1] = rng.normal(-1.3, 0.2, count)
    minerals = np.zeros((count, 40, 32), np.float16)
    minerals[:, 15:25, 10:20] = bmd[:, None, None]
    minerals[: count // 4] = np.nan  # of these the sites alone are known
    shares = np.zeros((count, 3, 40, 32), np.float16)
    for region in range(3):
        shares[:, region, 15:25, 10 + 3 * region : 13 + 3 * region] = 1
    return GainFilms(
        pictures,
        facts,
        np.repeat(log[:, None], len(OUTPUTS), 1),
        minerals,
        shares,
        np.repeat(bmd[:, None], 4, 1),
        np.full((count, 4), 5.0, np.float32),
        tuple(f"p{i}" for i in range(count)),
    )


def test_it_learns_to_read_the_gain_and_comes_back_from_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # displays as different as those of real rooms need more films than a test has
    for name in ("BENT_SHARE", "CONTRAST", "BRIGHTNESS", "GRAIN"):
        monkeypatch.setattr(network_training, name, 0.0)
    known = films(128)
    learn_gain(known, Fit(tmp_path, 24, 4, 0, "cpu"))
    reader = GainReader.load(tmp_path)
    said = [
        reader.read(picture, facts)
        for picture, facts in zip(known.pictures, known.facts, strict=True)
    ]
    gains = np.array([one.log_gain for one in said])
    off = gains - known.log_gains[:, -1]
    usual = np.std(known.log_gains[:, -1])
    assert np.corrcoef(gains, known.log_gains[:, -1])[0, 1] > 0.8
    assert np.median(np.abs(off)) < 0.6 * usual
    assert all(one.error > 0 for one in said)
    means = np.array([one.mineral_g_cm2[15:25, 10:19].mean() for one in said])
    bmd = known.bmd_g_cm2[:, 0]
    assert np.corrcoef(means, bmd)[0, 1] > 0.9
    assert abs(means.mean() - bmd.mean()) < 0.1
    assert np.mean([one.mineral_g_cm2[:10].mean() for one in said]) < means.mean() / 3
    assert reader.card["films"]["train"] + reader.card["films"]["validation"] == 128


def test_too_few_patients_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="60 patients"):
        learn_gain(films(20), Fit(tmp_path, 1, 16, 0, "cpu"))
