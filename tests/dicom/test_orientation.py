"""A film that lies mirrored, upside down or on its side is looked at upright."""

import json

import numpy as np
import pydicom
import pytest

from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.core.turning import Turn, turn_of
from napari_hipbmd.dicom import open_film, read_film
from napari_hipbmd.study import Study
from napari_hipbmd.study.exchange import ImportPlan, export_labels, import_labels

WAYS = {
    "L\\F": Turn(),
    "R\\F": Turn(mirrored=True),
    "L\\H": Turn(upside_down=True),
    "R\\H": Turn(mirrored=True, upside_down=True),
    "F\\L": Turn(transposed=True),
    "F\\R": Turn(transposed=True, mirrored=True),
    "H\\L": Turn(transposed=True, upside_down=True),
    "H\\R": Turn(transposed=True, mirrored=True, upside_down=True),
}


def lying(source, target, way):
    """The film stored as ``way`` says, showing the same hip."""
    film = pydicom.dcmread(source)
    pixels = film.pixel_array
    turn = WAYS[way]
    pixels = pixels[::-1] if turn.upside_down else pixels
    pixels = pixels[:, ::-1] if turn.mirrored else pixels
    pixels = pixels.T if turn.transposed else pixels
    film.Rows, film.Columns = pixels.shape
    film.PixelData = np.ascontiguousarray(pixels).tobytes()
    film.PatientOrientation = way.split("\\")
    film.save_as(target)
    return target


@pytest.mark.parametrize("way", WAYS)
def test_a_film_is_turned_as_its_orientation_says(way, sample_study, tmp_path):
    source = sample_study.cases[0].image
    upright = read_film(lying(source, tmp_path / "upright.dcm", "L\\F"))
    turned = open_film(lying(source, tmp_path / "film.dcm", way))
    np.testing.assert_array_equal(turned.radiograph.pixels, upright.pixels)
    assert turned.modality.shape == upright.pixels.shape
    codes = [flag.code for flag in turned.radiograph.flags]
    assert ("orientation" in codes) == (way != "L\\F")
    assert turned.radiograph.turned == WAYS[way].code


@pytest.mark.parametrize("way", ["", "A\\F", "L\\R", "X\\F", "L", "L\\F\\L"])
def test_an_odd_orientation_turns_nothing(way, sample_study, tmp_path):
    film = pydicom.dcmread(sample_study.cases[0].image)
    film.PatientOrientation = way.split("\\") if way else ""
    film.save_as(tmp_path / "film.dcm")
    assert not read_film(tmp_path / "film.dcm").turned


def test_places_come_back_from_every_turn():
    xy, shape = np.array([[3.0, 4.0], [0.0, 9.0]]), (10, 20)
    for turn in WAYS.values():
        stored = turn.to_stored(xy, shape)
        np.testing.assert_allclose(turn.to_shown(stored, shape), xy)
        box = HipBox(1, 2, 40, 50)
        assert turn.box_to_shown(turn.box_to_stored(box, shape), shape) == box
        assert Turn.of_code(turn.code) == turn
        pixels = np.zeros(turn.pair(shape))
        x, y = stored[0].round().astype(int)
        pixels[y, x] = 1
        assert turn.shown(pixels)[round(xy[0, 1]), round(xy[0, 0])] == 1
    assert turn_of(["RH", "FL"]) == Turn(mirrored=True)


def test_labels_go_out_as_the_film_is_stored_and_come_in_again(
    labelled_study, sample_study, tmp_path
):
    folder = tmp_path / "turned"
    (folder / "images").mkdir(parents=True)
    table = (labelled_study.folder / "cases.csv").read_text("utf-8").splitlines(True)
    (folder / "cases.csv").write_text("".join(table[:2]), "utf-8")
    case = sample_study.cases[0]
    lying(case.image, folder / "images" / case.image.name, "R\\F")
    study = Study.open(folder)
    from napari_hipbmd.study import FilmFacts, Labels

    labels = labelled_study.labels("anna", case.case_id)
    film = read_film(study.cases[0].image)
    facts = FilmFacts.of(film, case.side)
    shown = Labels(case.case_id, "anna", labels.landmarks, film=facts)
    study.write_labels(shown)
    export_labels(study, "coco", tmp_path / "out")
    content = json.loads((tmp_path / "out" / "anna.json").read_text("utf-8"))
    x = content["annotations"][0]["keypoints"][0]
    assert x == pytest.approx(film.shape[1] - 1 - labels.landmarks["N1"].xy[0])
    import_labels(study, "coco", tmp_path / "out" / "anna.json", ImportPlan("clara"))
    again = study.labels("clara", case.case_id)
    np.testing.assert_allclose(again.xy, labels.xy)
    assert again.film.turned == "M"
