"""What a format can hold comes back exactly; what it cannot hold is said."""

from __future__ import annotations

import json
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from skimage.measure import label

from napari_hipbmd.core.anatomy import LANDMARK_IDS, LANDMARKS, REGIONS, TIES, mask
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.study import FilmFacts
from napari_hipbmd.study.exchange import FORMATS, HOLDINGS, SAID, Names
from napari_hipbmd.study.exchange.masks import label_image
from napari_hipbmd.study.exchange.parcel import OWN, Intake
from napari_hipbmd.study.labelling.labels import Label, Labels
from napari_hipbmd.study.labelling.outlines import crosses_itself

ROWS, COLUMNS = 120, 90
PLACE = st.tuples(st.floats(-0.5, COLUMNS - 0.5), st.floats(-0.5, ROWS - 0.5))
WORD = st.text(max_size=12).map(lambda s: s.encode("utf-8", "ignore").decode())
ORIGIN = {
    "source": WORD.filter(bool),
    "version": WORD,
    "who": WORD,
    "when": WORD,
    "predicted_xy": st.none() | PLACE,
    "sigma_mm": st.none() | st.floats(0, 50),
}
LABEL = st.builds(
    Label, PLACE, st.sampled_from(["placed", "occluded", "uncertain"]), **ORIGIN
) | st.builds(Label, st.none(), st.just("absent"), **ORIGIN)
PLACED = st.dictionaries(st.sampled_from(LANDMARK_IDS), LABEL, min_size=1)
FILM = st.builds(
    FilmFacts,
    st.just((ROWS, COLUMNS)),
    st.tuples(st.floats(0.02, 2), st.floats(0.02, 2)),
    st.sampled_from(["L", "R", None]),
    st.none() | st.just(HipBox(-3.5, 0.25, 80, 95.125)),
)


@st.composite
def star(draw) -> tuple[tuple[float, float], ...]:
    """An outline around a point inside the film."""
    count = draw(st.integers(3, 9))
    x, y = draw(st.floats(25, 65)), draw(st.floats(25, 95))
    radii = draw(st.lists(st.floats(4, 22), min_size=count, max_size=count))
    angles = 2 * np.pi * np.arange(count) / count
    points = np.c_[x + radii * np.cos(angles), y + radii * np.sin(angles)]
    return tuple((float(a), float(b)) for a, b in points)


