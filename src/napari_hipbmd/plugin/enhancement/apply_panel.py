"""The tab *Apply*: a model takes the soft tissue off a film, and shows how."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ...core.errors import Cancelled, Refused
from ...core.radiograph import HipBox, Radiograph, Side
from ..ui.controls import add_greyed, enable
from ..ui.rich import plain
from ..ui.run import Run, Stepped
from ..ui.run_bar import RunBar
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.box_sides import HIPS
from ..viewer.box_tool import BoxTool
from ..viewer.films import film_of
from ..viewer.identity import facts_of
from ..viewer.origins import origin_of
from ..viewer.session import Session
from .model_choice import ModelChoice
from .save_button import SaveEnhanced
from .shown import Shown
from .view_form import ViewForm

if TYPE_CHECKING:
    from ...pipeline.enhanced import Enhanced

ALL = tr("all {} films in the viewer")
BUSY = tr("A model is at work: wait or press Cancel.")
NO_FILM = tr("Open a radiograph first: it appears here as an image layer.")
FAILED = tr("The enhancement failed; napari's message says how.")
CHANGED = tr("The film was changed or removed meanwhile: its result is gone.")


class ApplyPanel(QWidget):
    """Choose film and model, press Apply; what is seen of the result is chosen below.

    ``model_added`` is emitted with a folder that a person chose, ``film_shown`` with
    the layer of the film, or None, when it or what was made of it is another.
    """

    model_added = Signal(object)
    film_shown = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.shown = Shown(session)
        self._todo: list[tuple[Any, Any]] = []
        self._refusals: list[str] = []
        self._setup_ui()
        self._connect()
        self._show_state()

    def offer(self, folder: Path) -> None:
        """Put a model on the list."""
        self.model.offer(folder)

    def follow_layers(self) -> None:
        """Catch up with layers that came or went."""
        films = self._session.films()
        chosen = self._chosen()
        self.film.blockSignals(True)
        self.film.clear()
        for layer in films:
            self.film.addItem(layer.name, layer)
        if len(films) > 1:
            self.film.addItem(ALL.format(len(films)), "all")
        add_greyed(self.film, self._session.passed_over())
        at = next((i for i, each in enumerate(films) if each is chosen), -1)
        if chosen == "all" and len(films) > 1:
            at = len(films)
        self.film.setCurrentIndex(at if at >= 0 else len(films) - 1)
        self.film.blockSignals(False)
        self._on_film_chosen()

    def forget(self, layer: Any) -> None:
        """A layer left the viewer: what was made of it leaves, too."""
        if self.shown.of(layer) is not None:
            self.shown.forget(layer)

    def follow_active(self, layer: Any) -> None:
        """Turn to the film that a person selects."""
        if self.bar.is_running:
            return
        for i in range(self.film.count()):
            if self.film.itemData(i) is layer:
                self.film.setCurrentIndex(i)

    def stop(self) -> None:
        """Ask what is running to stop."""
        self.bar.cancel()

    def enhance(self, film_layers: list[Any]) -> None:
        """Apply the chosen model to these films; not while it is at work."""
        if self.bar.is_running:
            return
        self._todo, self._refusals, jobs = [], [], []
        for layer in film_layers:
            try:
                film = film_of(layer)
                box, side = self._box_and_side(layer)
            except Refused as refusal:
                self._refusals.append(f"{layer.name}: {said(refusal)}")
                continue
            self._todo.append((layer, layer.data))
            jobs.append((film, side, box, origin_of(layer)))
        if not jobs:
            self.bar.say(plain(" ".join(self._refusals)))
            return
        folder = self.model.folder()
        self.bar.start(
            lambda run: _enhance(run, folder, jobs),
            lambda _: self._on_done(),
            tr("Enhancing"),
            failed=FAILED,
        )

    def _setup_ui(self) -> None:
        self.film = QComboBox()
        self.film.setObjectName("enhance_film")
        self.film.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.model = ModelChoice("apply_model")
        self.box = BoxTool(self._session, "enhance_box")
        self.bar = RunBar(
            "apply", tr("Apply"), tr("Take the soft tissue away."), "apply_", BUSY
        )
        self.bar.say(NO_FILM)
        self.view = ViewForm(self.shown)
        self.save = SaveEnhanced()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Film"), self.film)
        form.addRow(tr("Model"), self.model)
        form.addRow(tr("Hip box"), self.box)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addLayout(form)
        column.addWidget(self.bar)
        column.addWidget(self.view)
        column.addWidget(self.save)

    def _connect(self) -> None:
        self.bar.wanted.connect(self._on_apply_clicked)
        self.bar.stepped.connect(self._on_stepped)
        self.bar.running.connect(self._on_running)
        self.film.currentIndexChanged.connect(lambda _: self._on_film_chosen())
        self.model.refused.connect(lambda text: self.bar.say(plain(text)))
        self.model.added.connect(self.model_added)
        self.save.told.connect(self.bar.say)

    def _chosen(self) -> Any:
        return self.film.currentData()

    def film_layer(self) -> Any:
        """The one film whose result is shown, or None."""
        chosen = self._chosen()
        return None if isinstance(chosen, str) else chosen

    def _box_and_side(self, layer: Any) -> tuple[HipBox | None, Side | None]:
        """As the dock Measure BMD takes them."""
        known: Side | None = facts_of(layer).get("side")
        return self._session.hip_boxes.to_measure(layer, known)

    def _on_film_chosen(self) -> None:
        layer = self.film_layer()
        self._show_film(layer)
        if not self.bar.is_running:
            self.bar.say(self._text_of(layer))
        self._show_state()

    def _on_apply_clicked(self) -> None:
        chosen = self._chosen()
        self.enhance(self._session.films() if isinstance(chosen, str) else [chosen])

    def _on_stepped(self, step: Stepped) -> None:
        (layer, data), result = self._todo[step.done - 1], step.more
        if isinstance(result, Refused):
            self._refusals.append(f"{layer.name}: {said(result)}")
        elif layer not in self._session.layers or layer.data is not data:
            self._refusals.append(CHANGED)
        else:
            self._show(layer, result)

    def _show(self, layer: Any, enhanced: Enhanced) -> None:
        kinds = self.view.wanted(layer)
        self.shown.keep(layer, enhanced)
        self.view.show_parts(layer, kinds)
        if layer is self.film_layer():
            self._show_film(layer)

    def _show_film(self, layer: Any) -> None:
        self.view.show_film(layer)
        self.save.show_enhanced(self.shown.of(layer))
        self.film_shown.emit(layer)

    def _on_running(self, running: bool) -> None:
        if not running:
            self._todo = []
        self._show_state()

    def _on_done(self) -> None:
        told = plain(" ".join(self._refusals))
        self.bar.say(told or self._text_of(self.film_layer()))

    def _text_of(self, layer: Any) -> str:
        if not self._session.films():
            return NO_FILM
        enhanced = self.shown.of(layer)
        if enhanced is None:
            return "" if layer is None else tr("Not enhanced yet: press <b>Apply</b>.")
        text = f"{plain(enhanced.model_name)}, {HIPS[enhanced.seen.side]}."
        if enhanced.error is not None:
            text += tr(" Mean absolute error {mean:.4f} of the grey range.").format(
                mean=enhanced.error.mean()
            )
        flags = " ".join(said(flag.text) for flag in enhanced.seen.flags)
        return f"{text} {plain(flags)}".strip()

    def _show_state(self) -> None:
        films, running = bool(self._session.films()), self.bar.is_running
        reason = BUSY if running else NO_FILM
        self.bar.set_ready("" if films else NO_FILM)
        enable(self.film, films and not running, reason)
        layer = self.film_layer()
        if layer is None or running:
            self.box.show_film(None, reason)
        else:
            self.box.show_film(layer, side=facts_of(layer).get("side"))
        enable(self.model, not running, BUSY)


_Job = tuple[Radiograph, "Side | None", "HipBox | None", "Path | None"]


def _enhance(run: Run, folder: Path | None, jobs: list[_Job]) -> None:
    from ...pipeline.enhanced import enhance_film
    from ...pipeline.models import networks_with_enhancement
    from ...study.exact_sto import exact_sto_of

    networks = networks_with_enhancement(folder)
    for done, (film, side, box, path) in enumerate(jobs, 1):
        if run.is_cancelled():
            raise Cancelled
        exact = None if path is None else exact_sto_of(path, film)
        found: Enhanced | Refused
        try:
            found = enhance_film(film, networks, side, box, exact)
        except Refused as refusal:
            found = refusal
        run.tell(done, len(jobs), more=found)
