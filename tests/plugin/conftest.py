"""A film, a measurement of it, and a pipeline that answers at once."""

from __future__ import annotations

import runpy
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import napari_hipbmd
import napari_hipbmd.pipeline
from napari_hipbmd.core.anatomy import SITES, TYPICAL_XY, area, polygons
from napari_hipbmd.core.errors import Cancelled, Refused
from napari_hipbmd.core.hip_images import HipImages, LandmarkSet
from napari_hipbmd.core.measurement import Estimate, Measurement, RegionMeasurement
from napari_hipbmd.core.radiograph import Flag, Patient, Radiograph
from napari_hipbmd.pipeline import PreparedHip
from napari_hipbmd.plugin.ui import sentences, translation
from napari_hipbmd.plugin.ui.shortcuts import current_keys
from napari_hipbmd.plugin.viewer.session import session_of
from napari_hipbmd.quality import NONE
from napari_hipbmd.study import Study, write_cases

from ..made_up_study import MadeUpStudy

LONGEST_MS = 300_000


class PatientBot(QtBot):
    """Waits as long as a busy machine may need: it is slow and not wrong."""

    def waitUntil(self, callback: Any, *, timeout: int = LONGEST_MS) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=max(timeout, LONGEST_MS))


@pytest.fixture
def qtbot(qapp: Any, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


SPACING = (0.2, 0.25)
CORNER = (30, 20)


def measured(film: Radiograph, xy: np.ndarray, patient: Patient) -> Measurement:
    """What a pipeline gives, with numbers that follow from the landmarks alone."""
    cm2 = None if film.spacing_mm is None else film.spacing_mm[0] * film.spacing_mm[1]
    regions = {
        region: RegionMeasurement(
            polygon,
            np.zeros((3, 2)),
            np.array([0.1, 0.2, 0.3]) + i,
            None if cm2 is None else area(polygon) * cm2 / 100,
        )
        for i, (region, polygon) in enumerate(polygons(xy).items())
    }
    value = 0.5 + (patient.age_years or 0) / 1000 + float(xy[0, 0]) / 1e4
    known = cm2 is not None
    return Measurement(
        case_id=film.case_id,
        image="",
        side=film.side,
        status="measured" if known else "partial",
        reason=None if known else "The film carries no trusted spacing.",
        film_flags=(Flag("metal", "There is metal <in> the film."),),
        spacing_mm=film.spacing_mm,
        spacing_source=film.spacing_source,
        patient=patient,
        film=film,
        images=HipImages(
            CORNER,
            film.grey()[CORNER[0] : -10, CORNER[1] : -10],
            film.grey()[CORNER[0] : -10, CORNER[1] : -10] / 2,
        ),
        landmarks=LandmarkSet(xy, np.linspace(0.5, 8, 16) * (1 if known else np.nan)),
        regions=regions,
        bmd_g_cm2={s: Estimate(value, value - 0.1, value + 0.1) for s in SITES}
        if known
        else None,
        t_score={"neck": -2.5, "total": -1.0} if known else None,
        seconds={"total": 1.25},
    )


REAL_PIPELINE = napari_hipbmd.pipeline
_number = count(1)


class FakePipeline(ModuleType):
    """Stands in for :mod:`napari_hipbmd.pipeline`; ``hold`` makes it wait."""

    def __init__(self) -> None:
        super().__init__("napari_hipbmd.pipeline")
        self.hold = threading.Event()
        self.hold.set()
        self.started = threading.Event()
        self.stopped = threading.Event()
        self.calls: list[dict[str, Any]] = []
        self.remeasured = 0
        self.moved = 0
        self.remeasured_with: Any = None
        self.thread: threading.Thread | None = None
        self.refusal: str | None = None
        self.error: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        """What it does not stand in for."""
        return getattr(REAL_PIPELINE, name)

    def measure(
        self,
        film: Radiograph,
        *,
        report: Any,
        cancelled: Any,
        patient: Patient,
        side: Any,
        box: Any,
        image: str,
        landmarks_xy: Any = None,
        models: Any = None,
    ) -> Measurement:
        self.thread = threading.current_thread()
        self.calls.append(
            {"film": film, "patient": patient, "side": side, "box": box,
             "models": models}
        )  # fmt: skip
        report("enhance", None)
        self.started.set()
        while not self.hold.wait(0.01):
            if cancelled():
                self.stopped.set()
                raise Cancelled
        if self.refusal is not None:
            raise Refused(self.refusal)
        if self.error is not None:
            raise self.error
        xy = TYPICAL_XY * 60 + 100 if landmarks_xy is None else landmarks_xy
        return replace(
            measured(replace(film, side=side), xy, patient), image=image, box=box
        )

    def remeasure(
        self,
        measurement: Measurement,
        xy: np.ndarray,
        patient: Patient | None = None,
        models: Any = None,
        rulers: Any = None,
        moving: bool = False,
    ) -> Measurement:
        self.remeasured += 1
        self.moved += moving
        self.remeasured_with = models
        assert measurement.film is not None
        assert measurement.landmarks is not None
        before = measurement.landmarks
        after = measured(measurement.film, xy, patient or measurement.patient)
        sigma = np.where((before.xy == xy).all(axis=1), before.sigma_mm, 0.0)
        return replace(after, image=measurement.image, landmarks=LandmarkSet(xy, sigma))


@contextmanager
def fresh_application() -> Iterator[None]:
    """Let napari register its commands anew, as napari's own test viewers do.

    A real viewer after one of those would register the plugin's commands twice. napari
    has no public names for what has to be emptied.
    """
    from app_model import Application
    from napari._app_model._app import NapariApplication, _napari_names
    from napari._qt._qapp_model.qactions import init_qactions
    from napari.plugins import _initialize_plugins

    cached = (_initialize_plugins, init_qactions)
    for each in cached:
        each.cache_clear()
    name = f"window {next(_number)}"
    app = NapariApplication(name)
    app.injection_store.namespace = _napari_names
    with patch.object(NapariApplication, "get_app_model", return_value=app):
        try:
            yield
        finally:
            Application.destroy(name)
            for each in cached:
                each.cache_clear()


@pytest.fixture(scope="session")
def window(qapp: Any) -> Iterator[Any]:
    """A window that the tests share: making one takes longer than most of them."""
    import napari
    from napari._qt.qt_viewer import QtViewer

    with fresh_application():
        viewer = napari.Viewer(show=False, show_welcome_screen=False)
        # napari's own test viewers ask that there be no other.
        QtViewer._instances.discard(viewer.window._qt_viewer)
        yield viewer
        viewer.close()


@pytest.fixture
def viewer(window: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The shared window, empty, as plugins see it: by its public names alone."""
    from napari.utils._proxies import PublicOnlyProxy

    monkeypatch.setenv("NAPARI_ENSURE_PLUGIN_MAIN_THREAD", "True")
    yield PublicOnlyProxy(window)
    empty(window)


def empty(window: Any) -> None:
    """Leave a shared window as the next test expects it."""
    window.window.remove_dock_widget("all")
    window.layers.clear()
    window.camera.reset()
    session = session_of(window)
    session.models_folder = session.study_folder = None
    session.policy = session._policy_of_study = NONE


@contextmanager
def at_once() -> Iterator[FakePipeline]:
    """A pipeline that answers at once."""
    fake = FakePipeline()
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, "napari_hipbmd.pipeline", fake)
        patched.setattr(napari_hipbmd, "pipeline", fake, raising=False)
        yield fake


@pytest.fixture(scope="session")
def scripts(repo_root: Path) -> Path:
    """Scripts of the repository, which import each other."""
    folder = repo_root / "scripts"
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return folder


@pytest.fixture(scope="session")
def translations(scripts: Path) -> dict[str, Any]:
    """What collects and compiles the texts."""
    return runpy.run_path(str(scripts / "translations.py"))


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A person in Austria."""
    caches = (translation._chosen, sentences._known)
    monkeypatch.setenv(translation.VARIABLE, "de_AT")
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.fixture
def pipeline() -> Iterator[FakePipeline]:
    with at_once() as fake:
        yield fake


@pytest.fixture
def film() -> Radiograph:
    return made_up_film()


def made_up_film() -> Radiograph:
    """A small film of a left hip."""
    rows, columns = np.mgrid[:420, :360].astype(np.float32)
    return Radiograph(
        pixels=rows + columns,
        grey_range=(0, 4095),
        spacing_mm=SPACING,
        spacing_source="PixelSpacing",
        side="L",
        patient=Patient("F", 70, 160, 60),
        case_id="hip_1",
    )


@pytest.fixture
def measurement(film: Radiograph) -> Measurement:
    return measured(film, TYPICAL_XY * 60 + 100, film.patient)


@contextmanager
def as_on_a_new_computer(folder: Path) -> Iterator[None]:
    """Nothing of the settings of whoever runs the tests; torch is not loaded ahead.

    It would else be loaded beside each first test, and runs wait for it.
    """
    with pytest.MonkeyPatch.context() as patched:
        preferences = "napari_hipbmd.plugin.ui.preferences.preferences_dir"
        patched.setattr(preferences, lambda: folder)
        loading = "napari_hipbmd.plugin.viewer.session.load_beforehand"
        patched.setattr(loading, lambda: None)
        current_keys.cache_clear()
        yield
        current_keys.cache_clear()


@pytest.fixture(autouse=True)
def own_preferences(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each test begins without settings, and leaves none."""
    with as_on_a_new_computer(tmp_path_factory.mktemp("settings")):
        yield


@pytest.fixture(scope="session")
def really_measured(sample_study: Study) -> Measurement:
    """A sample film, measured by the real pipeline."""
    from napari_hipbmd.dicom import read_film
    from napari_hipbmd.pipeline import measure

    case = sample_study.cases[0]
    return measure(read_film(case.image), side=case.side, patient=case.patient)


class StandIn:
    """Measures the films of a made-up study at once; ``hold`` makes it wait."""

    def __init__(self, made_up: MadeUpStudy) -> None:
        self.made_up = made_up
        self.folder = made_up.study.folder
        self.hold_at: int | None = None
        self.waits = threading.Event()
        self.go_on = threading.Event()

    @property
    def measured(self) -> list[str]:
        """Case ids, in the order in which they were measured."""
        return self.made_up.measured

    def __call__(self, job: Any) -> PreparedHip:
        if len(self.measured) == self.hold_at:
            self.waits.set()
            self.go_on.wait(600)
        return self.made_up.prepare(job)

    def change(self, **changes: Any) -> None:
        """Write the table anew with other values in every case."""
        write_cases(
            self.folder, [replace(case, **changes) for case in self.made_up.study.cases]
        )


@pytest.fixture
def stand_in(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A study of forty films, and a stand-in for the networks that measure them."""
    one = StandIn(MadeUpStudy(tmp_path / "study"))
    monkeypatch.setattr(
        "napari_hipbmd.runs.collecting.prepare_with", lambda folder: one
    )
    yield one
    one.go_on.set()
