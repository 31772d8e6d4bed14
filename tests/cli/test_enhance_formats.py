"""Intermediates for other tools: the same pixels in each format, and their place."""

import json
import sys
from unittest.mock import patch

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_hipbmd.dicom import read_film


@pytest.fixture
def case(sample_study):
    return next(case for case in sample_study.cases if case.side == "R")


@pytest.fixture
def written(hipbmd, case, tmp_path):
    """Enhance a hip in a box of its own, in a format; gives the film and the folder."""

    def write(kind, *options, film=None):
        box = ("--box", "100", "120", "500", "520")
        ran = hipbmd(
            "enhance", film or case.image, *box, "--out", tmp_path / "out",
            "--format", kind, "--latent", *options,
        )  # fmt: skip
        assert ran.status == 0, ran.err
        [folder] = (tmp_path / "out").glob("*/")
        return read_film(film or case.image), folder

    return write


def part(film, card, shape):
    row, column = card["corner_row_col"]
    return film.grey()[row : row + shape[-2], column : column + shape[-1]]


def test_ome_tiff_tells_pixel_size_place_and_channels(written):
    film, folder = written("ome-tiff")
    card = json.loads((folder / "film.json").read_text("utf-8"))
    with tifffile.TiffFile(folder / "hip.ome.tif") as file:
        pixels, told = file.asarray(), tifffile.xml2dict(file.ome_metadata)
    about = told["OME"]["Image"]["Pixels"]
    names = [one["Name"] for one in about["Channel"]]
    assert names[:3] == ["film", "STO", "bone image"]
    np.testing.assert_array_equal(pixels[0], part(film, card, pixels.shape))
    np.testing.assert_array_equal(pixels[2], pixels[0] - pixels[1])
    row, column = film.spacing_mm
    assert (about["PhysicalSizeY"], about["PhysicalSizeX"]) == pytest.approx(
        (row, column)
    )
    assert about["PhysicalSizeXUnit"] == "mm"
    plane = about["Plane"][0]
    top, left = card["corner_row_col"]
    assert (plane["PositionY"], plane["PositionX"]) == pytest.approx(
        (top * row, left * column)
    )


def test_ome_tiff_without_a_spacing_tells_no_size(written, tmp_path):
    rows = np.random.default_rng(0).integers(0, 255, (600, 600), np.uint8)
    Image.fromarray(np.sort(rows, axis=1)).save(tmp_path / "film.png")
    _, folder = written("ome-tiff", film=tmp_path / "film.png")
    with tifffile.TiffFile(folder / "hip.ome.tif") as file:
        assert "PhysicalSize" not in file.ome_metadata


def test_npz_holds_every_array_by_name_with_its_place(written):
    film, folder = written("npz", "--stages")
    card = json.loads((folder / "film.json").read_text("utf-8"))
    found = np.load(folder / "hip.npz")
    np.testing.assert_array_equal(found["bone_image"], found["film"] - found["sto"])
    np.testing.assert_array_equal(found["film"], part(film, card, found["film"].shape))
    np.testing.assert_allclose(found["spacing_mm"], film.spacing_mm)
    np.testing.assert_allclose(
        found["hip_place"], np.multiply(card["corner_row_col"], film.spacing_mm)
    )
    cells, size = found["latent"].shape[1:], found["latent_size"]
    np.testing.assert_allclose(
        np.multiply(cells, size),
        np.multiply(found["stage_1"].shape[1:], found["stage_1_size"]),
    )


def test_zarr_is_ome_zarr_in_millimetres(written):
    zarr = pytest.importorskip("zarr", reason="the extra 'zarr' is not installed")
    film, folder = written("zarr")
    group = zarr.open_group(folder / "hip.zarr", mode="r")
    about = group.attrs["ome"]["multiscales"][0]
    assert [axis["name"] for axis in about["axes"]] == ["c", "y", "x"]
    assert about["axes"][2]["unit"] == "millimeter"
    [scale, place] = about["datasets"][0]["coordinateTransformations"]
    assert scale["scale"] == pytest.approx([1, *film.spacing_mm])
    card = json.loads((folder / "film.json").read_text("utf-8"))
    assert place["translation"][1:] == pytest.approx(
        np.multiply(card["corner_row_col"], film.spacing_mm)
    )
    pixels = group["0"][...]
    np.testing.assert_array_equal(pixels[0], part(film, card, pixels.shape))
    labels = [one["label"] for one in group.attrs["ome"]["omero"]["channels"]]
    assert labels[:3] == ["film", "STO", "bone image"]
    written("zarr")  # once more, in the same place


def test_without_the_package_the_sentence_names_the_extra(hipbmd, case, tmp_path):
    out = tmp_path / "out"
    with patch.dict(sys.modules, {"zarr": None}):
        ran = hipbmd("enhance", case.image, "--out", out, "--format", "zarr")
    assert ran.status == 2 and "pip install 'napari-hipbmd[zarr]'" in ran.err
    assert not out.exists()


def test_the_montage_shows_every_channel_of_the_latent(written):
    _, folder = written("npz")
    count, rows, columns = np.load(folder / "hip.npz")["latent"].shape
    picture = np.asarray(Image.open(folder / "latent.png"))
    white = (picture == 255).all(axis=-1)
    assert (~white).sum() == 16 * count * rows * columns  # a cell is 4 × 4 pixels
