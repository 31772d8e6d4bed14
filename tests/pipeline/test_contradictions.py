"""A table that tells of another patient than the film is told."""

import numpy as np
import pytest

from napari_hipbmd.core.radiograph import Patient, Radiograph
from napari_hipbmd.pipeline.contradictions import differences

FILM = Radiograph(
    np.zeros((64, 64), np.float32), side="R", patient=Patient("F", 59, 155.1, 59.8)
)


def test_everything_that_differs_is_named_with_both_values():
    (flag,) = differences(FILM, Patient("M", 25, 190, 95), "L")
    assert flag.code == "table-differs"
    for words in ("side L against R", "sex M against F", "25 against 59", "190", "95"):
        assert words in flag.text


@pytest.mark.parametrize(
    ("patient", "side"),
    [(None, None), (Patient(), "R"), (Patient("F", 60, 156, 62), "R")],
)
def test_what_agrees_is_no_doubt(patient, side):
    assert differences(FILM, patient, side) == ()
