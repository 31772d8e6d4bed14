"""DeepLabCut's HDF5 tables go out, come in, and run nothing."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.study.exchange import ImportPlan, export_labels, import_labels

h5py = pytest.importorskip("h5py", reason="needs the extra deeplabcut")
pandas = pytest.importorskip("pandas", reason="needs the extra deeplabcut")
tables = pytest.importorskip("tables", reason="needs the extra deeplabcut")

CASE, KEY = "train-77-00000", "df_with_missing"
PATH = ("labeled-data", "hips", f"{CASE}.png")
LEVELS = ["scorer", "bodyparts", "coords"]


def frame(xy, index=None, levels=LEVELS):
    """A table as DeepLabCut has it."""
    names = [["carl"], list(LANDMARK_IDS), ["x", "y"]]
    return pandas.DataFrame(
        np.asarray(xy, float).reshape(1, -1),
        index=pandas.MultiIndex.from_tuples([PATH]) if index is None else index,
        columns=pandas.MultiIndex.from_product(names, names=levels),
    )


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "CollectedData_carl.h5"


@pytest.fixture
def xy(labelled_study):
    return labelled_study.labels("anna", CASE).xy.copy()


@pytest.fixture
def brought(labelled_study, path):
    """Import the file for carl; gives his labels of the first case."""

    def read():
        import_labels(labelled_study, "deeplabcut-h5", path, ImportPlan("carl"))
        return labelled_study.labels("carl", CASE)

    return read


@pytest.fixture
def refused(brought):
    """Why the file is refused."""

    def why():
        with pytest.raises(Refused) as refusal:
            brought()
        return str(refusal.value)

    return why


def test_pandas_opens_what_goes_out_as_deeplabcut_does(labelled_study, tmp_path):
    export_labels(labelled_study, "deeplabcut-h5", tmp_path / "out", ["anna"])
    written = pandas.read_hdf(tmp_path / "out" / "anna.h5", key=KEY)
    export_labels(labelled_study, "deeplabcut", tmp_path / "csv", ["anna"])
    same = pandas.read_csv(
        tmp_path / "csv" / "anna.csv", header=[0, 1, 2], index_col=[0, 1, 2]
    )
    assert list(written.columns.names) == LEVELS
    assert written.index.nlevels == 3 and len(written) == 3
    pandas.testing.assert_frame_equal(written, same, check_names=False)
    np.testing.assert_array_equal(
        written.loc[PATH].to_numpy().reshape(16, 2),
        labelled_study.labels("anna", CASE).xy,
    )


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("key", [KEY, "keypoints"])
def test_tables_of_pandas_come_in(xy, brought, path, columns, key):
    xy[5] = np.nan
    index = ["/".join(PATH)] if columns == 1 else None
    frame(xy, index).to_hdf(path, key=key, mode="w")
    found = brought()
    assert len(found.landmarks) == 15 and LANDMARK_IDS[5] not in found.landmarks
    np.testing.assert_array_equal(found.xy, xy)


def test_what_went_out_comes_back(labelled_study, brought, path, tmp_path):
    export_labels(labelled_study, "deeplabcut-h5", tmp_path / "out", ["anna"])
    (tmp_path / "out" / "anna.h5").rename(path)
    assert brought().xy.tolist() == labelled_study.labels("anna", CASE).xy.tolist()


def test_several_animals_are_told_as_in_the_csv(xy, refused, path):
    names = [["carl"], ["a", "b"], list(LANDMARK_IDS), ["x", "y"]]
    pandas.DataFrame(
        np.tile(xy.reshape(1, -1), 2),
        index=pandas.MultiIndex.from_tuples([PATH]),
        columns=pandas.MultiIndex.from_product(
            names, names=["scorer", "individuals", "bodyparts", "coords"]
        ),
    ).to_hdf(path, key=KEY, mode="w")
    assert "several animals" in refused()


class Harm:
    """Makes a file when it is unpickled."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self):
        return Path.touch, (self.made,)


def test_what_pytables_would_unpickle_of_an_attribute_is_not_run(
    xy, brought, path, tmp_path
):
    harm = Harm(tmp_path / "harmed")
    frame(xy).to_hdf(path, key=KEY, mode="w")
    with tables.open_file(path, "a") as file:
        file.get_node(f"/{KEY}/axis1_level0")._v_attrs.name = harm
        file.get_node(f"/{KEY}")._v_attrs.note = harm
    assert len(brought().landmarks) == 16
    assert not harm.made.exists()
    pickle.loads(pickle.dumps(harm))
    assert harm.made.exists()  # so it would have harmed


