"""Labels go out to a folder and come into a study, all of them or none."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.study import Study
from napari_hipbmd.study.exchange import (
    FORMATS,
    ImportPlan,
    export_labels,
    import_labels,
    read_names,
)
from napari_hipbmd.study.exchange.parcel import OWN
from napari_hipbmd.study.labelling import edits

IDS = tuple(f"train-77-{i:05d}" for i in range(3))


@pytest.fixture
def study(labelled_study: Study) -> Study:
    return labelled_study


def empty_copy(study: Study, name: str) -> Study:
    """The same films without labels."""
    folder = study.folder.parent / name
    folder.mkdir()
    shutil.copy(study.folder / "cases.csv", folder)
    (folder / "images").symlink_to((study.folder / "images").resolve())
    return Study.open(folder)


def target(out: Path, form: str, who: str = "anna") -> Path:
    """What to import of an export."""
    format_ = FORMATS[form]
    return out / (who + format_.endings[0] if format_.write_study else who)


@pytest.mark.parametrize("name", ["truth", "predicted", "Predictions", "consensus"])
@pytest.mark.parametrize(
    "plan", [lambda n: ImportPlan(n), lambda n: ImportPlan("eve", n)]
)
def test_a_name_that_stands_for_no_person_is_refused(study, tmp_path, name, plan):
    with pytest.raises(Refused, match="stands for landmarks of no person"):
        import_labels(study, "json", tmp_path, plan(name))
    assert set(study.annotators()) == {"anna", "bert"}


def coco(study: Study, tmp_path: Path, change=None) -> Path:
    """anna's labels as COCO of another program, changed a little."""
    out = tmp_path / "coco"
    if not out.exists():
        export_labels(study, "coco", out, ["anna"])
    content = json.loads((out / "anna.json").read_text())
    for image in content["images"]:
        image.pop(OWN, None)
    if change is not None:
        change(content)
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(content))
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted((folder / "labels").rglob("*"))
        if p.is_file()
    }


@pytest.mark.parametrize("form", FORMATS)
def test_what_goes_out_comes_into_another_study(study, tmp_path, form) -> None:
    done = export_labels(study, form, tmp_path / "out", ["anna"])
    assert done.cases == {"anna": IDS} and done.left_out == ()
    other = empty_copy(study, "other")
    found = import_labels(
        other, form, target(tmp_path / "out", form), ImportPlan("anna")
    )
    assert found.cases == IDS and found.unchanged == ()
    for case_id in IDS:
        there, back = study.labels("anna", case_id), other.labels("anna", case_id)
        if form in ("png", "tiff"):
            assert set(back.regions) == {"neck", "trochanter", "intertrochanter"}
            continue
        np.testing.assert_allclose(back.xy, there.xy, rtol=0, atol=1e-9)
        assert back.film == there.film
        if form not in ("pts", "deeplabcut", "deeplabcut-h5"):
            assert back.landmarks == there.landmarks
        else:
            assert {m.source for m in back.landmarks.values()} == {
                f"imported from {form}"
            }


@pytest.mark.parametrize("form", ["coco", "slicer", "pts", "csv", "deeplabcut", "png"])
def test_importing_the_same_again_changes_nothing(study, tmp_path, form) -> None:
    export_labels(study, form, tmp_path / "out", ["anna"])
    before = files(study.folder)
    found = import_labels(
        study, form, target(tmp_path / "out", form), ImportPlan("anna")
    )
    assert found.cases == () and found.unchanged == IDS
    assert files(study.folder) == before


def test_everybody_is_exported_unless_somebody_is_named(study, tmp_path) -> None:
    done = export_labels(study, "pts", tmp_path / "out")
    assert {who: len(cases) for who, cases in done.cases.items()} == {
        "anna": 3,
        "bert": 1,
    }
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "README.txt",
        "anna",
        "bert",
    ]
    note = (tmp_path / "out" / "README.txt").read_text("utf-8")
    assert "3 by anna, 1 by bert" in note and "(1, 1)" in note
    assert "Not in .pts: where each landmark came from" in note


def test_an_export_names_no_patient(study, tmp_path) -> None:
    table = study.folder / "cases.csv"
    head, *rows = table.read_text("utf-8").splitlines()
    column = head.split(",").index("group")
    told = []
    for row in rows:
        cells = row.split(",")
        cells[column] = "Muster^Maria"
        told.append(",".join([*cells, "PID-4711-0815"]))
    table.write_text("\n".join([head + ",patient_id", *told]) + "\n", "utf-8")
    for form in FORMATS:
        export_labels(Study.open(study.folder), form, tmp_path / form)
        for path in (tmp_path / form).rglob("*"):
            assert "Muster" not in path.name
            if path.is_file():
                assert b"Muster" not in path.read_bytes()
                assert b"4711-0815" not in path.read_bytes()


