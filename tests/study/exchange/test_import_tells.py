"""An import tells at once what looks wrong, and reads tables as spreadsheets write."""

import json

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.dicom import read_film
from napari_hipbmd.study import Study
from napari_hipbmd.study.boxes import place_boxes
from napari_hipbmd.study.boxes_file import PlacedBox
from napari_hipbmd.study.exchange import ImportPlan, export_labels, import_labels


def truth_of(sample_study, case_id):
    return sample_study.truth(case_id, with_sto=False).landmarks_xy


def rows(case_id, xy, decimal="."):
    head = "Case_ID; Landmark; X; Y"
    lines = [
        f"{case_id};{name};{x:.3f};{y:.3f}".replace(".", decimal)
        for name, (x, y) in zip(LANDMARK_IDS, xy, strict=True)
    ]
    return "\r\n".join([head, *lines, ";;;", ""])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_with_a_spreadsheets_habits_is_read(
    labelled_study, sample_study, tmp_path, encoding
):
    case_id = labelled_study.cases[0].case_id
    xy = truth_of(sample_study, case_id)
    (tmp_path / "carl.csv").write_bytes(rows(case_id, xy, ",").encode(encoding))
    done = import_labels(
        labelled_study, "csv", tmp_path / "carl.csv", ImportPlan("carl")
    )
    assert done.landmarks == 16 and done.states == {"placed": 16}
    assert done.doubts == ()


def test_a_hip_of_half_the_size_is_told_at_import(
    labelled_study, sample_study, tmp_path
):
    case_id = labelled_study.cases[0].case_id
    xy = truth_of(sample_study, case_id) / 2
    (tmp_path / "carl.csv").write_text(rows(case_id, xy), "utf-8")
    done = import_labels(
        labelled_study, "csv", tmp_path / "carl.csv", ImportPlan("carl")
    )
    assert any("implausibly small" in doubt for doubt in done.doubts)
    again = import_labels(
        labelled_study, "csv", tmp_path / "carl.csv", ImportPlan("carl")
    )
    assert again.cases == () and again.doubts == done.doubts


def carls(study, tmp_path, case_id, xy):
    (tmp_path / "carl.csv").write_text(rows(case_id, xy), "utf-8")
    return import_labels(study, "csv", tmp_path / "carl.csv", ImportPlan("carl"))


@pytest.mark.parametrize(
    ("turn", "way"),
    [
        (lambda x, y, top: (y, x), "aside"),
        (lambda x, y, top: (x, top - y), "up"),
        (lambda x, y, top: (top - x, top - y), "up"),
    ],
)
def test_swapped_axes_and_another_corner_are_not_called_the_other_hip(
    labelled_study, sample_study, tmp_path, turn, way
):
    case = labelled_study.cases[0]
    xy = truth_of(sample_study, case.case_id)
    top = read_film(case.image).shape[0] - 1
    turned = [turn(x, y, top) for x, y in xy]
    done = carls(labelled_study, tmp_path, case.case_id, turned)
    (doubt,) = done.doubts
    assert f"points {way}, not down: x and y may be swapped" in doubt


def test_shares_of_the_films_size_are_not_taken_for_pixels(
    labelled_study, sample_study, tmp_path
):
    case_id = labelled_study.cases[0].case_id
    xy = truth_of(sample_study, case_id) / 900
    with pytest.raises(Refused, match="between 0 and 1: they are shares"):
        carls(labelled_study, tmp_path, case_id, xy)
    assert labelled_study.labels("carl", case_id) is None


def test_points_that_all_come_as_occluded_are_told(
    labelled_study, sample_study, tmp_path
):
    case = labelled_study.cases[0]
    xy = truth_of(sample_study, case.case_id)
    rows_, columns = read_film(case.image).shape
    keypoints = [float(v) for x, y in xy for v in (x, y, 1)]
    file = {
        "images": [
            {"id": 1, "file_name": case.image.name, "height": rows_, "width": columns}
        ],
        "categories": [{"id": 1, "name": "hip", "keypoints": list(LANDMARK_IDS)}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "keypoints": keypoints}
        ],
    }
    (tmp_path / "theirs.json").write_text(json.dumps(file), "utf-8")
    done = import_labels(
        labelled_study, "coco", tmp_path / "theirs.json", ImportPlan("carl")
    )
    assert done.states == {"occluded": 16}
    assert any("came as occluded" in doubt for doubt in done.doubts)


