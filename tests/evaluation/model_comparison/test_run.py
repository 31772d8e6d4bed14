"""What a user may rely on: two models are told apart by known figures."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from napari_hipbmd.core.anatomy import REGIONS, SITES, mask
from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.core.hip_images import HipImages
from napari_hipbmd.evaluation.model_comparison import (
    compare_on_films,
    comparison_csv,
    notes,
    score,
    text,
)
from napari_hipbmd.evaluation.model_comparison.run import ModelComparison
from napari_hipbmd.evaluation.model_comparison.scores import FilmScore
from napari_hipbmd.evaluation.model_comparison.tables import difference_interval

SQUARES = {
    region: np.array([(x, 10), (x + 20, 10), (x + 20, 40), (x, 40)], float)
    for region, x in zip(REGIONS, (10, 40, 70), strict=True)
}
BMD = {"neck": 0.8, "trochanter": 0.6, "intertrochanter": 1.0}


@pytest.fixture
def exact():
    """Soft tissue of 0.5, and bone of 0.1 in the neck, 0.2 and 0.4."""
    film = np.full((60, 100), 0.5, np.float32)
    for polygon, bone in zip(SQUARES.values(), (0.1, 0.2, 0.4), strict=True):
        film[mask(polygon, film.shape)] += bone
    return HipImages((0, 0), film, np.full_like(film, 0.5))


def scored(images, exact):
    return score(images, exact.sto, SQUARES, BMD, SQUARES)


def test_the_exact_sto_has_no_error(exact):
    with np.errstate(divide="ignore"):
        perfect = scored(exact, exact)
    assert perfect.psnr_db == np.inf and perfect.ssim == pytest.approx(1)
    assert all(abs(value) < 1e-6 for value in perfect.bias_g_cm2.values())


def test_an_sto_that_is_too_bright_takes_that_much_bone_away(exact):
    """0.01 of 0.1 is a tenth of the neck's 0.8 g/cm², and a fortieth of the last."""
    one = scored(replace(exact, sto=exact.sto + np.float32(0.01)), exact)
    assert one.psnr_db == pytest.approx(40, abs=1e-3)
    for region, grey in zip(REGIONS, (0.1, 0.2, 0.4), strict=True):
        assert one.bias_grey[region] == pytest.approx(-0.01, abs=1e-6)
        expected = -0.01 / grey * BMD[region]
        assert one.bias_g_cm2[region] == pytest.approx(expected, rel=1e-3)


def test_a_ghost_of_the_bone_in_the_sto_lowers_ssim_more_than_a_shade(exact):
    shade = replace(exact, sto=exact.sto + np.float32(0.02))
    ghost = replace(exact, sto=exact.sto + 0.1 * (exact.film - exact.sto))
    assert scored(ghost, exact).ssim < scored(shade, exact).ssim


@pytest.fixture(scope="module")
def compared(tiny_study, small_enhancement):
    return compare_on_films(tiny_study, (None, small_enhancement))


@pytest.mark.slow
def test_a_trained_model_wins_over_an_untrained_one(compared):
    figures = np.array([[one.psnr_db for one in both] for both in compared.scores])
    assert len(figures) == 24
    assert figures[:, 0].mean() > figures[:, 1].mean() + 3
    for name in ("PSNR", "SSIM", "bias femoral neck", "gap closed, total hip"):
        assert name in text(compared)


@pytest.mark.slow
def test_the_gap_is_that_of_the_validation(tiny_study, compared, tmp_path):
    from napari_hipbmd.evaluation.gap import gap_closed
    from napari_hipbmd.tasks.validate import validate

    rows = ("raw", "enhanced", "exact")
    found = validate(tiny_study, tmp_path, rows=rows, samples=50)
    for site in SITES:
        expected = gap_closed(found.results, site)
        assert compared.gap_closed[0][site] == pytest.approx(expected, nan_ok=True)
    told = json.loads(found.to_json())
    for site, (low, high) in told["gap_closed_interval"].items():
        assert low is None or low < told["gap_closed"][site] < high
    assert "(95 % intervals by patient)" in found.text()


