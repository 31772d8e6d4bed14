"""Shared by all tests."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from napari_hipbmd.cli import main
from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.locks import locked
from napari_hipbmd.core.resources import sample_data_dir
from napari_hipbmd.study import Label, Labels, Study
from napari_hipbmd.study.films import film_facts

if TYPE_CHECKING:
    from napari_hipbmd.evaluation.tables import Validation

    from .made_up_study import MadeUpStudy

# A window that nobody sees, unless a display was asked for.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The texts that tests look for, wherever they run.
os.environ["HIPBMD_LANGUAGE"] = "en"

# No example is judged by the clock: a busy machine is slow and not wrong. Half as many
# examples as usual: a test that needs more says so. They are the same in every run.
settings.register_profile(
    "any speed",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any speed")

NEED_A_DISPLAY = {"make_napari_viewer", "make_napari_viewer_proxy", "window"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what draws where nothing can be drawn: the canvas needs OpenGL."""
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if display or not sys.platform.startswith("linux"):
        return
    skip = pytest.mark.skip(reason="no display: run scripts/with_display.sh pytest")
    for item in items:
        if NEED_A_DISPLAY & set(getattr(item, "fixturenames", ())):
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    """Never walk again over what the libraries hold: garbage is collected often."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _window_goes_with_its_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take a closed window away at once, in the thread that drew it.

    Left to the garbage collector it may go while a worker thread runs, and Qt's OpenGL
    context does not survive that.
    """
    yield
    if NEED_A_DISPLAY & set(request.fixturenames):
        from qtpy.QtCore import QCoreApplication, QEvent

        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        gc.freeze()  # what is left is not walked over after each of the tests to come


@pytest.fixture(scope="session")
def repo_root() -> Path:
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def sample_study() -> Study:
    """The six films that come with the package, and their truth."""
    return Study.open(sample_data_dir())


@pytest.fixture
def three_cases(tmp_path: Path) -> Study:
    """Three of the sample films, to be changed at will."""
    folder = tmp_path / "study"
    shutil.copytree(sample_data_dir(), folder)
    table = folder / "cases.csv"
    lines = table.read_text("utf-8").splitlines(keepends=True)
    table.write_text("".join(lines[:4]), "utf-8")
    for film in sorted((folder / "images").iterdir())[3:]:
        film.unlink()
    return Study.open(folder)


@pytest.fixture
def labelled_study(sample_study: Study, tmp_path: Path) -> Study:
    """Three of the sample films; anna has labelled them all, bert the first."""
    folder = tmp_path / "labelled"
    folder.mkdir()
    lines = (sample_study.folder / "cases.csv").read_text("utf-8").splitlines(True)
    (folder / "cases.csv").write_text("".join(lines[:4]), "utf-8")
    (folder / "images").mkdir()
    for case in sample_study.cases[:3]:
        (folder / "images" / case.image.name).symlink_to(case.image)
    study = Study.open(folder)
    for i, case in enumerate(study.cases):
        truth = sample_study.truth(case.case_id, with_sto=False)
        assert truth is not None
        film = film_facts(study, case.case_id)
        for who in ("anna", "bert")[: 2 if i == 0 else 1]:
            marks = {
                name: Label((float(x), float(y)), who=who, when="2024-01-01T00:00:00")
                for name, (x, y) in zip(LANDMARK_IDS, truth.landmarks_xy, strict=True)
            }
            study.write_labels(Labels(case.case_id, who, marks, film=film))
    return study


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], Path]]:
    """Makes a folder one that nobody may write; skips where that cannot be done.

    Permissions do not keep root out: for root it is mounted read-only.
    """
    frozen: list[Path] = []
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0

    def mount(*words: str) -> bool:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def freeze(folder: Path) -> Path:
        if not hasattr(os, "geteuid"):
            pytest.skip("permissions of folders are otherwise here")
        if not as_root:
            for path in (folder, *folder.rglob("*")):
                path.chmod(path.stat().st_mode & ~0o222)
        elif not mount("mount", "--bind", str(folder), str(folder)):
            pytest.skip("nothing can be mounted here")
        frozen.append(folder)
        if as_root:
            assert mount("mount", "-o", "remount,ro,bind", str(folder))
        return folder

    yield freeze
    for folder in frozen:
        if as_root:
            mount("umount", "--lazy", str(folder))
        else:
            for path in (folder, *folder.rglob("*")):
                path.chmod(path.stat().st_mode | 0o200)


@pytest.fixture(scope="session")
def tiny_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-four digital hips on small films: to be read only.

    Whoever comes first makes them, for all processes that run tests.
    """
    from napari_hipbmd.tasks.digital_hips import make_study

    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with (folder / "digital.lock").open("ab") as file, locked(file):
        make_study(folder / "digital" / "tiny", 24, 5, "train", 128, workers=1)
    return folder / "digital" / "tiny"


@pytest.fixture(scope="session")
def small_enhancement(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained network on a tiny grid: another model than the bundled one."""
    import torch

    from napari_hipbmd.enhancement.networks import Autoencoder, AutoencoderShape
    from napari_hipbmd.learning.weights import write_model

    torch.manual_seed(1)
    shape = AutoencoderShape((4, 6), grid_px=32)
    folder = tmp_path_factory.mktemp("models") / "small"
    card = {"name": "enhancement (small)", "preset": "small", "shape": shape.to_json()}
    write_model(folder, "enhancement", Autoencoder(shape).state_dict(), card)
    return folder


@pytest.fixture(scope="session")
def validated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Validation, Path]:
    """One run that several tests read: what it returned, and its folder."""
    from napari_hipbmd.tasks.validate import validate

    from .made_up_study import MadeUpStudy

    folder = tmp_path_factory.mktemp("validated")
    made_up = MadeUpStudy(folder / "study")
    found = validate(
        made_up.study, folder / "out", samples=200, prepare=made_up.prepare
    )
    return found, folder / "out"


@pytest.fixture
def made_up(tmp_path: Path) -> MadeUpStudy:
    """Forty films that are measured at once."""
    from .made_up_study import MadeUpStudy

    return MadeUpStudy(tmp_path / "study")


@dataclass(frozen=True)
class Ran:
    """Exit status and what was printed."""

    status: int
    out: str
    err: str


@pytest.fixture
def hipbmd(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run ``hipbmd`` with these arguments."""

    def run(*arguments: object) -> Ran:
        status = main([str(a) for a in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Ran(status, printed.out, printed.err)

    return run
