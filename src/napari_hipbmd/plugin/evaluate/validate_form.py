"""What is validated, and how."""

from __future__ import annotations

from qtpy.QtWidgets import QWidget

from ..ui.translation import tr
from .regression_form import RegressionForm

NO_ROW = tr("Choose at least one row.")


class ValidateForm(RegressionForm):
    """The options of ``hipbmd validate``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        from ...tasks.validate import ValidateOptions

        after = ("repeats", "samples")
        super().__init__(ValidateOptions, ("rows",), after, "validation", parent)
