"""How a regression is fitted: the choices that fitting and validating share."""

from __future__ import annotations

from dataclasses import replace

from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QSpinBox,
    QWidget,
)

from ...bmd import COVARIATES, PRESETS, Preset
from ...study import Study

OWN = "own choice"
COVARIATE_NAMES = {
    "sex": "sex",
    "age_years": "age",
    "height_cm": "height",
    "weight_kg": "weight",
}
MOST_FOLDS = 100


class RegressionForm(QWidget):
    """Preset, fit, covariates, landmarks, folds and seed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup_ui()
        self._on_preset_chosen()

    def preset(self) -> Preset:
        """What was chosen; one of the presets where it is the same."""
        known = PRESETS.get(self.presets.currentData(), PRESETS["default"])
        kind = self.fit.currentData()
        names = tuple(n for n in COVARIATES if self.covariates[n].isChecked())
        preset = replace(known, kind=kind, covariates=names)
        return preset if preset == known else replace(preset, name=OWN)

    def landmarks(self) -> str:
        """``"predicted"``, ``"truth"`` or the name of an annotator."""
        return str(self.placed_by.currentData())

    def show_study(self, study: Study) -> None:
        """Offer the landmarks that there are."""
        from ...study import PREDICTED, TRUTH

        before = self.landmarks()
        self.placed_by.clear()
        self.placed_by.addItem("found by the networks", PREDICTED)
        for name in study.annotators():
            self.placed_by.addItem(f"placed by {name}", name)
        if (study.folder / "truth").is_dir():
            self.placed_by.addItem("true ones (digital hips)", TRUTH)
        self.placed_by.setCurrentIndex(max(0, self.placed_by.findData(before)))

    def add_row(self, label: str, widget: QWidget) -> None:
        """A further choice below."""
        self.form.addRow(label, widget)

    def _setup_ui(self) -> None:
        from ...study import PREDICTED

        self.form = QFormLayout(self)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setFieldGrowthPolicy(
            QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow
        )
        self.presets = QComboBox()
        self.presets.setObjectName("preset")
        for name in PRESETS:
            self.presets.addItem("as in the paper" if name == "paper" else name, name)
        self.presets.addItem(OWN, OWN)
        self.presets.activated.connect(lambda _: self._on_preset_chosen())
        self.fit = QComboBox()
        self.fit.setObjectName("fit")
        self.fit.addItem("ridge, its strength chosen inside the folds", "ridge")
        self.fit.addItem("ordinary least squares", "ols")
        self.fit.activated.connect(lambda _: self._on_edited())
        self.covariates = {
            name: QCheckBox(COVARIATE_NAMES[name]) for name in COVARIATES
        }
        for name, box in self.covariates.items():
            box.setObjectName(f"covariate_{name}")
            box.setToolTip(f"Column {name} of cases.csv.")
            box.clicked.connect(lambda _: self._on_edited())
        self.placed_by = QComboBox()
        self.placed_by.setObjectName("landmarks")
        self.placed_by.addItem("found by the networks", PREDICTED)
        self.folds = spin_box("folds", 2, MOST_FOLDS, 10)
        self.folds.setToolTip("Folds by patient: films of one never lie in two.")
        self.seed = spin_box("seed", 0, 2**31 - 1, 0)
        self.seed.setToolTip("The same seed draws the same folds.")
        self.form.addRow("Preset", self.presets)
        self.form.addRow("Fit", self.fit)
        self.form.addRow("Biology", side_by_side(*self.covariates.values()))
        self.form.addRow("Landmarks", self.placed_by)
        self.form.addRow("Folds, seed", side_by_side(self.folds, self.seed))

    def _on_preset_chosen(self) -> None:
        preset = PRESETS.get(self.presets.currentData())
        if preset is None:
            return
        self.fit.setCurrentIndex(self.fit.findData(preset.kind))
        for name, box in self.covariates.items():
            box.setChecked(name in preset.covariates)

    def _on_edited(self) -> None:
        """Say when what is chosen is no preset any more, or is one again."""
        names = tuple(n for n in COVARIATES if self.covariates[n].isChecked())
        for name, preset in PRESETS.items():
            if (preset.kind, preset.covariates) == (self.fit.currentData(), names):
                self.presets.setCurrentIndex(self.presets.findData(name))
                return
        self.presets.setCurrentIndex(self.presets.findData(OWN))


def spin_box(name: str, low: int, high: int, value: int) -> QSpinBox:
    """A whole number."""
    box = QSpinBox()
    box.setObjectName(name)
    box.setRange(low, high)
    box.setValue(value)
    return box


def side_by_side(*widgets: QWidget, columns: int = 4) -> QWidget:
    """Widgets in one row of a form, or in lines of so many."""
    whole = QWidget()
    grid = QGridLayout(whole)
    grid.setContentsMargins(0, 0, 0, 0)
    for i, widget in enumerate(widgets):
        grid.addWidget(widget, i // columns, i % columns)
    grid.setColumnStretch(columns, 1)
    return whole
