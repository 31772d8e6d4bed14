"""What a user may rely on: pairs are made again bit for bit, and never half."""

import hashlib
import json
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_hipbmd.core.bounded_json import as_type
from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.synthesis import (
    MANIFEST,
    HipSource,
    PairOptions,
    PairsFolder,
    Sources,
    check_pairs,
    draw_pair,
    read_manifest,
    write_again,
    write_pairs,
)
from napari_hipbmd.synthesis.storage import SCALE, to_grey, to_levels

OPTIONS = PairOptions(seed=5, split=(0.6, 0.2, 0.2))


def files(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).digest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="session")
def made(sources, tmp_path_factory):
    out = tmp_path_factory.mktemp("pairs") / "made"
    return out, write_pairs(out, sources, 8, OPTIONS)


def test_film_minus_sto_is_the_projected_bone_and_the_error_is_told(made):
    _out, result = made
    assert result.count == result.new == 8
    assert 0 < result.max_error < 4e-5


def test_pasting_contradicts_its_label_and_the_error_says_so(sources, tmp_path):
    pasted = write_pairs(
        tmp_path / "p", sources, 2, replace(OPTIONS, operator="replace")
    )
    assert pasted.max_error > 0.02
    assert "pairs/000/00000" in pasted.doubt and "with 'replace'" in pasted.doubt


def test_a_pair_that_leaves_the_grey_range_is_named_with_the_cause(sources, tmp_path):
    def dense() -> HipSource:
        known = sources.hips[0].load()
        return replace(known, film=known.film + 1.4 * (known.mask > 0))

    one = replace(sources.hips[0], load=dense)
    bright = replace(sources, hips=(one, *sources.hips[1:]))
    made = write_pairs(tmp_path / "p", bright, 6, replace(OPTIONS, split=(1, 0, 0)))
    assert made.max_error > 0.01
    assert "made of film-0" in made.doubt and "leave the grey range" in made.doubt


def test_what_a_killed_run_left_behind_stops_no_other(made, sources, tmp_path):
    out = tmp_path / "killed"
    (out / "sources").mkdir(parents=True)
    (out / "sources" / ".hip-00000.tif.ab12cd_9.tmp").write_bytes(b"half")
    (out / ".manifest.json.ab12cd_9.tmp").write_bytes(b"half")
    write_pairs(out, sources, 8, OPTIONS)
    assert files(out) == files(made[0])


def test_a_pair_opens_in_any_viewer_as_film_and_sto(made):
    out, _ = made
    film, sto = tifffile.imread(out / "pairs/000/000000.tif") / 65535 * SCALE - 0.5
    bone = film - sto
    assert 0.2 < bone.max() < 0.3
    assert (np.abs(bone) < 1e-4).mean() > 0.5


def test_a_manifest_and_its_sources_make_the_same_pairs_again(made, tmp_path):
    out, _ = made
    write_again(out, tmp_path / "again")
    assert files(tmp_path / "again") == files(out)
    assert check_pairs(out) == []


def test_the_same_films_and_seed_make_the_same_folder(made, sources, tmp_path):
    write_pairs(tmp_path / "same", sources, 8, OPTIONS)
    assert files(tmp_path / "same") == files(made[0])
    other = replace(OPTIONS, seed=6)
    write_pairs(tmp_path / "other", sources, 8, other)
    assert files(tmp_path / "other") != files(made[0])


def test_a_run_that_was_stopped_goes_on_to_identical_files(made, sources, tmp_path):
    asked = []
    with pytest.raises(Cancelled):
        write_pairs(
            tmp_path / "p", sources, 8, OPTIONS,
            cancelled=lambda: asked.append(1) or len(asked) > 12,
        )  # fmt: skip
    there = files(tmp_path / "p")
    assert MANIFEST in there and 0 < len(there) < len(files(made[0]))
    with pytest.raises(Refused, match=r"holds \d of 8 pairs.*goes on"):
        PairsFolder.open(tmp_path / "p")
    seen = []
    resumed = write_pairs(
        tmp_path / "p", sources, 8, OPTIONS, progress=lambda *done: seen.append(done)
    )
    assert resumed.new < 8 and seen[-1] == (8, 8)
    assert files(tmp_path / "p") == files(made[0])


