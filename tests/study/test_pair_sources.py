"""What a user may rely on: what was marked on films is kept, and becomes pairs."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.study import remember_boxes
from napari_hipbmd.study.film_marks import (
    FilmMarks,
    TypeChoice,
    list_marked,
    marks_path,
    read_marks,
    write_marks,
)
from napari_hipbmd.study.pair_sources import gather, unused
from napari_hipbmd.synthesis import PairOptions, write_pairs

SHAPE = (120, 160)
MASK = np.zeros(SHAPE, bool)
MASK[40:90, 50:100] = True
EVEN = TypeChoice(2, "eve", "2026-01-01T10:00:00+00:00")
TILE = HipBox(0, 0, 40, 36)


def marks(name="leg-1", **other):
    facts = {
        "case_id": name, "image": f"{name}.png", "shape": SHAPE, "patient": name,
        "sto_boxes": (TILE,), "mask": MASK, "choice": EVEN,
    }  # fmt: skip
    return FilmMarks(**{**facts, **other})


@pytest.fixture
def folder(tmp_path):
    """Three films of three patients, each with an STO box, a mask and a type."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    for i in range(3):
        grey = 60 + 0.2 * x + 0.1 * i * y + 90 * MASK
        Image.fromarray(grey.astype(np.uint8)).save(tmp_path / f"leg-{i}.png")
        write_marks(tmp_path, marks(f"leg-{i}"))
    return tmp_path


@settings(deadline=None, max_examples=25)
@given(
    boxes=st.lists(
        st.tuples(
            st.floats(0, 50), st.floats(0, 50), st.floats(90, 150), st.floats(90, 110)
        ),
        max_size=3,
    ),
    side=st.sampled_from(["L", "R", None]),
    masked=st.booleans(),
    choice=st.sampled_from([None, EVEN, replace(EVEN, film_type=1)]),
)
def test_marks_are_read_as_they_were_written(
    boxes, side, masked, choice, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("marks")
    written = marks(
        sto_boxes=tuple(HipBox(*b) for b in boxes), side=side,
        mask=MASK if masked else None, choice=choice,
    )  # fmt: skip
    write_marks(folder, written)
    read = read_marks(folder, "leg-1")
    np.testing.assert_equal(vars(read), vars(written))
    assert list_marked(folder) == ["leg-1"]
    assert list(folder.rglob("*.png")) == (
        [folder / "marks/leg-1_mask.png"] if masked else []
    )


def test_a_film_without_marks_has_none(tmp_path):
    assert read_marks(tmp_path, "leg-1") is None


def test_marked_films_become_pairs(folder, tmp_path):
    sources = gather([folder])
    assert (len(sources.hips), len(sources.tiles)) == (3, 3)
    made = write_pairs(tmp_path / "out", sources, 4, PairOptions())
    assert made.max_error < 4e-5


def test_only_films_confirmed_as_type_2_give_hips(folder):
    write_marks(folder, marks("leg-0", choice=replace(EVEN, film_type=1)))
    write_marks(folder, marks("leg-1", choice=None))
    sources = gather([folder])
    assert [one.case_id for one in sources.hips] == ["leg-2"]
    assert sources.hips[0].about["film_type"] == {
        "type": 2, "by": "eve", "at": "2026-01-01T10:00:00+00:00",
    }  # fmt: skip
    assert len(sources.tiles) == 3
    assert unused(folder) == {
        "type 1": 1, "type not confirmed": 1, "no bone in a hip box": 0,
    }  # fmt: skip
    write_marks(folder, marks("leg-2", choice=None))
    with pytest.raises(Refused, match="confirms that it is of type 2"):
        gather([folder])


def test_digital_hips_become_pairs_with_their_exact_sto(sample_study, tmp_path):
    sources = gather([sample_study.folder])
    assert len(sources.tiles) == 6
    even = [c for c in sample_study.cases if c.extra["film_type"] == "2"]
    assert [one.case_id for one in sources.hips] == [c.case_id for c in even]
    made = write_pairs(tmp_path, sources, 2, PairOptions(split=(1, 0, 0)))
    assert made.max_error < 4e-5


def test_films_without_soft_tissue_boxes_are_refused(folder):
    for i in range(3):
        write_marks(folder, marks(f"leg-{i}", sto_boxes=()))
    with pytest.raises(Refused, match="draw STO boxes"):
        gather([folder])


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"sto_boxes": (HipBox(130, 0, 190, 60),)}, "outside its film of 160 × 120"),
        ({"mask": ~np.zeros(SHAPE, bool)}, "leave a rim"),
        ({"image": "none.png"}, "leg-1"),
        ({"shape": (60, 60), "mask": MASK[:60, :60]}, "mark it again"),
    ],
)
def test_a_mark_that_cannot_be_used_is_told_before_anything_is_half_made(
    folder, other, message, tmp_path
):
    write_marks(folder, marks("leg-1", **other))
    with pytest.raises(Refused, match=message):
        write_pairs(tmp_path / "out", gather([folder]), 2, PairOptions())
    assert not (tmp_path / "out").exists()


def test_a_hip_box_in_which_bone_is_painted_gives_a_hip_of_its_side(folder, tmp_path):
    right, left = HipBox(20, 20, 110, 110), HipBox(115, 60, 155, 100)
    remember_boxes(folder / "leg-1.png", {"R": right, "L": left}, "eve", {})
    hips = [one for one in gather([folder]).hips if one.case_id == "leg-1"]
    assert [one.about["side"] for one in hips] == ["R"]
    assert hips[0].about["box"] == [20, 20, 110, 110]
    remember_boxes(folder / "leg-0.png", {"L": left}, "eve", {})
    assert "leg-0" not in [one.case_id for one in gather([folder]).hips]
    assert unused(folder)["no bone in a hip box"] == 1
    options = PairOptions(split=(1, 0, 0))
    assert write_pairs(tmp_path / "out", gather([folder]), 2, options).new == 2


def test_masks_of_many_films_do_not_wait_in_memory(folder):
    hip = gather([folder]).hips[0]
    (folder / "marks/leg-0_mask.png").unlink()
    with pytest.raises(Refused, match="mask of leg-0 is missing"):
        hip.load()


def test_a_mask_without_bone_is_refused(folder):
    Image.fromarray(np.zeros(SHAPE, bool)).save(folder / "marks/leg-1_mask.png")
    with pytest.raises(Refused, match="leg-1.*holds no bone; paint the hip"):
        gather([folder])


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.update(case_id="other"),
        lambda c: c.update(image="../secret.png"),
        lambda c: c.update(sto_boxes=[[1, 2]]),
        lambda c: c.update(side="front"),
        lambda c: c["film_type"].update(type=3),
        lambda c: c.pop("rows"),
    ],
)
def test_damaged_marks_are_refused_with_their_film(folder, change):
    path = marks_path(folder, "leg-1")
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(Refused, match="marks of leg-1"):
        read_marks(folder, "leg-1")


def test_a_mask_that_is_gone_is_told(folder):
    (folder / "marks/leg-1_mask.png").unlink()
    with pytest.raises(Refused, match="mask of leg-1 is missing"):
        read_marks(folder, "leg-1")


def test_a_folder_that_gives_nothing_is_refused(tmp_path):
    with pytest.raises(Refused, match="no folder"):
        gather([tmp_path / "nowhere"])
    with pytest.raises(Refused, match="Make pairs"):
        gather([tmp_path])