def test_a_folder_that_is_there_is_left_alone(study, tmp_path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="out is there already"):
        export_labels(study, "coco", tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_export_that_is_stopped_leaves_nothing(study, tmp_path) -> None:
    asked = iter([False, False, True])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        export_labels(study, "pts", tmp_path / "out", cancelled=lambda: next(asked))
    assert sorted(tmp_path.iterdir()) == before


def test_what_a_format_cannot_take_is_left_out_and_said(study, tmp_path) -> None:
    with study.open_case("anna", IDS[1]) as case:
        case.apply(edits.set_state(case.state, "N1", "absent", "anna"))
    done = export_labels(study, "pts", tmp_path / "out", ["anna"])
    assert done.cases["anna"] == (IDS[0], IDS[2])
    [sentence] = done.left_out
    assert sentence == (
        f"Left out: {IDS[1]}: N1 has no position, and a .pts file holds complete"
        " shapes only."
    )


def test_imported_labels_say_from_where_when_and_by_whom(study, tmp_path) -> None:
    path = coco(study, tmp_path)
    import_labels(study, "coco", path, ImportPlan("clara", by="bert"))
    with study.open_case("clara", IDS[0]) as case:
        mark = case.state.landmarks["N1"]
        assert mark.source == "imported from coco" and mark.who == "bert"
        assert mark.when.startswith("20")
        assert case.history.undo_text == "imported from coco by bert"
        case.undo()
        assert not case.state.landmarks


def test_other_labels_are_not_put_in_the_place_of_those_there(study, tmp_path) -> None:
    path = coco(study, tmp_path)
    with study.open_case("anna", IDS[1]) as case:
        case.apply(edits.place(case.state, "N2", (60.0, 70.0), "anna"))
    before = files(study.folder)
    with pytest.raises(Refused, match=f"anna has other labels of {IDS[1]} already"):
        import_labels(study, "coco", path, ImportPlan("anna"))
    assert files(study.folder) == before
    found = import_labels(study, "coco", path, ImportPlan("anna", replace=True))
    assert found.cases == (IDS[1],) and found.landmarks == 1
    with study.open_case("anna", IDS[1]) as case:
        case.undo()
        assert case.state.landmarks["N2"].xy == (60.0, 70.0)


def test_what_is_missing_is_added_to_labels_that_agree(study, tmp_path) -> None:
    path = coco(study, tmp_path)
    with study.open_case("anna", IDS[0]) as case:
        case.apply(edits.clear(case.state, ["I2"]))
    found = import_labels(study, "coco", path, ImportPlan("anna"))
    assert found.cases == (IDS[0],) and found.landmarks == 1
    marks = study.labels("anna", IDS[0]).landmarks
    assert marks["I2"].source == "imported from coco"
    assert marks["N1"].source == "person"


def move_far(content) -> None:
    content["annotations"][0]["keypoints"][0] = 5000


def other_size(content) -> None:
    content["images"][1]["width"] += 1


def unknown_case(content) -> None:
    content["images"][2]["file_name"] = "somebody else.png"


def twice(content) -> None:
    content["images"][1]["file_name"] = IDS[0]


def other_side(content) -> None:
    content["images"][0][OWN] = {
        "case_id": IDS[0], "annotator": "x", "landmarks": {},
        "film": {"side": "R" if "L" in content["sides"][0] else "L"},
    }  # fmt: skip


def other_spacing(content) -> None:
    content["images"][0][OWN] = {
        "case_id": IDS[0], "annotator": "x", "landmarks": {},
        "film": {"spacing_mm": [0.7, 0.7]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (move_far, "N1 of train-77-00000 lies outside its film"),
        (other_size, "it is another image"),
        (unknown_case, "no case or image 'somebody else.png'"),
        (twice, "'train-77-00000' occurs twice"),
        (other_side, "it is the other hip"),
        (other_spacing, "0.7 mm a pixel in the file"),
    ],
)
def test_nothing_is_imported_when_one_case_is_wrong(
    study, tmp_path, change, sentence
) -> None:
    def with_sides(content) -> None:
        content["sides"] = [case.side for case in study.cases]
        change(content)

    path = coco(study, tmp_path, with_sides)
    before = files(study.folder)
    with pytest.raises(Refused, match=sentence):
        import_labels(study, "coco", path, ImportPlan("clara"))
    assert files(study.folder) == before
    assert study.annotators() == ("anna", "bert")


def test_points_outside_the_film_can_be_allowed(study, tmp_path) -> None:
    path = coco(study, tmp_path, move_far)
    import_labels(study, "coco", path, ImportPlan("clara", outside=True))
    assert study.labels("clara", IDS[0]).xy[0, 0] == 5000


def test_a_case_is_found_by_the_name_of_its_image(study, tmp_path) -> None:
    def rename(content) -> None:
        for image, case in zip(content["images"], study.cases, strict=True):
            image["file_name"] = f"some/where/{case.image.stem}.png"

    path = coco(study, tmp_path, rename)
    assert import_labels(study, "coco", path, ImportPlan("clara")).cases == IDS


def test_an_image_of_two_cases_is_not_guessed(study, tmp_path) -> None:
    table = study.folder / "cases.csv"
    text = table.read_text("utf-8")
    first, second = (case.image.name for case in study.cases[:2])
    table.write_text(text.replace(f"images/{second}", f"images/{first}"), "utf-8")
    both = Study.open(study.folder)

    def rename(content) -> None:
        content["images"][0]["file_name"] = "film.png"

    renamed = replace(both, cases=tuple(
        replace(case, image=case.image.with_name("film.dcm")) for case in both.cases
    ))  # fmt: skip
    with pytest.raises(Refused, match=r"'film.png' belongs to 3 cases"):
        import_labels(
            renamed, "coco", coco(study, tmp_path, rename), ImportPlan("clara")
        )


def test_labels_of_strangers_come_in_through_a_file_of_names(study, tmp_path) -> None:
    def rename(content) -> None:
        hip = content["categories"][0]
        hip["keypoints"] = [f"point {name}" for name in hip["keypoints"]]

    path = coco(study, tmp_path, rename)
    table = tmp_path / "names.json"
    table.write_text(json.dumps({f"point {n}": n for n in ("N1", "T5")} | {"*": None}))
    found = import_labels(
        study, "coco", path, ImportPlan("clara", names=read_names(table))
    )
    assert found.landmarks == 6
    assert tuple(study.labels("clara", IDS[2]).landmarks) == ("N1", "T5")
    assert any("'point N2' was left out" in sentence for sentence in found.told)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[]", "has to be of the form"),
        ('{"a": "Z9"}', "'a' cannot become 'Z9'"),
        ('{"a": "N1", "b": "N1"}', "Two names become N1"),
        ('{"a": ', "not whole JSON"),
    ],
)
def test_a_file_of_names_with_a_mistake_is_told(tmp_path, text, sentence) -> None:
    (tmp_path / "names.json").write_text(text)
    with pytest.raises(Refused, match=sentence):
        read_names(tmp_path / "names.json")


