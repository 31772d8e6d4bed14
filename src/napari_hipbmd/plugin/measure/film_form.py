"""What to measure: the film, its side and spacing, the patient, the hip box."""

from __future__ import annotations

from typing import Any, Literal

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from ...core.radiograph import Patient, Side
from ..ui.controls import add_greyed
from ..ui.decimals import number_box
from ..ui.rich import breakable
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.box_tool import BoxTool
from ..viewer.session import Session

UNKNOWN = tr("unknown")
NO_SPACING = tr(
    "This film carries no trusted spacing. Without one there are landmarks and"
    " features, but no areas and no BMD."
)
BUSY = tr("A measurement is running: wait for it or press Cancel.")
NO_FILM = tr("Open a radiograph first: it appears here as an image layer.")


class FilmForm(QWidget):
    """The upper part of the dock.

    ``film_chosen`` is emitted when another film is chosen, ``patient_edited`` when a
    person changes a value about the patient, ``side_edited`` when another side is
    chosen, ``spacing_edited`` when another spacing is typed.
    """

    film_chosen = Signal()
    patient_edited = Signal()
    side_edited = Signal()
    spacing_edited = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = BoxTool(session, "draw_box")
        self._setup_ui()
        self._connect()

    def set_films(self, films: list[Any], others: list[tuple[Any, str]]) -> None:
        """Offer these layers; the choice stays where it can.

        ``others`` stand there greyed, each with the reason why it cannot be chosen.
        """
        chosen = self.film_layer()
        self.film.blockSignals(True)
        self.film.clear()
        for layer in films:
            self.film.addItem(layer.name, layer)
        add_greyed(self.film, others)
        kept = next((i for i, each in enumerate(films) if each is chosen), None)
        at = _topmost(films) if kept is None else kept
        self.film.setCurrentIndex(at if films else -1)
        self.film.blockSignals(False)
        if self.film_layer() is not chosen:
            self.film_chosen.emit()

    def film_layer(self) -> Any:
        """The chosen layer, or None."""
        return self.film.currentData()

    def choose(self, film_layer: Any) -> None:
        """Choose a layer that is on offer."""
        for i in range(self.film.count()):
            if self.film.itemData(i) is film_layer:
                self.film.setCurrentIndex(i)

    def patient(self) -> Patient:
        """What the form says about the patient."""
        return Patient(
            sex=self.sex.currentData(),
            age_years=_value(self.age),
            height_cm=_value(self.height),
            weight_kg=_value(self.weight),
        )

    def side(self) -> Side | None:
        """The side that the form says, or None."""
        return self.side_choice.currentData()

    def spacing_mm(self) -> float | None:
        """The spacing that a person typed, or None."""
        return _value(self.spacing) if self.spacing.isEnabled() else None

    def show_film(self, patient: Patient, side: Side | None) -> None:
        """Fill in what is known about a film; telling nobody that it was edited."""
        for choice, value in ((self.sex, patient.sex), (self.side_choice, side)):
            choice.blockSignals(True)
            choice.setCurrentIndex(choice.findData(value))
            choice.blockSignals(False)
        for box, number in (
            (self.age, patient.age_years),
            (self.height, patient.height_cm),
            (self.weight, patient.weight_kg),
        ):
            _set(box, number)

    def show_spacing(
        self, spacing_mm: tuple[float, float] | None, source: str, typed: bool
    ) -> None:
        """Show the film's own spacing, or ask for one and say why."""
        own, source = spacing_mm is not None and not typed, said(source)
        # What is typed is a pixel's width.
        _set(
            self.spacing, None if spacing_mm is None else spacing_mm[1 if typed else 0]
        )
        self.spacing.setEnabled(own is False)
        if own:
            row, column = spacing_mm
            self.spacing.setToolTip(
                tr("The film has its own spacing: {source}.").format(source=source)
            )
            self.spacing_note.setText(
                tr("{row:.4g} × {column:.4g} mm from {source}").format(
                    row=row, column=column, source=breakable(source)
                )
            )
        else:
            self.spacing.setToolTip(
                tr("Millimetres between the centres of two pixels.")
            )
            self._on_spacing_typed()

    def _on_spacing_typed(self) -> None:
        """Say what is measured with the spacing that stands there."""
        typed = self.spacing_mm()
        self.spacing_note.setText(
            NO_SPACING
            if typed is None
            else tr("{typed:.4g} mm, given by you.").format(typed=typed)
        )

    def show_box(self, text: str) -> None:
        """Say what the hip box is."""
        self.box_note.setText(text)

    def set_ready(self, film: bool, busy: bool) -> None:
        """Lock what makes no sense: the form while measuring, the box without film."""
        self.setEnabled(not busy)
        self.setToolTip(BUSY if busy else "")
        self.box.show_film(self.film_layer(), "" if film else NO_FILM, self.side())

    def _setup_ui(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.film = QComboBox()
        self.film.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.side_choice = _choice({UNKNOWN: None, tr("left"): "L", tr("right"): "R"})
        self.sex = _choice({UNKNOWN: None, tr("female"): "F", tr("male"): "M"})
        self.age = _number(0, 120, 0, tr(" years"))
        self.height = _number(50, 250, 0, " cm")
        self.weight = _number(10, 400, 1, " kg")
        self.spacing = _number(0, 5, 4, " mm")
        self.spacing.setSingleStep(0.01)
        self.spacing_note = _note()
        self.box_note = _note()
        names = {
            "film": self.film,
            "side": self.side_choice,
            "sex": self.sex,
            "age": self.age,
            "height": self.height,
            "weight": self.weight,
            "spacing": self.spacing,
            "spacing_note": self.spacing_note,
            "box_note": self.box_note,
        }
        for name, widget in names.items():
            widget.setObjectName(name)
        form.addRow(tr("Film"), self.film)
        form.addRow(tr("Side, sex"), _row(self.side_choice, self.sex))
        form.addRow(tr("Age, height"), _row(self.age, self.height))
        form.addRow(tr("Weight"), self.weight)
        form.addRow(tr("Pixel spacing"), self.spacing)
        form.addRow("", self.spacing_note)
        form.addRow(tr("Hip box"), self.box)
        form.addRow("", self.box_note)

    def _connect(self) -> None:
        self.film.currentIndexChanged.connect(lambda _: self.film_chosen.emit())
        self.sex.currentIndexChanged.connect(lambda _: self.patient_edited.emit())
        for box in (self.age, self.height, self.weight):
            box.valueChanged.connect(lambda _: self.patient_edited.emit())
        self.spacing.valueChanged.connect(lambda _: self._on_spacing_typed())
        self.spacing.valueChanged.connect(lambda _: self.spacing_edited.emit())
        self.side_choice.currentIndexChanged.connect(lambda _: self.side_edited.emit())


def _topmost(films: list[Any]) -> int:
    shown = [i for i, layer in enumerate(films) if layer.visible]
    return shown[-1] if shown else len(films) - 1


def _choice(options: dict[str, Literal["L", "R", "F", "M"] | None]) -> QComboBox:
    choice = QComboBox()
    for text, value in options.items():
        choice.addItem(text, value)
    return choice


def _number(low: float, high: float, decimals: int, unit: str) -> QDoubleSpinBox:
    """A number that may be unknown: that is what its least value stands for."""
    box = number_box()
    step = 10.0**-decimals
    box.setDecimals(decimals)
    box.setRange(low - step if low else 0.0, high)
    box.setSpecialValueText(UNKNOWN)
    box.setSuffix(unit)
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)  # seen whole
    box.setValue(box.minimum())
    return box


def _value(box: QDoubleSpinBox) -> float | None:
    return None if box.value() == box.minimum() else float(box.value())


def _set(box: QDoubleSpinBox, value: float | None) -> None:
    box.blockSignals(True)
    box.setValue(box.minimum() if value is None else value)
    box.blockSignals(False)


def _note() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    return label


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget, 1)
    return row