QUICK = settings(
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
OUTLINES = st.dictionaries(
    st.sampled_from(REGIONS), star().filter(lambda s: not crosses_itself(np.array(s)))
)
LABELS = st.builds(
    Labels,
    st.just("hip 1"),
    st.just("anna"),
    PLACED,
    regions=OUTLINES,
    film=FILM,
    apart=st.lists(st.sampled_from(list(TIES)), unique=True).map(tuple),
)


def intake(film: FilmFacts | None = None, names: Names | None = None) -> Intake:
    known = film or FilmFacts()
    return Intake(names or Names(), lambda _name: known, "imported")


def written(name: str, labels: Labels) -> bytes:
    form = FORMATS[name]
    if form.write_study is not None:
        return form.write_study([labels])
    return form.write_case(labels)


def read(name: str, data: bytes, ask: Intake | None = None) -> Labels:
    form, ask = FORMATS[name], ask or intake()
    file = f"hip 1{form.endings[0]}"
    if form.read_study is not None:
        [parcel] = form.read_study(data, file, ask)
    else:
        parcel = form.read_case(data, file, "hip 1", ask)
    return Labels(
        parcel.case, "anna", parcel.landmarks, regions=parcel.regions,
        film=parcel.film, apart=parcel.apart,
    )  # fmt: skip


def in_order(labels: Labels) -> Labels:
    """Without what order and dates can make different."""
    return replace(
        labels,
        created="",
        modified="",
        regions={r: labels.regions[r] for r in REGIONS if r in labels.regions},
        apart=tuple(t for t in TIES if t in labels.apart),
    )


WHOLE = [name for name, form in FORMATS.items() if form.holds == set(HOLDINGS)]


@pytest.mark.parametrize("name", WHOLE)
@settings(QUICK, max_examples=25)
@given(labels=LABELS)
def test_everything_comes_back(name: str, labels: Labels) -> None:
    back = read(name, written(name, labels))
    assert in_order(back) == in_order(labels)
    assert FORMATS[name].lost([labels]) == []


def test_these_formats_hold_everything() -> None:
    assert WHOLE == ["coco", "slicer", "csv"]


def without_own_key(data: bytes) -> bytes:
    """As another program saves it, which does not know our key."""
    content = json.loads(data)
    content.pop(OWN, None)
    for image in content.get("images", ()):
        del image[OWN]
    return json.dumps(content).encode()


@settings(QUICK, max_examples=25)
@given(labels=LABELS)
def test_coco_alone_holds_positions_and_what_is_hidden(labels: Labels) -> None:
    back = read("coco", without_own_key(written("coco", labels)))
    seen = {n: m for n, m in labels.landmarks.items() if m.xy is not None}
    assert {n: m.xy for n, m in back.landmarks.items()} == {
        n: m.xy for n, m in seen.items()
    }
    assert {n for n, m in back.landmarks.items() if m.state == "occluded"} == {
        n for n, m in seen.items() if m.state == "occluded"
    }
    assert set(back.regions) == set(labels.regions)
    for region, corners in labels.regions.items():
        np.testing.assert_allclose(back.regions[region], corners, atol=1e-9)
    assert all(m.source == "imported" for m in back.landmarks.values())


@settings(QUICK, max_examples=25)
@given(labels=LABELS)
def test_slicer_alone_holds_positions_states_and_outlines(labels: Labels) -> None:
    data = without_own_key(written("slicer", labels))
    back = read("slicer", data, intake(labels.film))
    assert {n: m.state for n, m in back.landmarks.items()} == {
        n: m.state for n, m in labels.landmarks.items()
    }
    for name, mark in labels.landmarks.items():
        if mark.xy is not None:
            np.testing.assert_allclose(back.landmarks[name].xy, mark.xy, atol=1e-9)
    assert set(back.regions) == set(labels.regions)
    for region, corners in labels.regions.items():
        np.testing.assert_allclose(back.regions[region], corners, atol=1e-9)


@settings(QUICK, max_examples=25)
@given(places=st.lists(PLACE, min_size=16, max_size=16))
def test_pts_holds_every_position(places: list[tuple[float, float]]) -> None:
    marks = dict(zip(LANDMARK_IDS, map(Label, places), strict=True))
    labels = Labels("hip 1", "anna", marks)
    back = read("pts", written("pts", labels))
    np.testing.assert_allclose(back.xy, labels.xy, rtol=0, atol=1e-12)
    assert FORMATS["pts"].lost([labels]) == []


@pytest.mark.parametrize("name", ["png", "tiff"])
@settings(QUICK, max_examples=15)
@given(outline=star().filter(lambda s: not crosses_itself(np.array(s))), film=FILM)
def test_a_mask_holds_a_region_to_the_pixel(name: str, outline, film) -> None:
    labels = Labels("hip 1", "anna", regions={"trochanter": outline}, film=film)
    inside = label_image(labels, (ROWS, COLUMNS)) == 2
    ask = intake(film)
    try:
        back = read(name, written(name, labels), ask)
    except Refused as refusal:  # a thin corner falls apart between pixel centres
        assert "pieces" in str(refusal) and label(inside, connectivity=1).max() > 1
        return
    again = label_image(back, inside.shape) > 0
    assert not (again & ~inside).any()
    assert bool(ask.told) == bool((inside & ~again).any())
    assert (inside & ~again).sum() <= 0.01 * inside.sum()


@settings(QUICK, max_examples=40)
@given(outline=star())
def test_a_pixel_belongs_to_a_region_when_its_centre_lies_inside(outline) -> None:
    moved = tuple((x - 40, y + 50) for x, y in outline)  # over the border
    if crosses_itself(np.array(moved)):
        return
    labels = Labels("hip 1", "anna", regions={"neck": moved})
    image = label_image(labels, (ROWS, COLUMNS))
    assert ((image == 1) == mask(np.array(moved), (ROWS, COLUMNS))).all()


def complete(**what) -> Labels:
    """A hip of typical shape."""
    marks = {
        mark.id: Label((15.1 + 20.5 * mark.typical_xy[0], 10 + 20 * mark.typical_xy[1]))
        for mark in LANDMARKS
    }
    film = FilmFacts((ROWS, COLUMNS), (0.15, 0.14), "R")
    return replace(Labels("hip 1", "anna", marks, film=film), **what)


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_said_to_be_lost_is_lost_and_nothing_else(name: str) -> None:
    marks = dict(complete().landmarks)
    marks["N1"] = replace(marks["N1"], state="uncertain")
    marks["N2"] = replace(
        marks["N2"], source="model", version="3", who="anna", when="2020",
        predicted_xy=(3.25, 4.5), sigma_mm=1.5,
    )  # fmt: skip
    labels = complete(
        landmarks=marks,
        regions={"neck": ((15, 30), (35.25, 15), (40, 33.5))},
        film=FilmFacts((ROWS, COLUMNS), (0.15, 0.14), "R", HipBox(0, 0, 60, 70)),
        apart=("N3/T1",),
    )
    form = FORMATS[name]
    told = " ".join(form.lost([labels]))
    back = read(name, written(name, labels), intake(labels.film))
    came_back = {
        "landmarks": np.allclose(
            back.xy, labels.xy, rtol=0, atol=1e-9, equal_nan=False
        ),
        "states": {n: m.state for n, m in back.landmarks.items()}
        == {n: m.state for n, m in labels.landmarks.items()},
        "outlines": back.regions == labels.regions,
        "origins": back.landmarks.get("N2") == labels.landmarks["N2"],
        "film": back.film == labels.film,
        "ties": back.apart == labels.apart,
    }
    assert {what for what, held in came_back.items() if held} == form.holds
    assert {what for what in HOLDINGS if SAID[what] in told} == (
        set(HOLDINGS) - form.holds
    )


def test_a_shape_with_a_gap_is_not_written_as_pts() -> None:
    marks = dict(complete().landmarks)
    del marks["T2"]
    with pytest.raises(Refused, match="T2 has no position"):
        written("pts", complete(landmarks=marks))


def test_millimetres_need_a_spacing() -> None:
    bare = complete(film=FilmFacts((ROWS, COLUMNS)))
    with pytest.raises(Refused, match="no pixel spacing, and Slicer's files"):
        written("slicer", bare)


def test_pts_counts_pixels_from_one() -> None:
    marks = dict(complete().landmarks)
    marks["N1"] = Label((0.0, 0.0))
    lines = written("pts", complete(landmarks=marks)).decode().splitlines()
    assert lines[:4] == ["version: 1", "n_points: 16", "{", "1.0 1.0"]
    assert lines[-1] == "}"


def test_slicer_gets_millimetres_in_lps_and_only_words_of_its_schema() -> None:
    marks = dict(complete().landmarks)
    marks["N1"] = Label((10.0, 20.0), "occluded")
    marks["N2"] = Label(None, "absent")
    content = json.loads(written("slicer", complete(landmarks=marks)))
    [points] = content["markups"]
    assert points["type"] == "Fiducial" and points["coordinateSystem"] == "LPS"
    first, second = points["controlPoints"][:2]
    assert first["label"] == "N1" and first["description"] == "occluded"
    np.testing.assert_allclose(first["position"], [1.4, 3.0, 0])
    statuses = {p["positionStatus"] for p in points["controlPoints"]}
    assert statuses == {"defined", "undefined"}
    assert second["description"] == "absent"


def test_slicer_points_in_ras_are_turned() -> None:
    content = json.loads(without_own_key(written("slicer", complete())))
    for point in content["markups"][0]["controlPoints"]:
        x, y, z = point["position"]
        point["position"] = [-x, -y, z]
    content["markups"][0]["coordinateSystem"] = "RAS"
    back = read("slicer", json.dumps(content).encode(), intake(complete().film))
    np.testing.assert_allclose(back.xy, complete().xy, atol=1e-9)


def test_coco_says_visibility_box_and_regions_as_coco_does() -> None:
    marks = dict(complete().landmarks)
    marks["N1"] = replace(marks["N1"], state="occluded")
    marks["N2"] = Label(None, "absent")
    marks["T1"] = replace(marks["T1"], state="uncertain")
    box = HipBox(-0.5, -0.5, 59.5, 79.5)
    film = replace(complete().film, box=box)
    content = json.loads(written("coco", complete(landmarks=marks, film=film)))
    hip, *regions = content["annotations"]
    assert hip["keypoints"][2::3][:2] == [1, 0]
    assert hip["keypoints"][3:6] == [0, 0, 0]
    assert hip["keypoints"][2::3][6] == 2
    assert hip["num_keypoints"] == 15
    assert hip["bbox"] == [0, 0, 60, 80]
    names = {c["id"]: c["name"] for c in content["categories"]}
    assert [names[r["category_id"]] for r in regions] == [
        "trochanter",
        "intertrochanter",
    ]
    corner = np.array(regions[0]["segmentation"][0]).reshape(-1, 2)[0]
    np.testing.assert_allclose(corner, np.array(marks["T1"].xy) + 0.5)
    assert [a["id"] for a in content["annotations"]] == [1, 2, 3]


def test_what_another_program_moved_is_new_and_the_rest_keeps_its_origin() -> None:
    marks = {
        name: replace(mark, source="model", who="anna", when="2020")
        for name, mark in complete().landmarks.items()
    }
    content = json.loads(written("coco", complete(landmarks=marks)))
    content["annotations"][0]["keypoints"][0] += 3
    back = read("coco", json.dumps(content).encode())
    assert back.landmarks["N1"].source == "imported"
    assert back.landmarks["N1"].xy[0] == pytest.approx(marks["N1"].xy[0] + 3)
    assert back.landmarks["N2"] == marks["N2"]


def test_foreign_names_are_understood_through_a_table_of_names() -> None:
    content = json.loads(without_own_key(written("coco", complete())))
    hip = content["categories"][0]
    hip["keypoints"] = [f"pt{i}" for i in range(16)]
    data = json.dumps(content).encode()
    with pytest.raises(Refused, match="'pt0' is not a landmark"):
        read("coco", data)
    names = Names(
        {f"pt{i}": name for i, name in enumerate(LANDMARK_IDS[:3])} | {"*": None}
    )
    ask = intake(names=names)
    assert tuple(read("coco", data, ask).landmarks) == LANDMARK_IDS[:3]
    assert "'pt3' was left out" in " ".join(ask.told)


def test_a_pts_file_in_another_order_is_understood_by_line_numbers() -> None:
    names = Names({"2": "N1", "1": "N2", "*": None})
    data = b"version: 1\nn_points: 3\n{\n11 21\n31 41\n5 5\n}\n"
    back = read("pts", data, intake(names=names))
    assert {n: m.xy for n, m in back.landmarks.items()} == {
        "N1": (30, 40),
        "N2": (10, 20),
    }


def test_the_docs_have_the_table_of_formats(repo_root: Path) -> None:
    page = (repo_root / "docs" / "exchange.md").read_text("utf-8")
    script = runpy.run_path(str(repo_root / "scripts" / "format_table.py"))
    assert script["with_table"](page) == page, "run scripts/format_table.py"