def test_a_name_that_is_one_cases_id_and_anothers_film_is_refused(
    sample_study, tmp_path
):
    folder = tmp_path / "crossed"
    (folder / "images").mkdir(parents=True)
    for name, case in zip("12", sample_study.cases, strict=False):
        (folder / f"images/{name}.dcm").symlink_to(case.image)
    text = "case_id,image\n1,images/2.dcm\n2,images/1.dcm\n"
    (folder / "cases.csv").write_text(text, "utf-8")
    study = Study.open(folder)
    xy = truth_of(sample_study, sample_study.cases[0].case_id)
    (tmp_path / "carl.csv").write_text(rows("1", xy), "utf-8")
    with pytest.raises(Refused, match="of the case '1' and of the film of '2'"):
        import_labels(study, "csv", tmp_path / "carl.csv", ImportPlan("carl"))
    (tmp_path / "carl.csv").write_text(rows("images/1.dcm", xy), "utf-8")
    done = import_labels(study, "csv", tmp_path / "carl.csv", ImportPlan("carl"))
    assert done.cases == ("2",)


def test_pixels_of_a_crop_are_told_where_the_film_has_a_hip_box(
    labelled_study, sample_study, tmp_path
):
    case = labelled_study.cases[0]
    xy = truth_of(sample_study, case.case_id)
    corner = xy.min(axis=0) - 10
    side = float(np.ptp(xy, axis=0).max()) + 20
    box = HipBox(*corner, *(corner + side))
    placed = {case.side: PlacedBox(box, "anna", "2026-01-01T00:00:00")}
    film = case.image.relative_to(labelled_study.folder).as_posix()
    place_boxes(labelled_study.folder, {film: placed})
    study = Study.open(labelled_study.folder)
    (tmp_path / "carl.csv").write_text(rows(case.case_id, xy - corner), "utf-8")
    done = import_labels(study, "csv", tmp_path / "carl.csv", ImportPlan("carl"))
    assert any("may be pixels of a crop" in doubt for doubt in done.doubts)
    (tmp_path / "dora.csv").write_text(rows(case.case_id, xy), "utf-8")
    done = import_labels(study, "csv", tmp_path / "dora.csv", ImportPlan("dora"))
    assert not any("hip box" in doubt for doubt in done.doubts)


def two_scorers(case_id, one, other):
    """A table of DeepLabCut in which two people have labelled the same frame."""
    return (
        f"scorer,,,{one},{one},{other},{other}\nbodyparts,,,N1,N1,N2,N2\n"
        f"coords,,,x,y,x,y\nlabeled-data,hips,{case_id}.png,100,110,120,130\n"
    )


def test_two_scorers_of_one_table_are_not_mixed(labelled_study, tmp_path):
    case_id = labelled_study.cases[0].case_id
    table = tmp_path / "CollectedData_carl.csv"
    table.write_text(two_scorers(case_id, "carl", "dora"))
    with pytest.raises(Refused, match=r"several scorers \(carl, dora\): leave the"):
        import_labels(labelled_study, "deeplabcut", table, ImportPlan("emil"))
    done = import_labels(labelled_study, "deeplabcut", table, ImportPlan("dora"))
    assert set(labelled_study.labels("dora", case_id).landmarks) == {"N2"}
    assert "Of the scorers carl, dora, those of dora were taken." in done.told