def test_a_run_that_was_stopped_before_its_manifest_starts_anew(sources, tmp_path):
    with pytest.raises(Cancelled):
        asked = iter([False, False, True])
        write_pairs(tmp_path / "p", sources, 2, OPTIONS, cancelled=lambda: next(asked))
    assert not (tmp_path / "p").exists()
    assert write_pairs(tmp_path / "p", sources, 2, OPTIONS).new == 2


def test_more_pairs_keep_those_that_are_there(made, sources, tmp_path):
    write_pairs(tmp_path / "p", sources, 3, OPTIONS)
    first = files(tmp_path / "p")
    assert write_pairs(tmp_path / "p", sources, 8, OPTIONS).new == 5
    after = files(tmp_path / "p")
    assert {k: v for k, v in after.items() if k in first and k != MANIFEST} == {
        k: v for k, v in first.items() if k != MANIFEST
    }
    assert after == files(made[0])


@pytest.mark.slow
def test_many_pairs_need_no_more_memory_than_few(sources, tmp_path):
    peaks = []
    for name, count in (("few", 12), ("many", 48)):
        out = tmp_path / name
        tracemalloc.start()
        write_pairs(out, sources, count, replace(OPTIONS, split=(1, 0, 0)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    pair_bytes = 2 * 448 * 448 * 2
    assert peaks[1] < peaks[0] + pair_bytes


def test_patients_are_divided_before_pairs_are_made(made):
    manifest = read_manifest(made[0])
    parts = {}
    for entry in (*manifest.hips, *manifest.tiles):
        assert parts.setdefault(entry.patient, entry.part) == entry.part
    assert set(parts.values()) == {"train", "validation", "test"}
    for index in range(300):
        drawn = manifest.draw(index)
        assert manifest.hips[drawn.hip].part == drawn.part
        assert manifest.tiles[drawn.tile].part == drawn.part


def test_a_manifest_says_who_confirmed_a_donor_and_names_no_patient(made):
    text = (made[0] / MANIFEST).read_text("utf-8")
    assert '"by": "eve"' in text and '"at": "2026-01-01"' in text
    assert "patient 0" not in text


@settings(deadline=None, max_examples=60)
@given(
    index=st.integers(0, 999_999),
    seed=st.integers(0, 2**31),
    rotation=st.floats(0, 180),
    low=st.floats(0.25, 1),
    high=st.floats(1, 4),
    exposure=st.floats(0, 0.4),
)
def test_every_pair_is_drawn_within_the_ranges(
    index, seed, rotation, low, high, exposure
):
    options = PairOptions("additive", rotation, True, (low, high), exposure, seed)
    assert as_type(PairOptions, json.loads(json.dumps(options.to_json()))) == options
    parts = ["train", "validation", "test"] * 2
    one = draw_pair(options, parts, parts, index)
    assert one == draw_pair(options, parts, parts, index)
    assert abs(one.placement.rotation_deg) <= rotation
    assert low * (1 - 1e-9) <= one.placement.scale <= high * (1 + 1e-9)
    assert abs(one.exposure) <= exposure
    assert parts[one.hip] == parts[one.tile] == one.part


@given(st.floats(-0.5, 1.5, width=32))
def test_grey_survives_its_file(grey):
    image = np.full((2, 2), grey, np.float32)
    np.testing.assert_allclose(to_grey(to_levels(image)), image, atol=1.6e-5)


def test_the_shares_of_the_parts_are_kept(made):
    manifest = read_manifest(made[0])
    parts = [manifest.draw(i).part for i in range(1000)]
    assert parts.count("train") == pytest.approx(600, abs=3)
    assert parts.count("test") == pytest.approx(200, abs=3)


def test_too_few_patients_for_a_split_are_refused_with_what_to_do(sources, tmp_path):
    two = Sources(sources.hips[:2], sources.tiles)
    with pytest.raises(Refused, match="2 patients have a hip of type 2.*--split 1"):
        write_pairs(tmp_path / "p", two, 4, OPTIONS)
    assert not (tmp_path / "p").exists()
    alone = replace(OPTIONS, split=(1, 0, 0))
    assert write_pairs(tmp_path / "p", two, 2, alone).new == 2


def test_a_folder_of_other_pairs_is_left_alone(made, sources, tmp_path):
    out = tmp_path / "p"
    write_again(made[0], out)
    before = files(out)
    with pytest.raises(Refused, match="other options"):
        write_pairs(out, sources, 8, replace(OPTIONS, rotation_deg=3))
    fewer = Sources(sources.hips, sources.tiles[:3])
    with pytest.raises(Refused, match="does not match"):
        write_pairs(out, fewer, 8, OPTIONS)
    assert files(out) == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("!")
    for make in (
        lambda: write_pairs(tmp_path / "mine", sources, 2, OPTIONS),
        lambda: write_again(made[0], tmp_path / "mine"),
    ):
        with pytest.raises(Refused, match="already holds other files"):
            make()
    assert set(files(tmp_path / "mine")) == {"thesis.txt"}
    (tmp_path / "mine" / "thesis.txt").rename(tmp_path / "mine" / "sources")
    with pytest.raises(Refused, match="already holds other files"):
        write_again(made[0], tmp_path / "mine")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.update(format="coco"), "cannot be read as one of pairs"),
        (lambda c: c.update(version=9), "format 9"),
        (lambda c: c.update(pixels=256), "256 × 256"),
        (lambda c: c.pop("hips"), "cannot be read as one of pairs"),
        (lambda c: c["hips"][0].update(file="../../etc/passwd"), "cannot be read"),
        (lambda c: c.update(count=0), "1 to 999999"),
        (lambda c: c["options"].update(scale=[2, 1]), "Scale: two numbers"),
    ],
)
def test_a_manifest_that_does_not_match_is_refused(made, change, message, tmp_path):
    out = tmp_path / "p"
    out.mkdir()
    content = json.loads((made[0] / MANIFEST).read_text("utf-8"))
    change(content)
    (out / MANIFEST).write_text(json.dumps(content))
    with pytest.raises(Refused, match=message):
        PairsFolder.open(out)


