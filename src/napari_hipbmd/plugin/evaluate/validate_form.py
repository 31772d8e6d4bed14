"""What is validated, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from ...study import Study
from ..ui.out_folder import OutFolder
from .regression_form import RegressionForm, side_by_side, spin_box

if TYPE_CHECKING:
    from ...runs.feature_cache import Row

ROW_TIPS: dict[Row, str] = {
    "biology": "No film at all: what age, sex, height and weight tell.",
    "raw": "Grey values of the film itself.",
    "ring": "The film less a plane through the soft tissue beside the bone.",
    "enhanced": "The film less the predicted soft tissue: what Measure uses.",
    "calibrated": "Enhanced, in grey and in g/cm² by the film's own rulers.",
    "exact": "The film less its true soft tissue: digital hips only.",
    "exact_gain": "Exact STO in g/cm² by the true gain: digital hips only.",
}
NO_ROW = "Choose at least one row."


class ValidateForm(QWidget):
    """Rows, the regression's choices, repeats, samples, and where results go."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup_ui()

    def options(self) -> dict[str, Any]:
        """What was chosen, as :func:`validation.validate` takes it."""
        form = self.regression
        return {
            "folds": form.folds.value(),
            "seed": form.seed.value(),
            "repeats": self.repeats.value(),
            "preset": form.preset(),
            "rows": tuple(row for row, box in self.rows.items() if box.isChecked()),
            "samples": self.samples.value(),
            "landmarks": form.landmarks(),
        }

    def show_study(self, study: Study) -> None:
        """Offer the study's landmarks, and a folder within it."""
        self.regression.show_study(study)
        self.out.show_study(study.folder)

    def _setup_ui(self) -> None:
        from ...evaluation.bootstrap import SAMPLES
        from ...evaluation.rows import ROW_NAMES

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.rows = {row: QCheckBox(name) for row, name in ROW_NAMES.items()}
        for row, box in self.rows.items():
            box.setObjectName(f"row_{row}")
            box.setToolTip(ROW_TIPS[row])
            box.setChecked(True)
        self.regression = RegressionForm()
        self.regression.form.insertRow(
            0, "Rows", side_by_side(*self.rows.values(), columns=3)
        )
        self.repeats = spin_box("repeats", 1, 100, 1)
        self.repeats.setToolTip("The folds are drawn anew so many times.")
        self.samples = spin_box("samples", 100, 100_000, SAMPLES)
        self.samples.setSingleStep(500)
        self.samples.setToolTip(
            "Samples of patients, drawn with replacement, for the 95 % intervals."
        )
        self.regression.add_row("Repeats", side_by_side(self.repeats))
        self.regression.add_row("Bootstrap", side_by_side(self.samples))
        self.out = OutFolder("validation")
        self.regression.add_row("Save in", self.out)
        column.addWidget(self.regression)
        column.addStretch(1)
