"""The dock *Measure BMD*: a film goes in, layers and numbers come out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari.utils.notifications import show_info
from qtpy.QtWidgets import (
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ...core.errors import Refused
from ...core.measurement import Measurement
from ...core.radiograph import TYPED, HipBox, Patient, Radiograph, Side
from ..ui.controls import scroll_in
from ..ui.run_bar import RunBar
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.box_sides import HIPS
from ..viewer.identity import facts_of
from ..viewer.listening import Heard, ListeningWidget
from ..viewer.measuring import FINDING, measure_film
from ..viewer.origins import origin_of
from ..viewer.result_panel import ResultPanel
from ..viewer.session import Session, session_of
from ..viewer.typed import Typed
from .case_line import CaseLine
from .choices_form import ChoicesForm
from .film_form import BUSY, NO_FILM, FilmForm
from .grey_scale_panel import GreyScalePanel
from .out_of_date import OTHER_MODELS, Asked, out_of_date
from .report_button import ReportButton

if TYPE_CHECKING:
    from ...pipeline.models import Models

WHOLE_FILM = tr(
    "None drawn: a small film is taken whole, on a large one the hip is found."
)
FIRST = tr(
    "<b>Open a radiograph first:</b> drop a DICOM film, PNG or TIFF on the window, or"
    " take File ▸ Open Sample ▸ Hip BMD."
)
NOT_MEASURED = tr("Not measured yet: press <b>Measure</b>.")
FAILED = tr("The measurement failed; napari's message says how.")
THROWN_AWAY = tr(
    "The film was changed or removed while it was measured: the result is gone."
)


class MeasureWidget(ListeningWidget):
    """Choose a film and press Measure; drag a landmark and the numbers follow."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._session: Session = session_of(napari_viewer)
        self._spacing_shown: tuple[Any, ...] = ()
        self._setup_ui(napari_viewer)
        self._connect()
        self._listen()

    def _setup_ui(self, viewer: Any) -> None:
        self.form = FilmForm(self._session)
        self.choices = ChoicesForm(self._session)
        self.results = ResultPanel()
        self.results.clear(FIRST)
        self.bar = RunBar("measure", tr("Measure"), busy=BUSY, told=self.results.warn)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.addWidget(self.form)
        self.case = CaseLine(viewer, self._session)
        column.addWidget(self.case)
        column.addWidget(self.choices)
        column.addWidget(self.bar)
        self.grey_scale = GreyScalePanel(self._session)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("result_tabs")
        self.tabs.addTab(self.results, tr("Result"))
        self.tabs.addTab(self.grey_scale, tr("Grey scale"))
        column.addWidget(self.tabs)
        self.report_button = ReportButton()
        column.addWidget(self.report_button)
        column.addStretch(1)
        scroll_in(self, inside)
        self._let_shrink()
        self._show_state()

    def _connect(self) -> None:
        self.form.film_chosen.connect(self._on_film_chosen)
        self.form.patient_edited.connect(self._on_patient_edited)
        self.form.box.drawing.connect(self._on_box_drawn)
        self.form.side_edited.connect(self._on_asked_otherwise)
        self.form.spacing_edited.connect(self._on_asked_otherwise)
        self.bar.wanted.connect(self._on_measure_clicked)
        self.bar.running.connect(lambda _: self._show_state())
        for part in (self.choices, self.report_button):
            part.refused.connect(self.results.warn)
        self.case.keeper.said.connect(self.results.tell)
        self.grey_scale.objects.said.connect(self.results.warn)

    def _heard(self) -> Heard:
        layers = self._session.layers
        return [
            (layers.events.inserted, self._on_layers_changed),
            (layers.events.removed, self._on_layers_changed),
            (layers.events.reordered, self._on_layers_changed),
            (layers.selection.events.active, self._on_active_changed),
            (self._session.shown, self.case.keeper.follow_new),
            (self._session.shown, self.grey_scale.objects.hand_on),
            (self._session.measured, self._on_measured),
            (self._session.stale, self._on_stale),
            (self._session.film_changed, self._on_film_changed),
            (self._session.models_chosen, self._on_models_chosen),
            (self._session.policy_chosen, self.choices.show_policy),
            (self._session.hip_boxes.changed, self._on_boxes_changed),
            (self._session.hip_boxes.said, self._on_boxes_said),
        ]

    def _on_listening(self) -> None:
        self.choices.show_models()
        self.choices.show_policy()
        self._on_layers_changed()

    def _on_left(self) -> None:
        self.bar.cancel()
        self.case.keeper.let_go()

    def _on_layers_changed(self, event: Any = None) -> None:
        self.form.set_films(self._session.films(), self._session.passed_over())
        self._show_box()
        self._show_state()

    def _on_active_changed(self, event: Any) -> None:
        if not self.bar.is_running and event.value is not None:
            self.form.choose(event.value)

    def _on_film_chosen(self) -> None:
        layer = self.form.film_layer()
        self.case.show_film(layer)
        if layer is None:
            self.results.clear(FIRST)
            self.grey_scale.show_film(None)
            self.report_button.show_measurement(None)
            return
        facts = facts_of(layer)
        measurement = self._session.measurement(layer)
        patient = facts.get("patient", Patient())
        side = facts.get("side")
        typed = self._session.typed.get(layer)
        if typed is not None:
            patient, side = typed.patient, typed.side
        elif measurement is not None:
            patient = measurement.patient.or_else(patient)
            if not any(flag.code == "side-guessed" for flag in measurement.flags):
                side = measurement.side
        self.form.show_film(patient, side)
        self._show_spacing(layer, measurement)
        self._show_box()
        if measurement is None:
            self.results.clear(NOT_MEASURED)
        else:
            self._show_numbers(layer, measurement)
        self.grey_scale.show_film(layer)
        self.report_button.show_measurement(measurement, origin_of(layer))

    def _on_models_chosen(self) -> None:
        self.choices.show_models()
        layer = self.form.film_layer()
        measurement = self._session.measurement(layer)
        if measurement is None:
            return
        if layer in self._session.measured_with:
            self._show_outdated(layer)
        else:
            self.results.warn(OTHER_MODELS)

    def _on_film_changed(self, layer: Any) -> None:
        """A layer shows another film: what the form said is about the one before."""
        self.form.set_films(self._session.films(), self._session.passed_over())
        if layer is self.form.film_layer():
            self._on_film_chosen()

    def _on_patient_edited(self) -> None:
        layer = self.form.film_layer()
        self._remember_typed(layer)
        if layer is not None and self._session.measurement(layer) is not None:
            self._session.remeasure(layer, self.form.patient())

    def _on_asked_otherwise(self) -> None:
        """Another side, box or spacing than the numbers are of."""
        layer = self.form.film_layer()
        self._remember_typed(layer)
        self._show_box()
        self._show_outdated(layer)

    def _remember_typed(self, layer: Any) -> None:
        """Keep what stands in the form while another film is looked at."""
        if layer is not None:
            form = self.form
            self._session.typed[layer] = Typed(
                form.patient(), form.side(), form.spacing_mm()
            )

    def _show_numbers(self, layer: Any, measurement: Measurement) -> None:
        self.results.show_measurement(measurement, layer.name)
        self._show_outdated(layer)

    def _show_outdated(self, layer: Any) -> None:
        """Grey numbers where Measure would now give others."""
        measurement = self._session.measurement(layer)
        if measurement is None:
            return
        models = self._session.models_folder
        asked = Asked(
            self.form.side(),
            self.form.spacing_mm(),
            self._box_to_measure(layer),
            self._session.measured_with.get(layer, models) == models,
        )
        self.results.set_outdated(out_of_date(measurement, asked))

    def _box_to_measure(self, layer: Any) -> HipBox | None:
        try:
            return self._session.hip_boxes.to_measure(layer, self.form.side())[0]
        except Refused:
            return None

    def _on_box_drawn(self) -> None:
        self.form.show_box(tr("Drag a rectangle around the hip, then press Measure."))

    def _on_boxes_changed(self, layer: Any) -> None:
        if layer is self.form.film_layer():
            self._show_box()
            self._show_outdated(layer)

    def _on_boxes_said(self, layer: Any, text: str) -> None:
        if layer is self.form.film_layer():
            self.results.tell(text)

    def _on_measure_clicked(self) -> None:
        layer = self.form.film_layer()
        try:
            film = self._film_to_measure(layer)
            box, side = self._session.hip_boxes.to_measure(layer, self.form.side())
        except Refused as refusal:
            self.results.warn(said(refusal))
            return
        self._start(layer, film, box, side)

    def _start(
        self, layer: Any, film: Radiograph, box: HipBox | None, side: Side | None
    ) -> None:
        arguments = {
            "image": facts_of(layer).get("case_id", ""),
            "patient": self.form.patient(),
            "side": side,
            "box": box,
            "landmarks_xy": self.case.keeper.given_xy(),
        }
        folder, data = self._session.models_folder, layer.data
        self.results.tell("")
        self.bar.start(
            lambda run: measure_film(run, film, folder, arguments),
            lambda found: self._on_done(layer, data, folder, *found),
            FINDING,
            stopped="",
            failed=FAILED,
        )

    def _on_done(
        self,
        layer: Any,
        data: Any,
        folder: Path | None,
        result: Measurement,
        models: Models | None,
    ) -> None:
        if layer not in self._session.layers or layer.data is not data:
            self.results.warn(THROWN_AWAY)
            show_info(THROWN_AWAY)
            return
        self._session.measured_with[layer] = folder
        self._session.show(layer, result, models)

    def _on_measured(self, layer: Any) -> None:
        measurement = self._session.measurement(layer)
        if measurement is None:
            return
        if layer is not self.form.film_layer():
            self.form.choose(layer)
        if self._spacing_shown != _spacing_of(layer, measurement):
            self._show_spacing(layer, measurement)
        self._show_numbers(layer, measurement)
        self.grey_scale.show_film(layer)
        self.report_button.show_measurement(measurement, origin_of(layer))
        self.case.keeper.follow_moves(layer)

    def _on_stale(self, layer: Any, text: str) -> None:
        if layer is self.form.film_layer():
            self.results.warn(text)

    def _film_to_measure(self, layer: Any) -> Radiograph:
        film = self._session.spacings.film_of(layer)
        typed = self.form.spacing_mm()
        return film if typed is None else film.with_typed_spacing(typed)

    def _show_spacing(self, layer: Any, measurement: Measurement | None) -> None:
        try:
            film = self._session.spacings.film_of(layer)
        except Refused:
            film = None
        spacing = None if film is None else film.spacing_mm
        source = "" if film is None else film.spacing_source
        given = measurement is not None and measurement.spacing_source == TYPED
        if measurement is not None and given:
            spacing, source = measurement.spacing_mm, TYPED
        stands = self._session.typed.get(layer)
        if stands is not None and (given or spacing is None):
            typed = stands.spacing_mm
            spacing, given = (None if typed is None else (typed, typed)), True
        self.form.show_spacing(spacing, source, typed=given)
        self._spacing_shown = _spacing_of(layer, measurement)

    def _show_box(self) -> None:
        layer = self.form.film_layer()
        self._show_state()
        if layer is None:
            return
        try:
            box, side = self._session.hip_boxes.to_measure(layer, self.form.side())
        except Refused as refusal:
            self.form.show_box(said(refusal))
            return
        if box is None:
            self.form.show_box(WHOLE_FILM)
            return
        hip = tr(" of the {hip}").format(hip=HIPS[side]) if side else ""
        self.form.show_box(
            tr("{width:.0f} × {height:.0f} pixels{hip}, drawn by hand.").format(
                width=box.width, height=box.height, hip=hip
            )
        )

    def _show_state(self) -> None:
        film = self.form.film_layer() is not None
        self.form.set_ready(film, self.bar.is_running)
        self.bar.set_ready("" if film else NO_FILM)


def _spacing_of(layer: Any, measurement: Measurement | None) -> tuple[Any, ...]:
    """What the form's spacing depends on; it stays while a landmark is dragged."""
    if measurement is None:
        return (layer,)
    return (layer, measurement.spacing_mm, measurement.spacing_source)
