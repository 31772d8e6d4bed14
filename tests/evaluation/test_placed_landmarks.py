"""Fits and validations on landmarks that a person placed, and on the raw film."""

import json

import numpy as np
import pytest

from napari_hipbmd.bmd import BmdModel, feature_vector, region_features
from napari_hipbmd.core.anatomy import LANDMARK_IDS, polygons
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.runs.collecting import collect
from napari_hipbmd.study import Label, Labels
from napari_hipbmd.study.labelling.labels import write_labels
from napari_hipbmd.tasks.fit import fit_regression
from napari_hipbmd.tasks.fit_plan import FitPlan
from napari_hipbmd.tasks.validate import validate

from ..made_up_study import MARKS_XY, MadeUpStudy

ANNA = MARKS_XY + (1.5, -1.0)


@pytest.fixture
def made_up(tmp_path):
    """Hardly more films than a regression needs."""
    return MadeUpStudy(tmp_path / "study", 24)


def place(made_up, left_alone=()):
    """Anna's landmarks on every film but some."""
    for case in made_up.study.cases:
        if case.case_id not in left_alone:
            marks = dict(zip(LANDMARK_IDS, map(Label, map(tuple, ANNA)), strict=True))
            write_labels(made_up.study.folder, Labels(case.case_id, "anna", marks))


def test_a_fit_on_annas_landmarks_is_made_of_her_regions(made_up, tmp_path):
    place(made_up)
    plan = FitPlan(targets=("neck",), landmarks="anna", folds=4)
    fitted = fit_regression(made_up.study, tmp_path, plan, prepare=made_up.prepare)
    assert "landmarks by anna" in fitted.model.calibrated_on
    assert fitted.model.provenance["landmarks"] == "anna"
    again = collect(
        made_up.study, tmp_path / "other.csv", made_up.prepare, landmarks="anna"
    )
    film, _ = made_up.films["hip-05"]
    [one] = [found for found in again if found.case_id == "hip-05"]
    np.testing.assert_allclose(one.landmarks_xy, ANNA)
    np.testing.assert_allclose(
        one.features["raw"], feature_vector(region_features(film, polygons(ANNA)))
    )


def test_a_validation_on_annas_landmarks_names_the_films_that_she_left(
    made_up, tmp_path
):
    place(made_up, left_alone=("hip-07",))
    found = validate(
        made_up.study, tmp_path, 4, preset="paper", landmarks="anna",
        rows=("raw", "enhanced"), samples=50, prepare=made_up.prepare,
    )  # fmt: skip
    assert "landmarks placed by anna" in found.text()
    assert found.left_out["hip-07"] == "anna has not placed all sixteen landmarks"
    assert not (tmp_path / "landmarks.png").exists()  # nothing was predicted
    content = json.loads((tmp_path / "validation.json").read_text("utf-8"))
    assert content["landmarks_used"] == "anna"


def test_an_annotator_who_placed_too_few_is_told_with_a_case(made_up, tmp_path):
    place(made_up, {case.case_id for case in made_up.study.cases[:-1]})
    plan = FitPlan(targets=("neck",), landmarks="anna", folds=4)
    with pytest.raises(Refused, match="case hip-00: anna has not placed"):
        fit_regression(made_up.study, tmp_path, plan, prepare=made_up.prepare)


def test_a_fit_on_the_raw_film_remembers_it(made_up, tmp_path):
    plan = FitPlan(targets=("neck",), image="raw", folds=4)
    fitted = fit_regression(made_up.study, tmp_path, plan, prepare=made_up.prepare)
    again = BmdModel.from_json((tmp_path / "bmd.json").read_text("utf-8"))
    assert again.image == fitted.model.image == "raw"
    assert "raw film" in again.calibrated_on
