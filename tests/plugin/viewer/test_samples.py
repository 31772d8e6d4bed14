"""The sample data opens with what is known about its patients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import Patient
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.dicom import FilmTags, write_film
from napari_hipbmd.plugin.viewer import samples
from napari_hipbmd.study import Case, Study, write_cases


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    cases = []
    for name, film_type in (("a", "2"), ("b", "1")):
        image = tmp_path / "images" / f"{name}.dcm"
        pixels = np.arange(4096, dtype=np.uint16).reshape(64, 64)
        write_film(image, pixels, FilmTags(name, age_years=50))
        patient = Patient("F", 71, 158, 62)
        cases.append(Case(name, image, "L", patient, extra={"film_type": film_type}))
    monkeypatch.setattr(samples, "sample_data_dir", lambda: tmp_path)
    return Study.create(tmp_path, cases)


def test_each_type_has_its_film(study: Study) -> None:
    ((_, one, _),) = samples.type_1()
    ((_, two, _),) = samples.type_2()
    assert (one["name"], two["name"]) == ("b", "a")


def test_the_table_knows_the_patient_better_than_the_film(study: Study) -> None:
    ((_, arguments, _),) = samples.type_1()
    facts = arguments["metadata"]["hipbmd"]
    assert facts["patient"] == Patient("F", 71, 158, 62)
    assert facts["side"] == "L"


def test_the_study_shows_its_first_film_on_top(study: Study) -> None:
    layers = samples.small_study()
    assert [arguments["name"] for _, arguments, _ in layers] == ["b", "a"]
    assert [arguments.get("visible", True) for _, arguments, _ in layers] == [
        False,
        True,
    ]


def test_a_missing_type_is_refused_in_words(study: Study) -> None:
    write_cases(study.folder, [c for c in study.cases if c.case_id == "b"])
    with pytest.raises(Refused, match="no film of type 2"):
        samples.type_2()


def test_the_samples_that_come_along_open() -> None:
    if not Study.is_study(sample_data_dir()):
        pytest.skip("the sample data has not been made yet")
    assert samples.type_1() and samples.type_2()
    assert len(samples.small_study()) >= 3
