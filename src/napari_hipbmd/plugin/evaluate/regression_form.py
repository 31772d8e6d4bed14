"""How a regression is fitted: the options that fitting and validating share."""

from __future__ import annotations

from typing import Any

from qtpy.QtWidgets import QWidget

from ...bmd import PRESETS
from ...study import PREDICTED, TRUTH, Study
from ..ui.options_form import OptionsForm
from ..ui.out_folder import OutFolder
from ..ui.translation import tr

NAMES = {"paper": tr("as in the paper")}
OWN = tr("own choice")
FOUND = tr("found by the networks")
SHARED = ("preset", "fit", "covariates", "landmarks", ("folds", "seed"))
COLUMNS_OF_A_PRESET = ("fit", "covariates")


class RegressionForm(OptionsForm):
    """The options of a task, those of a regression between them, and where it writes.

    Parameters
    ----------
    kind
        The options.
    before, after
        What stands above and below the shared ones; see :class:`OptionsForm`.
    folder
        Within the study, where results go.
    """

    def __init__(
        self,
        kind: type,
        before: tuple[str, ...],
        after: tuple[str, ...],
        folder: str,
        parent: QWidget | None = None,
    ) -> None:
        named = {NAMES.get(n) or tr(n): n for n in PRESETS}
        super().__init__(
            kind, *before, *SHARED, *after, parent=parent,
            offered={"preset": {**named, OWN: OWN}, "landmarks": {FOUND: PREDICTED}},
        )  # fmt: skip
        self.out = OutFolder(folder)
        self.form.addRow(tr("Save in"), self.out)
        self.changed.connect(self._on_changed)
        self._on_changed("preset")

    def values(self) -> dict[str, Any]:
        """As they stand; a choice of one's own is told by fit and covariates."""
        values = super().values()
        own = values["preset"] == OWN
        return {**values, "preset": "default"} if own else values

    def show_study(self, study: Study) -> None:
        """Offer the landmarks that there are, and a folder within the study."""
        offered = {FOUND: PREDICTED}
        offered |= {
            tr("placed by {name}").format(name=name): name
            for name in study.annotators()
        }
        if (study.folder / "truth").is_dir():
            offered[tr("true ones (digital hips)")] = TRUTH
        self.offer("landmarks", offered)
        self.out.show_study(study.folder)

    def _on_changed(self, name: str) -> None:
        """A preset fills in the rest; what is chosen then may be another, or none."""
        chosen = PRESETS.get(self.control("preset").value)
        if name == "preset" and chosen is not None:
            self.show_values({"fit": chosen.kind, "covariates": chosen.covariates})
        elif name in COLUMNS_OF_A_PRESET:
            values = super().values()
            now = (values["fit"], values["covariates"])
            known = {(p.kind, p.covariates): name for name, p in PRESETS.items()}
            self.show_values({"preset": known.get(now, OWN)})
