"""What a regression is fitted to, and how."""

from __future__ import annotations

from qtpy.QtWidgets import QWidget

from ...study import Study
from ..ui.translation import tr
from .regression_form import RegressionForm

NO_TARGET = tr("Choose at least one target.")


class FitForm(RegressionForm):
    """The options of ``hipbmd train bmd``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        from ...tasks.fit_plan import FitOptions

        super().__init__(FitOptions, ("targets", "image"), (), "models", parent)

    def show_study(self, study: Study) -> None:
        """Offer the study's landmarks, and say how many readings there are."""
        super().show_study(study)
        for site, box in self.boxes("targets").items():
            count = sum(case.dxa.get(site) is not None for case in study.cases)
            # Where there is no reading at all, the refusal tells what to fill in.
            box.setToolTip(
                tr("Column bmd_{site} of cases.csv: {count} readings.").format(
                    site=site, count=count
                )
            )