def coco_of(sample_study, case_ids):
    places = {c: truth_of(sample_study, c) for c in case_ids}
    return {
        "images": [
            {"id": i, "file_name": f"{c}.png", "width": 900, "height": 900}
            for i, c in enumerate(case_ids)
        ],
        "annotations": [
            {
                "id": i,
                "image_id": i,
                "category_id": 1,
                "keypoints": np.c_[xy, np.full(16, 2)].ravel().tolist(),
            }
            for i, xy in enumerate(places.values())
        ],
        "categories": [{"id": 1, "name": "hip", "keypoints": list(LANDMARK_IDS)}],
    }


def coco_comes_in(study, content, path):
    path.write_text(json.dumps(content), "utf-8")
    return import_labels(study, "coco", path, ImportPlan("carl"))


@pytest.fixture
def two_films(labelled_study, sample_study):
    return coco_of(sample_study, [case.case_id for case in labelled_study.cases[:2]])


@pytest.mark.parametrize("what", ["images", "categories"])
def test_two_things_of_one_id_in_a_coco_file_are_not_mixed(
    labelled_study, two_films, tmp_path, what
):
    first = two_films[what][0]
    two_films[what].append(first | {"file_name": "other.png", "name": "other"})
    with pytest.raises(Refused, match=f"two of its {what} have the id"):
        coco_comes_in(labelled_study, two_films, tmp_path / "a.json")


def test_two_hips_on_one_picture_are_told_with_what_to_do(
    labelled_study, two_films, tmp_path
):
    two_films["annotations"][1]["image_id"] = 0
    with pytest.raises(Refused, match="two sets of keypoints; give each hip an image"):
        coco_comes_in(labelled_study, two_films, tmp_path / "a.json")


def test_keypoints_that_have_a_place_and_are_called_not_labelled_are_told(
    labelled_study, two_films, tmp_path
):
    two_films["annotations"][0]["keypoints"][2:24:3] = [0] * 8
    done = coco_comes_in(labelled_study, two_films, tmp_path / "a.json")
    assert done.landmarks == 24
    (told,) = done.told
    assert "8 keypoints with a position have the visibility 0" in told


def test_a_hip_that_has_a_box_alone_is_told_with_its_image(
    labelled_study, two_films, tmp_path
):
    del two_films["annotations"][1]["keypoints"]
    done = coco_comes_in(labelled_study, two_films, tmp_path / "a.json")
    (told,) = done.told
    name = two_films["images"][1]["file_name"]
    assert done.landmarks == 16 and told.startswith(f"{name}: a hip without keypoints")


def deeplabcut_row(sample_study, case_id, sep=",", decimal="."):
    heads = {
        "scorer": ["anna"] * 32,
        "bodyparts": [name for name in LANDMARK_IDS for _ in "xy"],
        "coords": ["x", "y"] * 16,
    }
    lines = [sep.join([word, *cells]) for word, cells in heads.items()]
    places = truth_of(sample_study, case_id).ravel()
    texts = [f"{v:.2f}".replace(".", decimal) for v in places]
    return "\n".join([*lines, sep.join([f"{case_id}.png", *texts])])


def frames_come_in(study, text, tmp_path):
    path = tmp_path / "CollectedData_anna.csv"
    path.write_text(text, "utf-8")
    return import_labels(study, "deeplabcut", path, ImportPlan("carl"))


def test_deeplabcuts_table_is_read_as_a_german_spreadsheet_saves_it(
    labelled_study, sample_study, tmp_path
):
    case_id = labelled_study.cases[0].case_id
    text = deeplabcut_row(sample_study, case_id, ";", ",")
    done = frames_come_in(labelled_study, text, tmp_path)
    assert done.landmarks == 16 and done.doubts == ()


def test_a_table_of_deeplabcut_that_was_cut_off_is_told(
    labelled_study, sample_study, tmp_path
):
    case_id = labelled_study.cases[0].case_id
    text = deeplabcut_row(sample_study, case_id)
    done = frames_come_in(labelled_study, ",".join(text.split(",")[:-8]), tmp_path)
    assert done.landmarks == 12
    assert any("25 of 33 cells" in doubt for doubt in done.doubts)