def test_a_source_that_was_changed_is_refused(made, tmp_path):
    out = tmp_path / "p"
    write_again(made[0], out)
    (out / "sources/hip-00000.tif").write_bytes(
        (out / "sources/hip-00001.tif").read_bytes()
    )
    with pytest.raises(Refused, match="hip-00000.tif.*is not the one"):
        write_again(out, tmp_path / "q")
    assert not (tmp_path / "q").exists()


@pytest.mark.parametrize("content", [b"", b"II*\0junk", b"%PDF"])
def test_a_damaged_pair_is_refused_and_named(made, content, tmp_path):
    out = tmp_path / "p"
    write_again(made[0], out)
    name = "pairs/000/000001.tif"
    (out / name).write_bytes(content)
    with pytest.raises(Refused, match="000001.tif is damaged"):
        PairsFolder.open(out).pair(1)
    assert check_pairs(out) == [name]


@pytest.mark.parametrize(
    "options",
    [
        {"operator": "multiply"},
        {"rotation_deg": 200},
        {"scale": (2, 1)},
        {"exposure": -1},
        {"seed": -1},
        {"split": (0, 0, 0)},
        {"split": (1, -1, 0)},
    ],
)
def test_options_that_make_no_sense_are_refused(options):
    with pytest.raises(Refused):
        PairOptions(**options)
