"""The numbers of one hip, with every reason for caution beside them."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtGui import QResizeEvent
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...bmd import T_SCORE_SITES
from ...core.anatomy import SITES, Site
from ...core.caveats import research_use
from ...core.measurement import Measurement
from ..ui.sentences import said
from ..ui.translation import tr
from .layers import DOUBTFUL, DOUBTFUL_MM, PLACED, SURE, UNSURE, UNSURE_MM

SITE_NAMES: dict[Site, str] = {
    "neck": tr("Neck"),
    "trochanter": tr("Troch."),
    "intertrochanter": tr("Inter-tr."),
    "total": tr("Total"),
}
INTERVAL = tr("90 % interval")
ROW_PX, NARROW_PX = 24, 350
ROWS = {
    tr("aBMD g/cm²"): tr("Radiograph-estimated areal bone mineral density."),
    INTERVAL: tr("In nine of ten hips the truth lies within."),
    tr("T-score"): tr("(aBMD − mean) / SD of young white women, NHANES III, Hologic."),
    tr("area cm²"): tr("Area of the region on the film."),
    tr("feature 1"): tr("Mean grey value clipped to [m − s, m + 1.96 s]."),
    tr("feature 2"): tr("Mean grey value clipped to [m − 1.96 s, m + 1.96 s]."),
    tr("feature 3"): tr("Mean grey value clipped to [m − 1.96 s, m + s]."),
}
NOTHING = "–"
WITHHELD = tr("withheld")
NOT_FITTED = tr("not fitted")
LEGEND = tr(
    "Drag a landmark, and the numbers follow. Its radius is the expected error: "
) + " ".join(
    f"<font color='{colour}'>●</font>&nbsp;{text.replace(' ', '&nbsp;')}"
    for colour, text in (
        (SURE, tr("below {doubtful_mm:g} mm").format(doubtful_mm=DOUBTFUL_MM)),
        (DOUBTFUL, tr("below {unsure_mm:g} mm").format(unsure_mm=UNSURE_MM)),
        (UNSURE, tr("larger")),
        (PLACED, tr("placed by hand")),
    )
)


class ResultPanel(QWidget):
    """A table of BMD and features, flags in words, and what the numbers are not for.

    Parameters
    ----------
    legend
        Whether to tell what the colours of measured landmarks mean.
    parent
        Of Qt.
    """

    def __init__(self, parent: QWidget | None = None, *, legend: bool = True) -> None:
        super().__init__(parent)
        self._with_legend = legend
        self._reasons: list[str] = []
        self._why: list[str] = []
        self._told = self._name = ""
        self._setup_ui()
        self.clear("")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the intervals two lines where one is too short for them."""
        super().resizeEvent(event)
        lines = 2 if self.width() < NARROW_PX else 1
        row = list(ROWS).index(INTERVAL)
        self.table.verticalHeader().resizeSection(row, lines * ROW_PX)
        self.table.setFixedHeight(ROW_PX * (len(ROWS) + lines - 1) + 30)

    def show_measurement(
        self, measurement: Measurement, name: str, caveats: Sequence[str] = ()
    ) -> None:
        """Show a hip; what is not known is a dash with its reason below.

        Parameters
        ----------
        measurement
            The hip.
        name
            Of its film, for people.
        caveats
            Reasons for caution that the measurement does not know of.
        """
        for column, site in enumerate(SITES):
            for row, text in enumerate(_cells(measurement, site)):
                _put(self.table.item(row, column), text)
        self.title.setText(f"<b>{_escaped(name)}</b>, {_seconds(measurement)}")
        self.legend.setVisible(self._with_legend and measurement.landmarks is not None)
        self._show_withheld(measurement)
        self.model.setText(_model(measurement))
        self.research_use.setText(research_use([measurement], tr))
        told = self._told if name == self._name else ""
        self._name = name
        self._show_state([*caveats, *_reasons(measurement)], told=told)

    def set_outdated(self, why: Sequence[str]) -> None:
        """Grey the numbers for these reasons; without any they are as measured."""
        self._show_state(self._reasons, why, self._told)

    def warn(self, text: str) -> None:
        """Say what went wrong; numbers that are shown are no longer of the film."""
        self._show_state(self._reasons, [text])

    def tell(self, text: str) -> None:
        """Say something that leaves the numbers as they are, until the next thing."""
        self._show_state(self._reasons, self._why, text)

    def clear(self, text: str) -> None:
        """Show that nothing has been measured, and what to do."""
        for row in range(self.table.rowCount()):
            for column in range(self.table.columnCount()):
                self.table.item(row, column).setText(NOTHING)
        self.title.setText(text)
        self.model.setText("")
        self.legend.setVisible(False)
        self._show_state([])

    def _setup_ui(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.title = QLabel()
        self.title.setObjectName("result_title")
        self.title.setWordWrap(True)
        self.table = _table()
        self.table.setObjectName("results")
        self.legend = QLabel(LEGEND)
        self.legend.setObjectName("legend")
        self.legend.setWordWrap(True)
        self.flags = QLabel()
        self.flags.setObjectName("flags")
        self.flags.setWordWrap(True)
        self.flags.setTextFormat(Qt.TextFormat.RichText)
        self.flags.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.model = QLabel()
        self.model.setObjectName("model")
        self.model.setWordWrap(True)
        self.research_use = QLabel(research_use([], tr))
        self.research_use.setObjectName("research_use")
        self.research_use.setWordWrap(True)
        self.research_use.setStyleSheet("font-style: italic")
        for widget in (
            self.title,
            self.flags,
            self.table,
            self.model,
            self.legend,
            self.research_use,
        ):
            layout.addWidget(widget)
        layout.addStretch(1)  # beside a taller tab, no line is torn from the next

    def _show_withheld(self, measurement: Measurement) -> None:
        """Tell beside a withheld value why; elsewhere what the row is."""
        for column, site in enumerate(SITES):
            why = measurement.why_withheld(site)
            why = None if why is None else said(why)
            for row, explanation in enumerate(ROWS.values()):
                item = self.table.item(row, column)
                text = why if why is not None and item.text() == WITHHELD else ""
                tip = tr("Withheld: {text}").format(text=text) if text else explanation
                if item.text() == NOT_FITTED:
                    tip = tr("The regression in use has no such target.")
                if item.toolTip() != tip:
                    item.setToolTip(tip)

    def _show_state(
        self, reasons: list[str], why: Sequence[str] = (), told: str = ""
    ) -> None:
        """What was told, and why the numbers are stale or else to be doubted."""
        self._reasons, self._why, self._told = reasons, list(why), told
        self._show_flags([*([told] if told else []), *(why or reasons)])
        self._set_stale(bool(why))

    def _show_flags(self, texts: list[str]) -> None:
        items = "".join(f"<li>{_escaped(text)}</li>" for text in texts)
        self.flags.setText(f"<ul style='margin-left: -22px'>{items}</ul>")
        self.flags.setVisible(bool(texts))

    def _set_stale(self, stale: bool) -> None:
        self.table.setEnabled(not stale)
        self.table.setToolTip(tr("These numbers are out of date.") if stale else "")


def _table() -> QTableWidget:
    table = QTableWidget(len(ROWS), len(SITES))
    table.setHorizontalHeaderLabels([SITE_NAMES[site] for site in SITES])
    table.setVerticalHeaderLabels(list(ROWS))
    for row, explanation in enumerate(ROWS.values()):
        table.verticalHeaderItem(row).setToolTip(explanation)
        for column in range(len(SITES)):
            item = QTableWidgetItem(NOTHING)
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            item.setToolTip(explanation)
            table.setItem(row, column, item)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(ROW_PX)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setFixedHeight(ROW_PX * len(ROWS) + 30)
    return table


def _reasons(measurement: Measurement) -> list[str]:
    """Reasons for caution, before any number: what is missing, withheld, flagged."""
    reasons = [] if measurement.reason is None else [said(measurement.reason)]
    sites = [SITE_NAMES[site].lower() for site in measurement.withheld]
    if sites:
        codes = {flag.code for flags in measurement.withheld.values() for flag in flags}
        reasons.append(
            tr("Withheld by the policy '{policy}': {sites} ({flags}).").format(
                policy=measurement.policy,
                sites=", ".join(sites),
                flags=", ".join(sorted(codes)),
            )
        )
    return reasons + [said(flag.text) for flag in measurement.flags]


def _model(measurement: Measurement) -> str:
    if not measurement.model_name:
        return ""
    return tr("Regression <b>{model_name}</b>, fitted to {calibrated_on}.").format(
        model_name=_escaped(measurement.model_name),
        calibrated_on=_escaped(measurement.calibrated_on),
    )


def _cells(measurement: Measurement, site: Site) -> list[str]:
    """The column of one site, in the order of the table's rows."""
    bmd = (measurement.bmd_g_cm2 or {}).get(site)
    t_score = None if measurement.t_score is None else measurement.t_score.get(site)
    region = None if site == "total" else measurement.regions.get(site)
    areas = [part.area_cm2 for part in measurement.regions.values()]
    area = region.area_cm2 if region is not None else None
    if site == "total" and areas and None not in areas:
        area = sum(area for area in areas if area is not None)
    features = [None] * 3 if region is None else list(region.features)
    withheld = site in measurement.withheld
    if withheld:
        values = [WITHHELD, NOTHING, WITHHELD if site in T_SCORE_SITES else NOTHING]
    elif site in measurement.not_fitted:
        values = [NOT_FITTED, NOTHING, NOTHING]
    else:
        values = [
            NOTHING if bmd is None else f"{bmd.value:.3f}",
            NOTHING if bmd is None else f"{bmd.low:.2f}–{bmd.high:.2f}",
            _text(t_score, "+.1f"),
        ]
    return [
        *values,
        _text(area, ".1f"),
        *(_text(feature, ".4f") for feature in features),
    ]


def _put(item: QTableWidgetItem, text: str) -> None:
    """Change a cell only where it reads otherwise: Qt draws every cell it is told."""
    if item.text() != text:
        item.setText(text)


def _text(value: float | None, form: str) -> str:
    if value is None or value != value:
        return NOTHING
    return format(value, form).replace("-", "−")


def _seconds(measurement: Measurement) -> str:
    total = measurement.seconds.get("total")
    words = {"measured": tr("measured"), "partial": tr("measured in part")}
    status = words.get(measurement.status, measurement.status)
    return (
        status
        if total is None
        else tr("{status} in {total:.1f} s").format(status=status, total=total)
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
