"""Files that go out are opened by the programs they are for; theirs come in."""

import json
from pathlib import Path

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.study.exchange import ImportPlan, export_labels, import_labels

CASE = "train-77-00000"


@pytest.fixture
def exported(labelled_study, tmp_path):
    """Write anna's labels for another program; gives the folder."""

    def write(form):
        export_labels(labelled_study, form, tmp_path / form, ["anna"])
        return tmp_path / form

    return write


@pytest.fixture
def brought(labelled_study):
    """Import a file for carl; gives his labels of the first case."""

    def read(form, path):
        import_labels(labelled_study, form, path, ImportPlan("carl"))
        return labelled_study.labels("carl", CASE)

    return read


@pytest.fixture
def coco(exported):
    """anna's labels, loaded by COCO's own program."""
    coco = pytest.importorskip("pycocotools.coco", reason="needs pycocotools")
    return coco.COCO(str(exported("coco") / "anna.json"))


def test_pycocotools_finds_the_landmarks_of_every_film(coco, labelled_study):
    assert len(coco.getImgIds()) == 3
    [hip] = coco.loadCats(coco.getCatIds(catNms=["hip"]))
    assert hip["keypoints"] == list(LANDMARK_IDS)
    for image in coco.loadImgs(coco.getImgIds()):
        [found] = coco.loadAnns(coco.getAnnIds([image["id"]], [hip["id"]]))
        labels = labelled_study.labels("anna", image["file_name"])
        flat = np.array(found["keypoints"]).reshape(16, 3)
        np.testing.assert_array_equal(flat[:, :2], labels.xy)
        assert (image["height"], image["width"]) == labels.film.shape


def test_pycocotools_draws_the_regions_where_they_are(coco, labelled_study):
    from napari_hipbmd.study.exchange.masks import VALUES, label_image

    [image] = [i for i in coco.loadImgs(coco.getImgIds()) if i["file_name"] == CASE]
    labels = labelled_study.labels("anna", CASE)
    ours = label_image(labels, labels.film.shape)
    for region, value in VALUES.items():
        [kind] = coco.getCatIds(catNms=[region])
        [one] = coco.loadAnns(coco.getAnnIds([image["id"]], [kind]))
        drawn = coco.annToMask(one) > 0
        both = (drawn & (ours == value)).sum()
        either = (drawn | (ours == value)).sum()
        assert both / either > 0.97, region


def test_pycocotools_scores_landmarks_that_are_where_they_were_as_perfect(coco):
    from pycocotools.cocoeval import COCOeval

    [hip] = coco.getCatIds(catNms=["hip"])
    found = [
        {**{k: one[k] for k in ("image_id", "category_id", "keypoints")}, "score": 1.0}
        for one in coco.loadAnns(coco.getAnnIds(catIds=[hip]))
    ]
    scored = COCOeval(coco, coco.loadRes(found), "keypoints")
    scored.params.kpt_oks_sigmas = np.full(16, 0.05)
    scored.params.catIds = [hip]
    scored.evaluate()
    scored.accumulate()
    scored.summarize()
    assert scored.stats[0] == pytest.approx(1.0)


def test_slicers_files_keep_the_rules_of_its_schema(exported):
    jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema")
    rules = Path(__file__).with_name("slicer_markups.json").read_text("utf-8")
    checker = jsonschema.Draft7Validator(json.loads(rules))
    files = sorted((exported("slicer") / "anna").glob("*.mrk.json"))
    assert len(files) == 3
    for file in files:
        content = json.loads(file.read_text("utf-8"))
        assert [str(error) for error in checker.iter_errors(content)] == []
    content["markups"][0]["controlPoints"][0]["position"] = [1.0, 2.0]
    assert not checker.is_valid(content)  # so it does look


def cvat(xy, name=f"films/{CASE}.png"):
    """What CVAT's "COCO Keypoints 1.0" looks like."""
    points = [[float(x), float(y), 2] for x, y in xy]
    points[3][2] = 1  # occluded
    points[7] = [0.0, 0.0, 0]  # outside
    return {
        "licenses": [{"name": "", "id": 0, "url": ""}],
        "info": {"contributor": "", "date_created": "", "description": "",
                 "url": "", "version": "", "year": ""},
        "categories": [
            {"id": 1, "name": "hip", "supercategory": "",
             "keypoints": list(LANDMARK_IDS), "skeleton": [[1, 2], [2, 3]]},
        ],
        "images": [
            {"id": 1, "width": 450, "height": 450, "file_name": name, "license": 0,
             "flickr_url": "", "coco_url": "", "date_captured": 0},
            {"id": 2, "width": 450, "height": 450, "file_name": "other.png",
             "license": 0, "flickr_url": "", "coco_url": "", "date_captured": 0},
        ],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [],
             "area": 9.0, "bbox": [1.0, 2.0, 3.0, 3.0], "iscrowd": 0,
             "attributes": {"occluded": False, "keyframe": True},
             "keypoints": sum(points, []), "num_keypoints": 15},
        ],
    }  # fmt: skip


def sized(content, labelled_study):
    """With the size of the film."""
    rows, columns = labelled_study.labels("anna", CASE).film.shape
    for image in content["images"]:
        image |= {"height": rows, "width": columns}
    return content


def test_cvats_keypoints_come_in(labelled_study, brought, tmp_path):
    xy = labelled_study.labels("anna", CASE).xy
    path = tmp_path / "person_keypoints_default.json"
    path.write_text(json.dumps(sized(cvat(xy), labelled_study)))
    found = brought("coco", path)
    assert len(found.landmarks) == 15
    hidden, outside = LANDMARK_IDS[3], LANDMARK_IDS[7]
    assert found.landmarks[hidden].state == "occluded"
    assert outside not in found.landmarks
    for name, (x, y) in zip(LANDMARK_IDS, xy, strict=True):
        if name != outside:
            assert found.landmarks[name].xy == (x, y)