@pytest.mark.slow
def test_the_csv_has_a_line_a_film_and_model_and_the_means(compared):
    lines = list(csv.DictReader(io.StringIO(comparison_csv(compared))))
    assert len(lines) == 2 * 24 + 2
    for name in compared.names:
        mine = [line for line in lines if line["model"] == name]
        ssim = [float(line["ssim"]) for line in mine[:-1]]
        assert mine[-1]["case_id"] == "mean"
        assert float(mine[-1]["ssim"]) == pytest.approx(np.mean(ssim), rel=1e-4)


def test_a_model_beside_itself_differs_in_nothing(sample_study):
    same = compare_on_films(sample_study.folder, (None, None))
    assert len(set(same.names)) == 2
    for first, second in same.scores:
        assert first.psnr_db == second.psnr_db
        assert first.bias_g_cm2 == second.bias_g_cm2
    assert "at least 20 cases" in same.no_gap and "No gap is told" in text(same)


def test_films_without_a_truth_are_named_or_refused(sample_study, tmp_path):
    import shutil

    folder = tmp_path / "study"
    shutil.copytree(sample_study.folder, folder)
    lost = sample_study.cases[0].case_id
    (folder / "truth" / f"{lost}.json").unlink()
    found = compare_on_films(folder, (None, None))
    assert found.left_out == {lost: "its exact STO is not known"}
    shutil.rmtree(folder / "truth")
    with pytest.raises(Refused, match="no film of study has one"):
        compare_on_films(folder, (None, None))


def test_pairs_are_compared_by_their_test_part(hipbmd, sample_study, tmp_path):
    """Nobody knows their bone: no bias, no gap."""
    made = hipbmd(
        "pairs", sample_study.folder, "--n", 12, "--out", tmp_path / "pairs",
        "--split", 0.5, 0, 0.5,
    )  # fmt: skip
    assert made.status == 0
    found = compare_on_films(tmp_path / "pairs", (None, None))
    assert found.case_ids and all(name.startswith("pair ") for name in found.case_ids)
    assert len(found.case_ids) < 12
    for first, second in found.scores:
        assert first.psnr_db == second.psnr_db > 10
    assert "Pairs have no DXA readings" in text(found)
    assert text(found).count("–") >= 3 * 7


def test_it_stops_when_asked(sample_study):
    with pytest.raises(Cancelled):
        compare_on_films(sample_study.folder, (None, None), cancelled=lambda: True)


def test_the_command_prints_the_table_and_writes_the_csv(
    hipbmd, sample_study, small_enhancement, tmp_path
):
    ran = hipbmd(
        "compare-enhancement", sample_study.folder,
        "--models", "bundled", small_enhancement, "--csv", tmp_path / "both.csv",
    )  # fmt: skip
    assert ran.status == 0
    assert "6 films" in ran.out and "small: enhancement (small)" in ran.out
    assert "case_id,model,psnr_db" in (tmp_path / "both.csv").read_text()


def by_psnr(gains, patients):
    """A comparison of films that differ in their PSNR alone."""
    one = FilmScore(30.0, 0.9, {}, {}, np.zeros(9))
    pairs = tuple((one, replace(one, psnr_db=30.0 + gain)) for gain in gains)
    names = tuple(f"hip-{i}" for i in range(len(gains)))
    return ModelComparison(("A", "B"), names, pairs, ({}, {}), patients=patients)


def test_what_one_model_gains_has_an_interval_by_patient():
    gains = np.random.default_rng(0).normal(0.3, 0.5, 200).repeat(2)
    alone = difference_interval(
        by_psnr(gains[::2], tuple(map(str, range(200)))), "psnr_db"
    )
    textbook = stats.t.interval(0.95, 199, gains.mean(), stats.sem(gains[::2]))
    assert alone == pytest.approx(textbook, abs=0.01)
    twice = tuple(str(i // 2) for i in range(400))
    assert difference_interval(by_psnr(gains, twice), "psnr_db") == pytest.approx(alone)
    (note,) = notes(by_psnr(gains, twice))
    assert note.startswith("95 % intervals of B − A by patient: PSNR, dB +0.")


def test_pairs_and_few_patients_have_no_interval():
    assert not notes(by_psnr(np.ones(50), ()))
    assert not notes(by_psnr(np.ones(9), tuple("abcdefghi")))
