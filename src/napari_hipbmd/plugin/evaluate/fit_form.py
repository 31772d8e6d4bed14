"""What a regression is fitted to, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from ...bmd import SITE_NAMES
from ...core.anatomy import SITES
from ...study import Study
from ..ui.out_folder import OutFolder
from .regression_form import RegressionForm, side_by_side

if TYPE_CHECKING:
    from ...tasks.fit import FitPlan

NO_TARGET = "Choose at least one target."


class FitForm(QWidget):
    """Targets and image, the regression's choices, and where the model goes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup_ui()

    def plan(self) -> FitPlan:
        """What was chosen."""
        from ...tasks.fit import FitPlan

        return FitPlan(
            targets=tuple(s for s in SITES if self.targets[s].isChecked()),
            image=self.image.currentData(),
            landmarks=self.regression.landmarks(),
            preset=self.regression.preset(),
            folds=self.regression.folds.value(),
            seed=self.regression.seed.value(),
        )

    def show_study(self, study: Study) -> None:
        """Offer the study's readings and landmarks."""
        for site, box in self.targets.items():
            count = sum(case.dxa.get(site) is not None for case in study.cases)
            # Where there is no reading at all, the refusal tells what to fill in.
            box.setToolTip(f"Column bmd_{site} of cases.csv: {count} readings.")
        self.regression.show_study(study)
        self.out.show_study(study.folder)

    def _setup_ui(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.targets = {site: QCheckBox(SITE_NAMES[site]) for site in SITES}
        for site, box in self.targets.items():
            box.setObjectName(f"target_{site}")
            box.setChecked(True)
        self.image = QComboBox()
        self.image.setObjectName("image")
        self.image.addItem("bone image: film − soft tissue", "enhanced")
        self.image.addItem("bone image in grey and in g/cm²", "calibrated")
        self.image.addItem("the raw film itself", "raw")
        self.image.setToolTip("Whose grey values the regression takes.")
        self.regression = RegressionForm()
        self.out = OutFolder("models")
        self.regression.form.insertRow(
            0, "Targets", side_by_side(*self.targets.values(), columns=2)
        )
        self.regression.form.insertRow(1, "Grey values", self.image)
        self.regression.add_row("Save in", self.out)
        column.addWidget(self.regression)
