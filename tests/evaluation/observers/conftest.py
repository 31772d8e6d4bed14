"""A study of three digital hips that people label, each with an error of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.study import FilmFacts, Label, Labels, Study

SPACING_MM = (0.5, 0.25)
CASES = ("train-77-00000", "train-77-00001", "train-77-00002")


def labels_at(
    annotator: str, xy: np.ndarray, case_id: str = CASES[0], **facts: object
) -> Labels:
    """Sixteen landmarks somewhere."""
    film = FilmFacts((640, 640), SPACING_MM, "L")
    landmarks = {
        name: Label((float(x), float(y)), who=annotator)
        for name, (x, y) in zip(LANDMARK_IDS, xy, strict=True)
    }
    return Labels(case_id, annotator, landmarks, film=replace(film, **facts))


@pytest.fixture
def study(three_cases: Study) -> Study:
    return three_cases


Labelled = Callable[..., None]


@pytest.fixture
def labelled(study: Study) -> Labelled:
    """Let somebody label films, each landmark off by a vector in pixels."""

    def label(annotator: str, by_xy: object, cases: int = 3, **facts: object) -> None:
        for case in study.cases[:cases]:
            truth = study.truth(case.case_id, with_sto=False)
            assert truth is not None
            xy = truth.landmarks_xy + np.asarray(by_xy, float)
            sided = {"side": case.side, **facts}
            study.write_labels(labels_at(annotator, xy, case.case_id, **sided))

    return label