def test_label_studios_keypoints_come_in(labelled_study, brought, tmp_path):
    xy = labelled_study.labels("anna", CASE).xy
    rounded = np.rint(xy).astype(int)
    flat = np.column_stack([rounded, np.full(16, 2)]).ravel().tolist()
    content = {
        "images": [{"width": 450, "height": 450, "id": 0,
                    "file_name": f"images/1a2b3c4d-{CASE}.png"}],
        "categories": [
            {"id": 0, "name": "film"},
            {"id": 1, "name": "default", "supercategory": "default",
             "keypoints": list(LANDMARK_IDS), "skeleton": []},
        ],
        "annotations": [
            {"id": 0, "image_id": 0, "category_id": 1, "keypoints": flat,
             "num_keypoints": 16, "bbox": [1, 2, 3, 3], "iscrowd": 0},
        ],
        "info": {"year": 2026, "version": "1.0", "contributor": "Label Studio"},
    }  # fmt: skip
    path = tmp_path / "result.json"
    path.write_text(json.dumps(sized(content, labelled_study)))
    np.testing.assert_array_equal(brought("coco", path).xy, rounded)


def test_pandas_reads_what_deeplabcut_would(exported, labelled_study):
    pandas = pytest.importorskip("pandas", reason="needs pandas")
    table = pandas.read_csv(
        exported("deeplabcut") / "anna.csv", header=[0, 1, 2], index_col=[0, 1, 2]
    )
    assert table.columns.names == ["scorer", "bodyparts", "coords"]
    assert list(table.columns.get_level_values("bodyparts").unique()) == list(
        LANDMARK_IDS
    )
    row = table.loc[("labeled-data", "hips", f"{CASE}.png")]
    np.testing.assert_array_equal(
        row.to_numpy().reshape(16, 2), labelled_study.labels("anna", CASE).xy
    )


@pytest.mark.parametrize("columns", [1, 3])
def test_tables_of_deeplabcut_come_in(labelled_study, brought, tmp_path, columns):
    pandas = pytest.importorskip("pandas", reason="needs pandas")
    xy = labelled_study.labels("anna", CASE).xy.copy()
    xy[5] = np.nan
    levels = [["carl"], list(LANDMARK_IDS), ["x", "y"]]
    names = ["scorer", "bodyparts", "coords"]
    path = ("labeled-data", "hips", f"{CASE}.png")
    index = pandas.MultiIndex.from_tuples([path]) if columns == 3 else ["/".join(path)]
    table = pandas.DataFrame(
        xy.reshape(1, -1),
        index=index,
        columns=pandas.MultiIndex.from_product(levels, names=names),
    )
    table.to_csv(tmp_path / "CollectedData_carl.csv")
    found = brought("deeplabcut", tmp_path / "CollectedData_carl.csv")
    assert len(found.landmarks) == 15 and LANDMARK_IDS[5] not in found.landmarks
    np.testing.assert_array_equal(found.xy, xy)


HEAD = "scorer,,,c,c\nbodyparts,,,N1,N1\ncoords,,,x,y\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("case_id,landmark,x,y\n", "it has no line that begins with 'scorer'"),
        (HEAD.replace("coords,,,x,y\n", ""), "no line that begins with 'coords'"),
        (HEAD.replace("N1", "N9"), "'N9' is not a landmark"),
        (HEAD.replace("x,y", "x,x"), "N1 occurs twice"),
        (HEAD + f"labeled-data,hips,{CASE}.png,1,\n", "N1 in line 4 has half a posit"),
        (HEAD + f"labeled-data,hips,{CASE}.png,1,b\n", "position that is no number"),
        (HEAD + "labeled-data,hips\n", "line 4 has too few columns"),
        (
            "scorer,,,c,c\nindividuals,,,a,b\nbodyparts,,,N1,N1\ncoords,,,x,y\n",
            "several animals",
        ),
    ],
)
def test_a_table_that_is_none_of_deeplabcuts_is_told(
    labelled_study, tmp_path, text, sentence
):
    path = tmp_path / "CollectedData_carl.csv"
    path.write_text(text)
    with pytest.raises(Refused, match=sentence):
        import_labels(labelled_study, "deeplabcut", path, ImportPlan("carl"))


def test_sleap_takes_labels_over_and_gives_them_back(
    exported, labelled_study, brought, tmp_path
):
    sleap = pytest.importorskip("sleap_io", reason="needs sleap-io")
    from PIL import Image

    project = tmp_path / "project" / "labeled-data" / "hips"
    project.mkdir(parents=True)
    table = project / "CollectedData_anna.csv"
    table.write_bytes((exported("deeplabcut") / "anna.csv").read_bytes())
    for case in labelled_study.cases:
        rows, columns = labelled_study.labels("anna", case.case_id).film.shape
        picture = Image.new("L", (columns, rows))
        picture.save(project / f"{case.case_id}.png")
    sleap.save_file(sleap.load_dlc(table), tmp_path / "hips.slp")
    labels = sleap.load_slp(tmp_path / "hips.slp")
    assert len(labels) == 3
    assert sorted(labels.skeletons[0].node_names) == sorted(LANDMARK_IDS)
    sleap.save_coco(labels, tmp_path / "sleap.json")
    np.testing.assert_allclose(
        brought("coco", tmp_path / "sleap.json").xy,
        labelled_study.labels("anna", CASE).xy,
        atol=1e-6,
    )
