"""The dock *Features*: the nine features, their thresholds, and what these clip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from ...core.anatomy import REGIONS, Region
from ...core.measurement import Measurement
from ..ui.controls import scroll_in
from ..ui.late_figure import LateFigure
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.listening import Heard, ListeningWidget
from ..viewer.session import Session, session_of
from .feature_table import FeatureRows
from .threshold_form import ThresholdForm
from .threshold_layers import KINDS, ThresholdKind, ThresholdLayers, film_of_result
from .thresholding import Thresholding

if TYPE_CHECKING:
    from .histograms import RegionHistograms

NOTHING = tr("<b>Measure a film first:</b> its features appear here.")
NOTHING_SHOWN = tr("Measure a film first.")
GREY_VALUES = {
    "enhanced": tr("Grey values of the bone image (film − STO)."),
    "raw": tr("Grey values of the film itself: the regression is fitted to raw films."),
}
HISTOGRAMS_PX, PICTURES_MS = 300, 120
"""While a landmark is dragged, pictures follow this often; numbers at once."""


class FeaturesWidget(ListeningWidget):
    """Shows the film that was measured or chosen last, and follows its landmarks."""

    WIDE = 420

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._session: Session = session_of(napari_viewer)
        self._layers = ThresholdLayers(self._session)
        self._thresholding = Thresholding()
        self._film: Any = None
        self._new_film = True
        self._stale: set[Region] = set()
        self._pictures = QTimer(self)
        self._pictures.setSingleShot(True)
        self._pictures.setInterval(PICTURES_MS)
        self._pictures.timeout.connect(self._draw_pictures)
        self._setup_ui()
        self._listen()

    def _setup_ui(self) -> None:
        self.title = QLabel(NOTHING)
        self.title.setObjectName("features_title")
        self.title.setWordWrap(True)
        self.table = FeatureRows()
        self.form = ThresholdForm()
        self.form.changed.connect(self._on_multipliers_changed)
        self.histograms = LateFigure(_histograms, HISTOGRAMS_PX)
        inside = QWidget()
        column = QVBoxLayout(inside)
        for widget in (self.title, self.table, self.form):
            column.addWidget(widget)
        column.addLayout(self._layer_row())
        column.addWidget(self.histograms, 1)
        scroll_in(self, inside)
        self._let_shrink()

    def _layer_row(self) -> QGridLayout:
        grid = QGridLayout()
        self.pair = QComboBox()
        self.pair.setObjectName("shown_pair")
        self.pair.addItems([tr("Pair {i}").format(i=i) for i in (1, 2, 3)])
        self.pair.setToolTip(tr("The pair of thresholds whose layers are shown."))
        self.pair.currentIndexChanged.connect(lambda _: self._draw_layers())
        self.shown: dict[ThresholdKind, QCheckBox] = {
            "normalised": QCheckBox(tr("Clipped, normalised")),
            "clipped": QCheckBox(tr("Which pixels")),
        }
        tips = {
            "normalised": tr(
                "The regions clipped to the pair and stretched so that T1 is"
                " black and T2 white (Fig. 6 of the paper). For looking only."
            ),
            "clipped": tr("Blue: set to T1. Orange: set to T2."),
        }
        grid.addWidget(QLabel(tr("Show")), 0, 0)
        grid.addWidget(self.pair, 0, 1)
        for line, (kind, box) in enumerate(self.shown.items(), 1):
            box.setObjectName(f"show_{kind}")
            box.setProperty("tip", tips[kind])
            box.toggled.connect(lambda on, kind=kind: self._on_shown(kind, on))
            grid.addWidget(box, line, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _heard(self) -> Heard:
        layers = self._session.layers
        return [
            (layers.events.removed, self._on_layers_changed),
            (layers.selection.events.active, self._on_active_changed),
            (self._session.measured, self._on_measured),
        ]

    def _on_listening(self) -> None:
        measured = [f for f in self._session.films() if self._session.measurement(f)]
        active = film_of_result(self._session, self._session.layers.selection.active)
        self._choose(active or (measured[-1] if measured else None))

    def _on_left(self) -> None:
        self._pictures.stop()
        for box in self.shown.values():
            box.setChecked(False)

    def _on_active_changed(self, event: Any) -> None:
        film = film_of_result(self._session, event.value)
        if film is not None and film is not self._film:
            self._choose(film)

    def _on_layers_changed(self, event: Any = None) -> None:
        if self._film is not None and self._film not in self._session.layers:
            self._choose(None)
        for kind, box in self.shown.items():
            if box.isChecked() and self._layers.find(kind) is None:
                box.setChecked(False)

    def _on_measured(self, film: Any) -> None:
        if film is self._film:
            self._follow()
        else:
            self._choose(film)

    def _on_multipliers_changed(self) -> None:
        self._follow()

    def _choose(self, film: Any) -> None:
        self._film = film
        self._new_film = True
        self._thresholding = Thresholding()
        self._follow()

    def _follow(self) -> None:
        """Numbers at once; pictures soon, and only where something changed."""
        measurement = self._measurement()
        if measurement is None or not measurement.regions:
            self._show_nothing()
            return
        changed = self._thresholding.update(measurement, self.form.multipliers())
        for region in changed:
            self.table.show_region(region, self._thresholding.regions.get(region))
        self.title.setText(self._title(measurement))
        self._stale.update(changed)
        self._set_ready(True)
        if self._new_film:
            self._draw_pictures()
        elif self._stale and not self._pictures.isActive():
            self._pictures.start()

    def _draw_pictures(self) -> None:
        parts = self._thresholding.regions
        stale = {region: parts[region] for region in self._stale if region in parts}
        if stale:
            self.histograms.figure.show_regions(stale, new_film=self._new_film)
        self._stale, self._new_film = set(), False
        if stale:
            self._draw_layers()

    def _draw_layers(self) -> None:
        measurement = self._measurement()
        for kind in KINDS:
            images = None if measurement is None else measurement.images
            if images is None or not self.shown[kind].isChecked():
                self._layers.remove(kind)
            else:
                self._layers.show(
                    kind,
                    self._film,
                    self._thresholding,
                    self.pair.currentIndex(),
                    images.corner_row_col,
                )

    def _on_shown(self, kind: ThresholdKind, on: bool) -> None:
        active = self._session.layers.selection.active if self._session.layers else None
        self._draw_layers()
        # A new layer would take the selection from the landmarks that are dragged.
        if on and active is not None and active in self._session.layers:
            self._session.layers.selection.active = active

    def _show_nothing(self) -> None:
        self.title.setText(NOTHING)
        for region in REGIONS:
            self.table.show_region(region, None)
        if self.histograms.is_made:
            self.histograms.figure.clear()
        self._stale = set()
        self._set_ready(False)
        for box in self.shown.values():
            box.setChecked(False)

    def _set_ready(self, ready: bool) -> None:
        for box in self.shown.values():
            box.setEnabled(ready)
            box.setToolTip(box.property("tip") if ready else NOTHING_SHOWN)

    def _measurement(self) -> Measurement | None:
        return self._session.measurement(self._film)

    def _title(self, measurement: Measurement) -> str:
        name = f"<b>{_escaped(self._film.name)}</b>: "
        grey = GREY_VALUES[measurement.measured_on]
        if not self.form.are_the_papers():
            return tr("{name}no aBMD from these features. {grey}").format(
                name=name, grey=grey
            )
        known = measurement.bmd_g_cm2 or {}
        if not {"neck", "total"} & known.keys():
            why = said(measurement.why_withheld("neck") or measurement.reason or "")
            if {"neck", "total"} <= set(measurement.not_fitted):
                why = tr("The regression in use has no such target.")
            return tr("{name}no aBMD of neck and total. {why} {grey}").format(
                name=name, why=_escaped(why), grey=grey
            )
        parts = [
            f"{site} {known[site].value:.3f}" for site in ("neck", "total")
            if site in known
        ]  # fmt: skip
        return tr(
            "{name}aBMD {names} g/cm² (regression <i>{model_name}</i>). {grey}"
        ).format(
            name=name,
            names=", ".join(parts),
            model_name=_escaped(measurement.model_name),
            grey=grey,
        )


def _histograms() -> RegionHistograms:
    from .histograms import RegionHistograms

    return RegionHistograms()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
