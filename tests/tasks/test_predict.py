"""Films are predicted ahead of the annotator, once."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import distances_mm
from napari_hipbmd.core.errors import Cancelled
from napari_hipbmd.study import Queue, Study
from napari_hipbmd.tasks.predict import prelabel_study


@pytest.fixture
def study(tmp_path: Path, sample_study: Study) -> Study:
    shutil.copy(sample_study.folder / "cases.csv", tmp_path)
    (tmp_path / "images").mkdir()
    for case in sample_study.cases[:2]:
        shutil.copy(case.image, tmp_path / "images")
    return Study.open(tmp_path)


def test_a_study_is_predicted_near_the_truth_and_only_once(
    study: Study, sample_study: Study
) -> None:
    seen: list[tuple[int, int]] = []
    cases = study.cases[:3]
    refused = prelabel_study(study, cases, progress=lambda *p: seen.append(p))
    assert list(refused) == [cases[2].case_id]  # its film is not there
    assert seen[-1] == (3, 3)
    for case in cases[:2]:
        found = study.predictions(case.case_id)
        truth = sample_study.truth(case.case_id, with_sto=False)
        assert found is not None and truth is not None and found.film.box is not None
        assert found.film.side == case.side and found.film.spacing_mm is not None
        mm = distances_mm(found.xy, truth.landmarks_xy, found.film.spacing_mm)
        assert np.median(mm) < 5
    assert Queue(study, "anna").counts()["predicted"] == 2
    for case in cases[:2]:
        case.image.unlink()
    assert list(prelabel_study(study, cases)) == [cases[2].case_id]


def test_predicting_can_be_stopped(study: Study) -> None:
    with pytest.raises(Cancelled):
        prelabel_study(study, cancelled=lambda: True)
    assert not (study.folder / "predictions").exists()
