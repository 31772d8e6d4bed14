"""A landmark that nobody has seen is put close to where it is, by the others."""

from __future__ import annotations

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.landmarks.likely import LEAST_POINTS, likely_place
from napari_hipbmd.landmarks.shape import bundled_shapes
from napari_hipbmd.study import Study

UNKNOWN = np.full((len(LANDMARK_IDS), 2), np.nan)


@pytest.mark.parametrize("with_spacing", [True, False])
def test_each_landmark_of_digital_hips_is_found_by_the_fifteen_others(
    sample_study: Study, with_spacing: bool
) -> None:
    from napari_hipbmd.dicom import read_film

    for case in sample_study.cases:
        truth = sample_study.truth(case.case_id, with_sto=False)
        spacing = read_film(case.image).spacing_mm
        assert truth is not None and case.side is not None and spacing is not None
        for i, name in enumerate(LANDMARK_IDS):
            others = truth.landmarks_xy.copy()
            others[i] = np.nan
            found = likely_place(
                name, others, case.side, spacing if with_spacing else None
            )
            off = (np.array(found) - truth.landmarks_xy[i]) * spacing[::-1]
            assert np.hypot(*off) < 10, (case.case_id, name)


@pytest.mark.parametrize("side", ["L", "R"])
def test_one_landmark_and_the_spacing_are_enough(side: str) -> None:
    mean, spacing = bundled_shapes().mean, (0.2, 0.4)
    to_px = np.array(spacing[::-1]) * (-1 if side == "R" else 1, 1)
    places = mean / to_px + 500
    one = UNKNOWN.copy()
    one[3] = places[3]
    found = likely_place("T2", one, side, spacing)
    np.testing.assert_allclose(found, places[LANDMARK_IDS.index("T2")], atol=0.1)


def test_too_few_landmarks_on_a_film_without_spacing_tell_nothing() -> None:
    few = UNKNOWN.copy()
    few[: LEAST_POINTS - 1] = bundled_shapes().mean[: LEAST_POINTS - 1]
    assert likely_place("I2", few, "L") is None
    assert likely_place("I2", UNKNOWN, "L", (0.2, 0.2)) is None