def test_a_row_of_deeplabcut_with_more_cells_than_heads_is_refused(
    labelled_study, sample_study, tmp_path
):
    text = deeplabcut_row(sample_study, labelled_study.cases[0].case_id)
    with pytest.raises(Refused, match="line 4 has too many columns"):
        frames_come_in(labelled_study, text + ",7", tmp_path)


def test_words_beside_a_point_of_slicer_are_states_in_any_case_or_told(
    labelled_study, tmp_path
):
    case = labelled_study.cases[0]
    export_labels(labelled_study, "slicer", tmp_path / "out", ["anna"])
    (path,) = (tmp_path / "out").rglob(f"{case.case_id}.mrk.json")
    content = json.loads(path.read_text("utf-8"))
    del content["hipbmd"]
    first, second = content["markups"][0]["controlPoints"][:2]
    first["description"], second["description"] = "Occluded", "verdeckt"
    path.write_text(json.dumps(content), "utf-8")
    done = import_labels(labelled_study, "slicer", path, ImportPlan("carl"))
    assert done.states == {"occluded": 1, "placed": 15}
    assert "'verdeckt' is no state" in " ".join(done.told)


def test_a_point_of_slicer_that_somebody_only_hovered_over_is_told(
    labelled_study, tmp_path
):
    case = labelled_study.cases[0]
    export_labels(labelled_study, "slicer", tmp_path / "out", ["anna"])
    (path,) = (tmp_path / "out").rglob(f"{case.case_id}.mrk.json")
    content = json.loads(path.read_text("utf-8"))
    del content["hipbmd"]
    content["markups"][0]["controlPoints"][0]["positionStatus"] = "preview"
    path.write_text(json.dumps(content), "utf-8")
    done = import_labels(labelled_study, "slicer", path, ImportPlan("carl"))
    assert done.landmarks == 15
    assert "The point 'N1' is 'preview'" in " ".join(done.told)


def test_a_landmark_that_was_taken_out_in_another_program_stays_and_is_told(
    labelled_study, tmp_path
):
    case_id = labelled_study.cases[0].case_id
    export_labels(labelled_study, "deeplabcut", tmp_path / "out", ["anna"])
    table = tmp_path / "out" / "anna.csv"
    head = table.read_text().splitlines()
    cells = head[3].split(",")
    column = head[1].split(",").index("T5")
    cells[column : column + 2] = ["", ""]
    table.write_text("\n".join([*head[:3], ",".join(cells), *head[4:]]) + "\n")
    done = import_labels(labelled_study, "deeplabcut", table, ImportPlan("anna"))
    assert done.told == (
        f"{case_id}: the file has no place of T5; what anna has there stays.",
    )
    again = import_labels(labelled_study, "deeplabcut", table, ImportPlan("carl"))
    assert again.told == ()


def test_animals_of_a_project_that_nobody_labelled_are_passed_over(
    labelled_study, tmp_path
):
    export_labels(labelled_study, "deeplabcut", tmp_path / "out", ["anna"])
    lines = (tmp_path / "out" / "anna.csv").read_text().splitlines()
    rows = [line.split(",") for line in lines]
    more = [[*row, *(row[3:] if i < 3 else [""] * 32)] for i, row in enumerate(rows)]
    animals = ["individuals", "", "", *["hip1"] * 32, *["hip2"] * 32]
    table = tmp_path / "CollectedData_carl.csv"
    table.write_text("\n".join(map(",".join, [more[0], animals, *more[1:]])) + "\n")
    done = import_labels(labelled_study, "deeplabcut", table, ImportPlan("carl"))
    assert done.landmarks == 48 and done.doubts == ()
    both = [*more[:3], *([*row, *row[3:]] for row in rows[3:])]
    table.write_text("\n".join(map(",".join, [both[0], animals, *both[1:]])) + "\n")
    with pytest.raises(Refused, match="several animals"):
        import_labels(labelled_study, "deeplabcut", table, ImportPlan("carl"))
