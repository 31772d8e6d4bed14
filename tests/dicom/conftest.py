"""Films made in the test, and where real ones lie."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from napari_hipbmd.dicom import FilmTags, write_film

SHAPE = (96, 80)


@pytest.fixture
def hip() -> NDArray[np.uint16]:
    """12 bits, dense bone bright in the middle, air dark at the rim."""
    rng = np.random.default_rng(7)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    radius = np.hypot(rows - SHAPE[0] / 2, columns - SHAPE[1] / 2)
    film = 400 + 3200 * np.exp(-((radius / 20) ** 2)) + rng.normal(0, 8, SHAPE)
    return np.clip(film, 0, 4095).astype(np.uint16)


MakeFilm = Callable[..., Path]


@pytest.fixture
def make_film(tmp_path: Path, hip: NDArray[np.uint16]) -> MakeFilm:
    """Write a film; tags of ``FilmTags`` by keyword, others through ``edit``.

    ``edit`` maps DICOM keywords to values; None deletes the element.
    """

    def make(
        stored: NDArray[np.uint16] | None = None,
        edit: dict[str, Any] | None = None,
        name: str = "case.dcm",
        **tags: Any,
    ) -> Path:
        path = tmp_path / name
        film_tags = FilmTags(**{"case_id": "case", "side": "L", **tags})
        write_film(path, hip if stored is None else stored, film_tags)
        if edit:
            film = pydicom.dcmread(path)
            for keyword, value in edit.items():
                if value is None:
                    if keyword in film:
                        delattr(film, keyword)
                else:
                    setattr(film, keyword, value)
            film.save_as(path)
        return path

    return make


@pytest.fixture
def make_colour_film(make_film: MakeFilm) -> Callable[[NDArray[np.uint8]], Path]:
    """Write a film of three channels, ``(rows, columns, 3)``."""
    return lambda channels: make_film(
        edit={
            "SamplesPerPixel": 3,
            "PlanarConfiguration": 0,
            "PhotometricInterpretation": "RGB",
            "BitsAllocated": 8,
            "BitsStored": 8,
            "HighBit": 7,
            "PixelData": channels.tobytes(),
        }
    )


def real_data_folder() -> Path | None:
    """Real films beside the project, where they are to be had."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("HIPBMD_REAL_DATA", beside))
    return folder if folder.is_dir() else None


@pytest.fixture
def real_data() -> Path:
    folder = real_data_folder()
    if folder is None:
        pytest.skip("no real films: set HIPBMD_REAL_DATA to their folder")
    return folder


def public_files() -> list[Path]:
    """Every file of pydicom's own test data that needs no download."""
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    return sorted(path for path in folder.rglob("*") if path.is_file())


def real_files() -> list[Path]:
    """Every real file and every public one."""
    folder = real_data_folder()
    real = [] if folder is None else sorted(p for p in folder.rglob("*") if p.is_file())
    return real + public_files()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "any_file" in metafunc.fixturenames:
        files = real_files()
        metafunc.parametrize("any_file", files, ids=[path.name for path in files])
