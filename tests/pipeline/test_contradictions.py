"""A table that tells of another patient than the film is told."""

from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.core.radiograph import Flag, Patient, Radiograph
from napari_hipbmd.dicom import read_film
from napari_hipbmd.pipeline.contradictions import differences, of_merged
from napari_hipbmd.pipeline.models import load_models
from napari_hipbmd.pipeline.steps import prepare

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


GUESSED = Flag("child", "No age is given, and the patient is 110 cm tall: …")


@pytest.mark.parametrize(
    ("film", "flags", "told", "said"),
    [
        (Patient(), (), Patient(age_years=10), ["The patient is 10 years old"]),
        (Patient(age_years=60), (), Patient(age_years=10), ["10 years old"]),
        (Patient(), (), Patient(height_cm=110), ["110 cm tall"]),
        (Patient(height_cm=110), (GUESSED,), Patient(), ["110 cm tall"]),
        (Patient(), (GUESSED,), Patient(age_years=10), ["10 years old"]),
        (Patient(height_cm=110), (GUESSED,), Patient(age_years=50), []),
        (Patient(), (), Patient(age_years=18), []),
        (
            Patient(age_years=10),
            (GUESSED,),
            Patient(age_years=50),
            ["film says that the patient is 10 years old, and 50 was told"],
        ),
        (Patient(age_years=10), (GUESSED,), Patient(age_years=9), ["9 years old"]),
        (Patient(), (Flag("age", "…"),), Patient(age_years=50), []),
    ],
)
def test_a_child_by_the_table_or_the_film_is_flagged_once(film, flags, told, said):
    found = of_merged(flags, film, told.or_else(film))
    assert [flag.code for flag in found] == ["child"] * len(said)
    assert all(words in flag.text for words, flag in zip(said, found, strict=True))


def test_an_age_that_was_typed_flags_a_child(sample_study):
    film = read_film(sample_study.cases[0].image)
    film = replace(film, patient=Patient())
    hip = prepare(film, load_models(), patient=Patient(age_years=10))
    assert [flag.code for flag in hip.film_flags].count("child") == 1
