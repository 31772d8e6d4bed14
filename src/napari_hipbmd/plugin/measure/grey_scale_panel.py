"""The tab *Grey scale*: what a grey step is worth, which rulers say so, and how."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...core.grey_scale import GreyScale
from ...core.measurement import Measurement
from ...core.ruler_choice import RulerChoice
from ...grey_scale import NETWORK, OBJECT, RULERS, USUAL, Stretch
from ...pipeline.gain import reading_of
from ..ui.late_figure import LateFigure
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.session import Session
from .grey_scale_layers import GreyScaleKind, GreyScaleLayers
from .known_objects import KnownObjects

if TYPE_CHECKING:
    from .profile_figure import ProfileFigure

NOTHING = tr("Measure a film first: what its grey steps are worth appears here.")
WORDS = {
    "shaft": (
        tr("Shaft"),
        tr("The cortex of the femoral shaft: a tube of known mineral."),
    ),
    "film": (
        tr("Film"),
        tr("Tube voltage, body size, soft tissue, grey range and noise."),
    ),
    NETWORK: (
        tr("Network"),
        tr("A network that looks at film and soft tissue as a whole."),
    ),
    USUAL: (
        tr("Usual"),
        tr("What films of the calibration have: pulls doubtful readings."),
    ),
    OBJECT: (tr("Object"), tr("Of known material and thickness, drawn below.")),
}
ROWS = (*RULERS, USUAL, OBJECT)
COLUMNS = (tr("ruler"), tr("gain"), "± %", tr("weight"))
ROW_PX, PROFILE_PX = 24, 170


class GreyScalePanel(QWidget):
    """Shows one measured film; a tick switches a ruler off, and BMD follows."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._layers = GreyScaleLayers(session, self._on_levels_moved)
        self._film: Any = None
        self._stretches: tuple[Stretch, ...] = ()
        self._showing = False
        self._setup_ui()
        self.show_film(None)

    def _setup_ui(self) -> None:
        self.summary = QLabel()
        self.summary.setObjectName("grey_scale_summary")
        self.summary.setWordWrap(True)
        self.table = QTableWidget(len(ROWS), len(COLUMNS))
        self.table.setObjectName("rulers")
        self.table.setHorizontalHeaderLabels(list(COLUMNS))
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.table.horizontalHeader().setSectionResizeMode(
            QHeaderView.ResizeMode.Stretch
        )
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setFixedHeight(ROW_PX * len(ROWS) + 30)
        for row, name in enumerate(ROWS):
            for column in range(len(COLUMNS)):
                item = QTableWidgetItem(WORDS[name][0] if column == 0 else "–")
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                item.setToolTip(WORDS[name][1])
                if column == 0 and name in RULERS:
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                    item.setCheckState(Qt.CheckState.Checked)
                self.table.setItem(row, column, item)
        self.table.itemChanged.connect(self._on_ticked)
        self.place = QComboBox()
        self.place.setObjectName("stretch")
        self.place.setToolTip(
            tr("How far below the distal cut the shaft is looked at.")
        )
        self.place.currentIndexChanged.connect(self._draw_profile)
        self.profile = LateFigure(_profile, PROFILE_PX)
        self.profile.setVisible(False)  # until a shaft was read
        self.fit = QLabel()
        self.fit.setObjectName("tube")
        self.fit.setWordWrap(True)
        column_of = QVBoxLayout(self)
        self.objects = KnownObjects(self._session)
        for widget in (self.summary, self.table, self.objects, self.place):
            column_of.addWidget(widget)
        column_of.addWidget(self.profile)
        column_of.addWidget(self.fit)
        column_of.addLayout(self._layer_row())
        column_of.addStretch(1)

    def _layer_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.shown: dict[GreyScaleKind, QCheckBox] = {
            "levels": QCheckBox(tr("Levels on the film")),
            "mineral": QCheckBox(tr("Mineral map")),
        }
        tips = {
            "levels": tr(
                "Where the shaft's profile was read. Drag a line along the shaft"
                " to read it elsewhere, or delete it: what lies over the bone there"
                " has no say then. Measure anew to have all levels back."
            ),
            "mineral": tr(
                "Mineral of the femur alone, g/cm² a pixel, as the network sees it; the"
                " bone image tells its fine detail."
            ),
        }
        for kind, box in self.shown.items():
            box.setObjectName(f"show_{kind}")
            box.setToolTip(tips[kind])
            box.toggled.connect(lambda _, kind=kind: self._draw_layer(kind))
            row.addWidget(box)
        row.addStretch(1)
        return row

    def show_film(self, film_layer: Any) -> None:
        """Show what was measured of a film; None, or not measured: what to do."""
        if film_layer is not self._film:
            for kind in self.shown:
                self._layers.remove(kind)
        self._film = film_layer
        measurement = self._session.measurement(film_layer)
        found = None if measurement is None else measurement.grey_scale
        reading = None if measurement is None else reading_of(measurement)
        shaft = None if reading is None else reading.shaft
        self.summary.setText(_summary(measurement))
        self._showing = True
        self._fill(found, measurement)
        stretches = () if shaft is None else shaft.stretches
        if [s.below_mm for s in stretches] != [s.below_mm for s in self._stretches]:
            self.place.clear()
            self.place.addItems(
                [
                    tr("{below_mm:.0f} mm below the distal cut").format(
                        below_mm=s.below_mm
                    )
                    for s in stretches
                ]
            )
        before, self._stretches = self._stretches, stretches
        self._showing = False
        self.objects.show_film(film_layer)
        self.place.setEnabled(bool(stretches))
        # While a landmark is dragged the rulers rest, and their profile with them.
        if stretches is not before:
            self._draw_profile()
        for kind, box in self.shown.items():
            box.setEnabled(
                found is not None and (kind == "mineral" or shaft is not None)
            )
            if box.isChecked():
                self._draw_layer(kind)

    def showEvent(self, event: Any) -> None:  # noqa: N802
        """What was measured while the tab was out of sight is drawn now."""
        super().showEvent(event)
        self._draw_profile()

    def _fill(self, found: GreyScale | None, measurement: Measurement | None) -> None:
        told = {} if found is None else {ruler.name: ruler for ruler in found.rulers}
        wanted = RULERS
        if measurement is not None and measurement.rulers.use is not None:
            wanted = measurement.rulers.use
        for row, name in enumerate(ROWS):
            ruler = told.get(name)
            cells = ["–"] * 3
            if ruler is not None:
                cells = [
                    f"{ruler.gain_per_g_cm2:.3f}",
                    f"{100 * ruler.relative_error:.0f}",
                    f"{100 * ruler.weight:.0f} %",
                ]
            for column, text in enumerate(cells, 1):
                self.table.item(row, column).setText(text)
            if name in RULERS:
                on = (
                    Qt.CheckState.Checked if name in wanted else Qt.CheckState.Unchecked
                )
                self.table.item(row, 0).setCheckState(on)

    def _on_ticked(self, item: QTableWidgetItem) -> None:
        if self._showing or item.column() != 0 or self._film is None:
            return
        wanted = tuple(
            name
            for row, name in enumerate(RULERS)
            if self.table.item(row, 0).checkState() == Qt.CheckState.Checked
        )
        self._choose(use=wanted)

    def _on_levels_moved(self, levels_mm: tuple[float, ...]) -> None:
        self._choose(levels_mm=levels_mm)

    def _choose(self, **changed: Any) -> None:
        measurement = self._session.measurement(self._film)
        if measurement is not None:
            chosen: RulerChoice = replace(measurement.rulers, **changed)
            self._session.remeasure(self._film, rulers=chosen)

    def _draw_profile(self) -> None:
        if self._showing:
            return
        index = self.place.currentIndex()
        there = 0 <= index < len(self._stretches)
        stretch = self._stretches[index] if there else None
        if stretch is not None and self.isVisible():
            self.profile.figure.show_stretch(stretch)
        self.profile.setVisible(stretch is not None)
        self.fit.setText("" if stretch is None else _tube_text(stretch))

    def _draw_layer(self, kind: GreyScaleKind) -> None:
        measurement = self._session.measurement(self._film)
        if measurement is None or not self.shown[kind].isChecked():
            self._layers.remove(kind)
            return
        active = self._session.layers.selection.active
        self._layers.show(kind, self._film, measurement)
        # A new layer would take the selection from the landmarks that are dragged.
        if active is not None and active in self._session.layers:
            self._session.layers.selection.active = active


def _profile() -> ProfileFigure:
    from .profile_figure import ProfileFigure

    return ProfileFigure()


def _summary(measurement: Measurement | None) -> str:
    if measurement is None:
        return NOTHING
    found = measurement.grey_scale
    if found is None:
        return said(measurement.grey_scale_reason or NOTHING)
    text = tr(
        "1 g/cm² of bone mineral makes <b>{gain_per_g_cm2:.3f}</b> of"
        " the grey range (± {relative_error:.0f} %)."
    ).format(
        gain_per_g_cm2=found.gain_per_g_cm2, relative_error=100 * found.relative_error
    )
    if found.shaft_reason is not None:
        text += f" {said(found.shaft_reason)}"
    return text if found.cortex is None else f"{text} {found.cortex.sentence()}"


def _tube_text(stretch: Stretch) -> str:
    fit = stretch.fit
    return tr(
        "Tube: gain {gain:.3f} ± {relative_error:.0f} %, cortex"
        " {medial:.1f} and {lateral:.1f} mm, width {width:.1f} mm."
    ).format(
        gain=fit.gain,
        relative_error=100 * fit.relative_error,
        medial=fit.tube.medial,
        lateral=fit.tube.lateral,
        width=fit.tube.width,
    )
