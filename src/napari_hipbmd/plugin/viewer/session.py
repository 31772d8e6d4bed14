"""One viewer's state: which film was measured, with what result, on which layers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from napari.layers import Layer
from psygnal import Signal
from qtpy.QtCore import QTimer

from ...core.anatomy import LANDMARK_IDS
from ...core.errors import Refused
from ...core.measurement import Measurement
from ...core.radiograph import Patient
from ...core.ruler_choice import RulerChoice
from ...quality import NONE, Policy, policy_of_study, withhold
from ..ui.sentences import said
from ..ui.translation import tr
from .beforehand import load_beforehand
from .camera import frame_hip
from .contrast import widen, widen_when_inserted
from .films import can_be_a_film, look_like_films
from .grey_limits import GreyLimits
from .hip_boxes import HipBoxes
from .identity import belongs_to, facts_of, kind_of
from .layers import landmarks_xy
from .live import LivePoints
from .place import Place
from .shown_result import (
    below_regions,
    lock_derived,
    remove_result,
    renew_landmarks,
    renew_regions,
    result_of,
    show_result,
)
from .typed import Typed, TypedSpacings

if TYPE_CHECKING:
    from ...pipeline.models import Models

_sessions: WeakKeyDictionary[Any, Session] = WeakKeyDictionary()


def session_of(viewer: Any) -> Session:
    """The session of a viewer, made when it is first asked for."""
    viewer = getattr(viewer, "__wrapped__", viewer)
    if viewer not in _sessions:
        _sessions[viewer] = Session(viewer)
    return _sessions[viewer]


def follow_viewer() -> None:
    """Be ready for the films that the viewer in front is about to get.

    They get their full range, their hip boxes, and the right mouse button.
    """
    from napari import current_viewer

    viewer = current_viewer()
    if viewer is not None:
        session_of(viewer)


class Session:
    """The films of one viewer and their measurements.

    Attributes
    ----------
    shown
        Emitted with a film's layer when a new measurement of it has been drawn.
    measured
        Emitted with a film's layer when its measurement is new or was updated.
    stale
        Emitted with a film's layer and a sentence when its landmarks no longer
        give a measurement.
    film_changed
        Emitted with a film's layer when it shows another film than before.
    models_chosen
        Emitted when other models are to be used from now on.
    study_chosen
        Emitted when another study is open.
    policy_chosen
        Emitted when other flagged values are withheld from now on.
    policy
        Which flagged values are withheld.
    study_folder
        The study that was opened last, by whichever dock; None before.
    hip_boxes
        The hip boxes of the films.
    typed
        What a person has typed of a film.
    spacings
        The films without a spacing, and what was typed for them.
    measured_with
        The folder of models that a film was measured with, where it is known.
    """

    shown = Signal(object)
    measured = Signal(object)
    stale = Signal(object, str)
    film_changed = Signal(object)
    models_chosen = Signal()
    study_chosen = Signal()
    policy_chosen = Signal()

    def __init__(self, viewer: Any) -> None:
        # Weak: the dictionary of sessions must not keep its own keys alive.
        self._viewer = ref(viewer)
        self._measurements: WeakKeyDictionary[Layer, Measurement] = WeakKeyDictionary()
        self._judged: WeakKeyDictionary[Layer, Measurement] = WeakKeyDictionary()
        self._models: WeakKeyDictionary[Layer, Models] = WeakKeyDictionary()
        self.policy: Policy = NONE
        self.models_folder: Path | None = None
        self.study_folder: Path | None = None
        self._policy_of_study: Policy = NONE
        self._live: WeakKeyDictionary[Layer, LivePoints] = WeakKeyDictionary()
        self.typed: WeakKeyDictionary[Layer, Typed] = WeakKeyDictionary()
        self.spacings = TypedSpacings()
        self.measured_with: WeakKeyDictionary[Layer, Path | None] = WeakKeyDictionary()
        load_beforehand()
        widen_when_inserted(viewer)
        for layer in viewer.layers:
            widen(layer)
        self.hip_boxes = HipBoxes(self)
        viewer.layers.events.removed.connect(self._on_removed)
        self._grey_limits = GreyLimits(self)

    @property
    def layers(self) -> Any:
        """The viewer's layers; empty when the viewer is gone."""
        viewer = self._viewer()
        return [] if viewer is None else viewer.layers

    def films(self) -> list[Layer]:
        """The layers that can be measured, in the viewer's order."""
        return [layer for layer in self.layers if can_be_a_film(layer)]

    def passed_over(self) -> list[tuple[Layer, str]]:
        """Pictures that cannot be measured, each with the reason."""
        return look_like_films(self.layers)

    def measurement(self, film_layer: Layer | None) -> Measurement | None:
        """The latest measurement of a film, or None; without what is withheld."""
        return None if film_layer is None else self._judged.get(film_layer)

    def choose_models(self, folder: Path | None) -> None:
        """Use a folder of models for what is measured next; None: the bundled ones.

        Raises
        ------
        Refused
            If the folder holds no models, or its regression is damaged.
        """
        from ...pipeline.models import load_regression

        load_regression(folder)
        self.models_folder = folder
        self.models_chosen.emit()

    def choose_study(self, folder: Path) -> None:
        """Say which study is open; the policy that lies in it holds from now on.

        A policy that a person has chosen stays where the study has none.

        Raises
        ------
        Refused
            If the study's policy is damaged; the study is open all the same.
        """
        if folder != self.study_folder:
            self.study_folder = folder
            self.study_chosen.emit()
        policy = policy_of_study(folder)
        if policy != NONE or self.policy == self._policy_of_study != NONE:
            self.choose_policy(policy)
        self._policy_of_study = policy

    def choose_policy(self, policy: Policy) -> None:
        """Withhold other values from now on, of films that are measured too."""
        self.policy = policy
        self.policy_chosen.emit()
        for film_layer in self.films():
            measurement = self._measurements.get(film_layer)
            if measurement is not None:
                self._judged[film_layer] = withhold(measurement, policy)
                self.measured.emit(film_layer)

    def result(self, film_layer: Layer, kind: str) -> Layer | None:
        """The layer with one part of a film's result, or None."""
        return result_of(self.layers, film_layer, kind)

    def show(
        self, film_layer: Layer, measurement: Measurement, models: Models | None = None
    ) -> None:
        """Put a film's result into the viewer, in place of an earlier one.

        Parameters
        ----------
        models
            That measured it, and measure its moved landmarks; the bundled ones when
            absent.
        """
        self.spacings.put(film_layer, self.hip_boxes.layer(film_layer), measurement)
        first = self.measurement(film_layer) is None
        self._follow_no_longer(film_layer)  # the window lives between two layers
        show_result(self.layers, film_layer, measurement)
        self._keep(film_layer, measurement)
        self._models.pop(film_layer, None)
        if models is not None:
            self._models[film_layer] = models
        self._follow_landmarks(film_layer)
        if first:
            frame_hip(self._viewer(), Place.of(film_layer), measurement)
        self.shown.emit(film_layer)
        self.measured.emit(film_layer)

    def remeasure(
        self,
        film_layer: Layer,
        patient: Patient | None = None,
        rulers: RulerChoice | None = None,
        moving: bool = False,
    ) -> None:
        """Regions, features and BMD anew: moved landmarks, another patient or ruler.

        While a landmark is ``moving`` the film's gain stays as it is.
        """
        from ... import pipeline

        before = self._measurements.get(film_layer)
        points = self.result(film_layer, "landmarks")
        if before is None or points is None:
            return
        try:
            xy = landmarks_xy(list(points.features["id"]), points.data)
            missing = [
                name for name, (x, _) in zip(LANDMARK_IDS, xy, strict=True) if x != x
            ]
            if missing:
                raise ValueError(
                    tr(
                        "Landmark {names} has no point: press Measure to have it back."
                    ).format(names=", ".join(missing))
                )
            after = pipeline.remeasure(
                before,
                xy,
                patient=patient,
                models=self._models.get(film_layer),
                rulers=rulers,
                moving=moving,
            )
        except (ValueError, Refused) as problem:
            self.stale.emit(film_layer, said(problem))
            return
        self._keep(film_layer, after)
        renew_regions(self.layers, film_layer, before, after)
        renew_landmarks(self.layers, film_layer, after)
        self.measured.emit(film_layer)

    def forget(self, film_layer: Layer) -> None:
        """Take away what belongs to a film that leaves the viewer."""
        remove_result(self.layers, film_layer)
        for known in (self._measurements, self._judged, self._models):
            known.pop(film_layer, None)  # type: ignore[attr-defined]
        self._follow_no_longer(film_layer)

    def _on_removed(self, event: Any) -> None:
        """A film left the viewer: what was made of it leaves, too."""
        if kind_of(event.value) in (None, "film"):
            # Not at once: napari is still telling others of the film.
            film = event.value
            QTimer.singleShot(0, lambda: self._remove_children(film))

    def _remove_children(self, film_layer: Layer) -> None:
        if film_layer in self.layers:
            return  # it was only moved in the list
        self.forget(film_layer)
        for layer in list(self.layers):
            if belongs_to(layer, film_layer) and not facts_of(layer).get("owner"):
                self.layers.remove(layer)

    def film_exchanged(self, film_layer: Layer) -> None:
        """Take away what belonged to the film that a layer showed before."""
        self.forget(film_layer)
        self.typed.pop(film_layer, None)
        self.spacings.forget(film_layer)
        self.film_changed.emit(film_layer)

    def _keep(self, film_layer: Layer, measurement: Measurement) -> None:
        self._measurements[film_layer] = measurement
        # What a policy elsewhere has withheld stays so.
        kept = self.policy is NONE and measurement.withheld
        self._judged[film_layer] = (
            measurement if kept else withhold(measurement, self.policy)
        )

    def _follow_landmarks(self, film_layer: Layer) -> None:
        points = self.result(film_layer, "landmarks")
        lock_derived(self.layers, film_layer)
        if points is None:
            return
        film = ref(film_layer)
        self._live[film_layer] = LivePoints(
            points, lambda moving: self._remeasure_if_there(film(), moving)
        )
        self.layers.selection.active = points
        points.mode = "select"

    def _follow_no_longer(self, film_layer: Layer) -> None:
        live = self._live.pop(film_layer, None)
        if live is not None:
            live.let_go()

    def _remeasure_if_there(self, film_layer: Layer | None, moving: bool) -> None:
        if film_layer is not None:
            self.remeasure(film_layer, moving=moving)

    def below_regions(self, film_layer: Layer) -> int:
        """The place in the list right under a film's regions and landmarks."""
        return below_regions(self.layers, film_layer)
