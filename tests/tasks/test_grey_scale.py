"""``hipbmd train grey-scale``: what it learns from, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.pipeline.models import load_models, models_sha256
from napari_hipbmd.runs.collecting import collect
from napari_hipbmd.tasks.grey_scale import fit_grey_scale

from ..made_up_study import MadeUpStudy


def test_films_without_truth_cannot_teach_the_gain(
    labelled_study, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="no truth"):
        fit_grey_scale(labelled_study, tmp_path)


def test_too_few_films_with_a_shaft_are_refused_after_all_are_measured(
    made_up: MadeUpStudy, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="a calibration needs 60"):
        fit_grey_scale(made_up.study, tmp_path, prepare=made_up.prepare)
    assert len(made_up.measured) == 40
    found = collect(made_up.study, tmp_path / "features.csv", made_up.prepare)
    known = [one for one in found if one.gains]
    assert len(known) == 39, "hip-03 is a spine"
    assert all("exact_gain" in one.gains and "film" in one.signs for one in known)


def test_two_fits_of_rulers_into_one_folder_do_not_mix(
    made_up: MadeUpStudy, tmp_path: Path
) -> None:
    def second(*_: object) -> None:
        fit_grey_scale(made_up.study, tmp_path, prepare=made_up.prepare)

    with pytest.raises(Refused, match="Another run writes its results into"):
        fit_grey_scale(made_up.study, tmp_path, prepare=made_up.prepare, report=second)


def test_a_folder_of_models_with_its_own_rulers_uses_them_and_says_so(
    tmp_path: Path,
) -> None:
    bundled = load_models().grey_scale
    assert bundled is not None
    own = replace(bundled, usual=bundled.usual + 0.5)
    (tmp_path / "grey_scale.json").write_text(own.to_json(), "utf-8")
    models = load_models(tmp_path)
    assert models.grey_scale is not None
    assert models.grey_scale.usual == own.usual
    assert models.bmd.name == load_models().bmd.name
    assert models_sha256(tmp_path) != models_sha256()
