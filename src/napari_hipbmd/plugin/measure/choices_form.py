"""How to measure: with which models, and what becomes of flagged values."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from ...core.errors import Refused
from ...quality import DEFAULT, NONE, Policy, read_policy
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.session import Session

BUNDLED_IN_USE = tr("The bundled models are in use.")
OTHER_POLICY = tr("policy file …")
LABEL_PX = 84  # as wide as the labels of the form above


class ChoicesForm(QWidget):
    """Two rows below the film's; ``refused`` is emitted with a sentence for people."""

    refused = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._setup_ui()
        self.show_models()

    def show_models(self) -> None:
        """Name the models that the next measurement uses."""
        from ...pipeline.models import load_regression

        folder = self._session.models_folder
        try:
            regression = load_regression(folder)
        except Refused as refusal:
            self.models.setText(said(refusal))
            return
        self.models.setText(f"{regression.name}: {regression.calibrated_on}")
        where = "bundled" if folder is None else str(folder)
        self.models.setToolTip(f"{self.models.text()} ({where})")
        self.bundled_button.setEnabled(folder is not None)
        self.bundled_button.setToolTip(BUNDLED_IN_USE if folder is None else "")

    def _setup_ui(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.models = QLabel()
        self.models.setObjectName("models")
        self.models.setWordWrap(True)
        self.models_button = QPushButton(tr("Folder …"))
        self.models_button.setObjectName("choose_models")
        self.models_button.setToolTip(
            tr(
                "A folder that 'hipbmd train' wrote; what it lacks is taken from the"
                " bundled models."
            )
        )
        self.models_button.clicked.connect(lambda _: self._on_models_clicked())
        self.bundled_button = QPushButton(tr("Bundled"))
        self.bundled_button.setObjectName("bundled_models")
        self.bundled_button.clicked.connect(lambda _: self._choose_models(None))
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.models_button)
        row.addWidget(self.bundled_button)
        self.policy = QComboBox()
        self.policy.setObjectName("policy")
        self.policy.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.policy.addItem(tr("shown, with their reasons"), NONE)
        self.policy.addItem(tr("withheld where wrong rather than doubtful"), DEFAULT)
        self.policy.addItem(OTHER_POLICY, None)
        self.policy.setToolTip(
            tr("A withheld value is in no table, report or file; its reason is.")
        )
        self.show_policy()
        self.policy.activated.connect(lambda _: self._on_policy_chosen())
        label = QLabel(tr("Models"))
        label.setMinimumWidth(LABEL_PX)
        form.addRow(label, self.models)
        form.addRow("", buttons)
        form.addRow(tr("Flagged"), self.policy)

    def _on_models_clicked(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Folder of models"))
        if folder:
            self._choose_models(Path(folder))

    def _choose_models(self, folder: Path | None) -> None:
        try:
            self._session.choose_models(folder)
        except Refused as refusal:
            self.refused.emit(said(refusal))

    def _on_policy_chosen(self) -> None:
        policy: Policy | None = self.policy.currentData()
        if policy is None:
            policy = self._policy_of_file()
        if policy is not None:
            self._session.choose_policy(policy)
        self.show_policy()

    def _policy_of_file(self) -> Policy | None:
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Policy"), filter=tr("Policy (*.json)")
        )
        if not name:
            return None
        try:
            return read_policy(Path(name))
        except Refused as refusal:
            self.refused.emit(said(refusal))
            return None

    def show_policy(self) -> None:
        """Name the policy that holds, whoever has chosen it."""
        policy = self._session.policy
        known = [self.policy.itemData(i) for i in range(self.policy.count())]
        if policy not in known:
            self.policy.insertItem(
                2, tr("withheld by {name!r}").format(name=policy.name), policy
            )
            known.insert(2, policy)
        self.policy.setCurrentIndex(known.index(policy))
