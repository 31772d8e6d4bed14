"""What a user may rely on: ``hipbmd enhance`` leaves every intermediate behind."""

import json

import numpy as np
import pytest
import tifffile

from napari_hipbmd.core.locks import kept_alone
from napari_hipbmd.dicom import read_film
from napari_hipbmd.pipeline.models import enhancement_card
from napari_hipbmd.runs.enhancing import LOCK


@pytest.fixture
def case(sample_study):
    return sample_study.cases[0]


def test_a_film_gives_sto_bone_error_latent_and_stages(
    hipbmd, sample_study, case, tmp_path
):
    ran = hipbmd(
        "enhance", case.image, "--out", tmp_path / "out", "--latent", "--stages"
    )
    assert ran.status == 0 and "1 of 1 enhanced" in ran.out
    [folder] = (tmp_path / "out").glob("*/")
    card = json.loads((folder / "film.json").read_text("utf-8"))
    tiffs = [name for name in card["files"] if name.endswith(".tif")]
    pages = {name: tifffile.imread(folder / name) for name in tiffs}
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*card["files"], "film.json"]
    )
    grey = read_film(case.image).grey()
    np.testing.assert_array_equal(pages["bone.tif"], grey - pages["sto.tif"])
    exact = sample_study.truth(case.case_id).sto
    np.testing.assert_allclose(pages["error.tif"], np.abs(pages["sto.tif"] - exact))
    shape = enhancement_card(None)["shape"]
    *channels, last = shape["channels"]
    for number, count in enumerate(channels, 1):
        assert pages[f"stage_{number}.tif"].shape[0] == count
    cells = shape["grid_px"] >> len(shape["channels"])
    assert pages["latent.tif"].shape == (last, cells, cells)
    assert (card["side"], card["case_id"]) == (case.side, case.case_id)


def test_without_being_asked_it_writes_no_stacks_and_no_error_without_truth(
    hipbmd, case, tmp_path
):
    film = tmp_path / "alone.dcm"
    film.write_bytes(case.image.read_bytes())
    hipbmd("enhance", film, "--out", tmp_path / "out")
    [folder] = (tmp_path / "out").glob("*/")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["bone.tif", "film.json", "sto.tif"]


def test_a_second_run_into_the_same_folder_is_refused(hipbmd, case, tmp_path):
    with kept_alone(tmp_path / "out" / LOCK):
        ran = hipbmd("enhance", case.image, "--out", tmp_path / "out")
    assert ran.status == 2 and "Another run writes its results into out" in ran.err
    assert not list((tmp_path / "out").glob("*/"))


def test_one_bad_film_never_stops_the_others(hipbmd, case, tmp_path):
    films = tmp_path / "films"
    films.mkdir()
    (films / "good.dcm").write_bytes(case.image.read_bytes())
    (films / "bad.dcm").write_bytes(case.image.read_bytes()[:900])
    ran = hipbmd("enhance", films, "--out", tmp_path / "out")
    assert ran.status == 3
    assert "bad.dcm: " in ran.err and "1 of 2 enhanced" in ran.out
    assert len(list((tmp_path / "out").glob("*/"))) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "is no folder"),
        ({}, "has no enhancement model"),
        ({"enhancement.json": "{"}, "is damaged"),
    ],
)
def test_a_wrong_model_is_told_and_nothing_is_written(
    hipbmd, case, tmp_path, content, sentence
):
    models = tmp_path / "models"
    if content is None:
        models.write_text("a file")
    else:
        models.mkdir()
        for name, text in content.items():
            (models / name).write_text(text)
    out = tmp_path / "out"
    ran = hipbmd("enhance", case.image, "--out", out, "--models", models)
    assert ran.status == 2 and sentence in ran.err
    assert not out.exists()
