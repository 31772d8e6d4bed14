"""The reader opens films as they should look, and leaves everything else alone."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import npe2
import numpy as np
import pydicom
import pytest
from napari.layers import Layer

from napari_hipbmd.dicom import FilmTags, write_film
from napari_hipbmd.plugin.study.film_facts import fact_lines
from napari_hipbmd.plugin.viewer.identity import facts_of
from napari_hipbmd.plugin.viewer.origins import remember_origin
from napari_hipbmd.plugin.viewer.reader import get_reader

from ...dicom.conftest import real_data

__all__ = ["real_data"]


@pytest.fixture
def hip(tmp_path: Path) -> Path:
    stored = np.random.default_rng(0).integers(500, 3500, (120, 100), dtype=np.uint16)
    tags = FilmTags(
        "hip_1",
        side="R",
        photometric="MONOCHROME1",
        pixel_spacing_mm=(0.2, 0.3),
        pixel_spacing_calibration_type="GEOMETRY",
        windows=((2000, 1000, "bone"),),
        sex="F",
        age_years=70,
    )
    write_film(tmp_path / "hip_1.dcm", stored, tags)
    return tmp_path / "hip_1.dcm"


def test_a_film_is_shown_in_mm_with_its_window_and_polarity(
    hip: Path, viewer: Any
) -> None:
    (layer,) = viewer.open(str(hip), plugin="napari-hipbmd")
    assert layer.data.dtype == np.uint16
    assert layer.colormap.name == "gray_r"
    np.testing.assert_allclose(layer.scale, (0.2, 0.3))
    assert [str(unit) for unit in layer.units] == ["millimeter"] * 2
    low, high = layer.contrast_limits
    assert low == pytest.approx(1500, abs=1) and high == pytest.approx(2500, abs=1)
    assert facts_of(layer)["side"] == "R"
    assert facts_of(layer)["patient"].age_years == 70


def test_the_contrast_slider_keeps_the_full_range(
    hip: Path, viewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody sees the window of a test, so napari does not call it current.
    monkeypatch.setattr("napari.current_viewer", lambda: viewer.__wrapped__)
    (layer,) = viewer.open(str(hip), plugin="napari-hipbmd")
    assert layer.contrast_limits_range == [0, 4095]
    assert layer.contrast_limits[1] < 2600


def test_several_films_are_several_layers_never_a_stack(hip: Path) -> None:
    other = hip.with_name("hip_2.dcm")
    write_film(other, np.arange(4096, dtype=np.uint16).reshape(64, 64), FilmTags("h"))
    paths = [str(hip), str(other)]
    reader = get_reader(paths)
    assert reader is not None
    first, second = reader(paths)
    assert first[0].shape == (120, 100)
    assert second[0].shape == (64, 64)


def test_a_film_without_spacing_stays_in_pixels_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("napari_hipbmd.plugin.viewer.films.show_info", said.append)
    path = tmp_path / "a.dcm"
    write_film(path, np.arange(4096, dtype=np.uint16).reshape(64, 64), FilmTags("h"))
    reader = get_reader(str(path))
    assert reader is not None
    ((_, arguments, _),) = reader(str(path))
    assert arguments["units"] == ("pixel", "pixel")
    assert arguments["metadata"]["hipbmd"]["spacing_mm"] is None
    known = arguments["metadata"]["hipbmd"]
    assert known["spacing_source"] == "none: the film has no pixel spacing"
    (told,) = said
    assert told == (
        "a is shown in pixels. No length can be measured, because the film has no"
        " pixel spacing: give the spacing in mm."
    )
    lines = dict(fact_lines(Layer.create(*reader(str(path))[0])))
    assert lines["Pixel spacing"] == "none: shown in pixels, no mm and no BMD"
    assert lines["from"] == known["spacing_source"]


def test_a_film_whose_file_names_its_patient_is_called_otherwise_and_says_why(
    hip: Path,
) -> None:
    film = pydicom.dcmread(hip)
    film.PatientName = "Smith^Jane"
    path = hip.with_name("smith_jane.dcm")
    film.save_as(path)
    lines = {}
    for one in (hip, path):
        reader = get_reader(str(one))
        assert reader is not None
        layer = Layer.create(*reader(str(one))[0])
        remember_origin(layer, one)
        lines[one] = dict(fact_lines(layer))
    assert "Name" not in lines[hip]
    assert lines[path]["Name"].startswith("film-")
    assert lines[path]["Name"].endswith(", as its file is called after its patient")
    assert "smith" not in lines[path]["Name"].casefold()


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\0" * 200, b"\0" * 128 + b"DICM" + b"\xff" * 50]
)
def test_junk_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "junk.dcm"
    path.write_bytes(content)
    assert get_reader(str(path)) is None


VOLUMES = {
    "a CT slice": {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "Modality": "CT"},
    "an MR slice": {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4", "Modality": "MR"},
    "an enhanced CT": {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2.1", "Modality": "CT",
        "NumberOfFrames": 3,
    },
    "a loop of films": {"NumberOfFrames": 3},
}  # fmt: skip


@pytest.mark.parametrize("what", VOLUMES)
def test_a_volume_is_left_to_others_and_the_reason_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    said: list[str] = []
    monkeypatch.setattr("napari_hipbmd.plugin.viewer.reader.show_info", said.append)
    path = tmp_path / "volume.dcm"
    stored = np.arange(12288, dtype=np.uint16).reshape(192, 64) % 4096
    write_film(path, stored, FilmTags("h"))
    film = pydicom.dcmread(path)
    for keyword, value in VOLUMES[what].items():
        setattr(film, keyword, value)
    film.Rows = 192 // int(film.get("NumberOfFrames", 1))
    film.save_as(path)
    assert get_reader(str(path)) is None
    assert "is not opened as a film" in said[0]


def test_nifti_volumes_folders_and_stacks_are_left_to_others(
    tmp_path: Path, hip: Path
) -> None:
    header = np.zeros(352, np.uint8)
    header[:4] = np.array([348], "<i4").view(np.uint8)
    header[344:348] = np.frombuffer(b"n+1\0", np.uint8)
    volume = header.tobytes() + bytes(8 * 8 * 8 * 2)
    for name in ("ct.nii.gz", "ct.nii", "ct.dcm"):
        data = gzip.compress(volume) if name.endswith("gz") else volume
        (tmp_path / name).write_bytes(data)
        assert get_reader(str(tmp_path / name)) is None
    assert get_reader(str(tmp_path)) is None
    assert get_reader([str(hip), str(tmp_path / "ct.dcm")]) is None


def test_real_volumes_are_left_to_others(real_data: Path) -> None:
    for name in ("dicom/bad_sequence.dcm", "dicom/emri_small_RLE.dcm",
                 "not-a-film/example_ct.nii.gz"):  # fmt: skip
        assert get_reader(str(real_data / name)) is None


@pytest.mark.parametrize("path", ["nowhere.dcm", "", [], "\0", None, 3, ["a", None]])
def test_asking_never_raises(path: Any) -> None:
    assert get_reader(path) is None


def test_one_file_that_is_no_film_leaves_the_whole_lot_to_others(hip: Path) -> None:
    junk = hip.with_name("junk.dcm")
    junk.write_bytes(b"hello")
    assert get_reader([str(hip), str(junk)]) is None


def test_the_reason_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("napari_hipbmd.plugin.viewer.reader.show_info", said.append)
    path = tmp_path / "junk.dcm"
    path.write_bytes(b"hello")
    get_reader(str(path))
    (text,) = said
    assert text.startswith("junk.dcm is not opened as a film.")


def test_the_manifest_is_valid_and_claims_no_pictures() -> None:
    import napari_hipbmd

    path = Path(napari_hipbmd.__file__).with_name("napari.yaml")
    manifest = npe2.PluginManifest.from_file(path)
    manifest.validate_imports()
    (reader,) = manifest.contributions.readers
    assert reader.filename_patterns == ["*.dcm", "*.dicom", "*.dic"]
    assert not reader.accepts_directories
    assert {sample.display_name for sample in manifest.contributions.sample_data} == {
        "digital hip, type 1",
        "digital hip, type 2",
        "small study",
    }


def test_a_real_hip_opens_bright_is_dense_windowed_and_in_mm(
    real_data: Path, viewer: Any
) -> None:
    path = real_data / "hip" / "RG2_HIP_J2KR.dcm"
    (layer,) = viewer.open(str(path), plugin="napari-hipbmd")
    assert layer.colormap.name == "gray"
    np.testing.assert_allclose(layer.scale, 0.2)
    assert [str(unit) for unit in layer.units] == ["millimeter"] * 2
    low, high = layer.contrast_limits
    assert 0 <= low < high <= 1023