@pytest.mark.filterwarnings("ignore::pandas.errors.PerformanceWarning")
def test_python_objects_are_refused(xy, refused, path, tmp_path):
    harm = Harm(tmp_path / "harmed")
    frame(xy).astype(object).map(lambda _: harm).to_hdf(path, key=KEY, mode="w")
    assert "Python objects, which could run code" in refused()
    assert not harm.made.exists()


def test_a_table_of_the_other_format_is_told(refused, path):
    flat = pandas.DataFrame({"x": [1.0]})
    flat.to_hdf(path, key=KEY, mode="w", format="table")
    assert "take the CSV beside it" in refused()


def test_what_lies_in_other_files_is_not_followed(xy, refused, path, tmp_path):
    frame(xy).to_hdf(tmp_path / "other.h5", key=KEY, mode="w")
    with h5py.File(path, "w") as file:
        file[KEY] = h5py.ExternalLink("other.h5", f"/{KEY}")
    assert f"it holds no table {KEY}" in refused()
    frame(xy).to_hdf(path, key=KEY, mode="w")
    with h5py.File(path, "a") as file:
        del file[KEY]["block0_values"]
        file[KEY]["block0_values"] = h5py.ExternalLink("other.h5", f"/{KEY}/axis0")
    assert "its block0_values lies elsewhere" in refused()


def test_an_array_that_unfolds_to_a_thousand_times_its_size_is_refused(
    xy, refused, path
):
    frame(xy).to_hdf(path, key=KEY, mode="w")
    with h5py.File(path, "a") as file:
        del file[KEY]["block0_values"]
        file[KEY].create_dataset(
            "block0_values", (1, 20_000_000), "f8", chunks=True, compression="gzip"
        )
    assert "its block0_values is too large" in refused()


def test_a_small_file_of_a_million_empty_films_is_refused_at_once(xy, refused, path):
    frame(xy).to_hdf(path, key=KEY, mode="w")
    with h5py.File(path, "a") as file:
        for name in ("axis1_label0", "axis1_label1", "axis1_label2"):
            del file[KEY][name]
            file[KEY].create_dataset(
                name, (1_000_000,), "i1", chunks=True, compression="gzip"
            )
    assert path.stat().st_size < 100_000
    assert "it is larger than any table of labels" in refused()


def test_damage_inside_is_told_in_no_words_of_the_library(xy, refused, path):
    frame(xy).to_hdf(path, key=KEY, mode="w")
    whole = path.read_bytes()
    with h5py.File(path) as file:
        at = h5py.h5o.get_info(file[KEY]["block0_values"].id).addr
    path.write_bytes(whole[:at] + b"\xff" * 64 + whole[at + 64 :])
    assert "it is damaged, or no HDF5 file" in refused()


@pytest.mark.parametrize("length", [0, 100, 3000])
def test_a_damaged_file_is_told(xy, refused, path, length):
    frame(xy).to_hdf(path, key=KEY, mode="w")
    path.write_bytes(path.read_bytes()[:length])
    assert "it is damaged, or no HDF5 file" in refused()


@pytest.mark.parametrize("lost", ["axis0_label1", "block0_values", "axis1_level2"])
def test_a_table_that_lacks_a_part_is_told(xy, refused, path, lost):
    frame(xy).to_hdf(path, key=KEY, mode="w")
    with h5py.File(path, "a") as file:
        del file[KEY][lost]
    assert f"it lacks '{lost}'" in refused()


def test_without_the_packages_a_sentence_names_the_extra(
    labelled_study, xy, refused, path, tmp_path, monkeypatch
):
    frame(xy).to_hdf(path, key=KEY, mode="w")
    monkeypatch.setitem(sys.modules, "h5py", None)
    monkeypatch.setitem(sys.modules, "tables", None)
    assert "pip install 'napari-hipbmd[deeplabcut]'" in refused()
    with pytest.raises(Refused, match=r"napari-hipbmd\[deeplabcut\]"):
        export_labels(labelled_study, "deeplabcut-h5", tmp_path / "out", ["anna"])