def test_a_disk_that_fills_up_leaves_no_half_import(
    study, tmp_path, monkeypatch
) -> None:
    path = coco(study, tmp_path)
    with study.open_case("anna", IDS[0]) as case:
        case.apply(edits.place(case.state, "N2", (60.0, 70.0), "anna"))
    before = {
        who: [study.labels(who, case_id) for case_id in IDS]
        for who in ("anna", "clara")
    }
    from napari_hipbmd.study.labelling.journal import Journal

    append = Journal.append

    def full(self, file, entry) -> None:
        if IDS[2] in str(file.name):
            raise OSError(28, "No space left on device")
        append(self, file, entry)

    monkeypatch.setattr(Journal, "append", full)
    for who in ("anna", "clara"):
        if who == "anna":
            (study.folder / "labels" / "anna" / f"{IDS[2]}.json").unlink()
            shutil.rmtree(tmp_path / "gone", ignore_errors=True)
            journal = study.folder / "labels" / "anna" / "journal" / f"{IDS[2]}.jsonl"
            journal.unlink()
        with pytest.raises(OSError, match="No space"):
            import_labels(study, "coco", path, ImportPlan(who, replace=True))
    now = [study.labels("anna", case_id) for case_id in IDS[:2]]
    assert [n.landmarks for n in now] == [b.landmarks for b in before["anna"][:2]]
    assert study.labels("anna", IDS[2]) is None
    assert "clara" not in study.annotators()


def test_labels_that_change_during_an_import_are_not_overwritten(
    study, tmp_path
) -> None:
    path = coco(study, tmp_path)

    def meanwhile(what: str, done: int, _count: int) -> None:
        if what == "written" and done == 0:
            with study.open_case("clara", IDS[0]) as case:
                case.apply(edits.place(case.state, "N1", (5.0, 6.0), "clara"))

    with pytest.raises(Refused, match="have just been changed"):
        import_labels(study, "coco", path, ImportPlan("clara"), meanwhile)
    assert study.labels("clara", IDS[0]).landmarks["N1"].xy == (5.0, 6.0)
    assert study.labels("clara", IDS[1]) is None


def test_an_import_that_is_stopped_changes_nothing(study, tmp_path) -> None:
    path = coco(study, tmp_path)
    stop = []

    def watch(what: str, done: int, _count: int) -> None:
        if what == "written" and done == 1:
            stop.append(True)

    before = files(study.folder)
    with pytest.raises(Cancelled):
        import_labels(
            study, "coco", path, ImportPlan("clara"), watch, lambda: bool(stop)
        )
    assert files(study.folder) == before
    assert study.annotators() == ("anna", "bert")
