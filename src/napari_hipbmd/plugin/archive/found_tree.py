"""What was found in an archive, by patients that nobody names, to tick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from ..ui.translation import tr

if TYPE_CHECKING:
    from ...dicom.archive_answers import ArchivedSeries

BOX = (
    "QTreeView::indicator:unchecked"
    " {border: 1px solid #8a93a0; width: 11px; height: 11px;}"
)
"""Else hardly to be seen on a dark dock."""
SERIES = Qt.ItemDataRole.UserRole
OTHER_PART = tr("another part")
TICKED, NOT_TICKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class FoundTree(QTreeWidget):
    """A line a series below its patient's key; a tick above stands for all below.

    No more is shown of a series than whether it is of a hip, a pelvis or a femur:
    numbers, days and descriptions tell who somebody is.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("found")
        self.setHeaderLabels([tr("Patient"), tr("Shows")])
        self.setMinimumHeight(120)
        self.setStyleSheet(BOX)
        self.setIndentation(12)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def show_series(self, series: list[ArchivedSeries]) -> None:
        """List these, all of them ticked, in place of those before."""
        from ...dicom import patient_key

        self.blockSignals(True)
        self.clear()
        if series:
            whole = self._line(
                self, tr("All"), tr("{count} series").format(count=len(series))
            )
            patients: dict[str, QTreeWidgetItem] = {}
            for one in sorted(series, key=lambda s: patient_key(s.patient_id)):
                key = patient_key(one.patient_id) or "?"
                if key not in patients:
                    patients[key] = self._line(whole, key)
                shows = f"{one.modality} {one.part or OTHER_PART}"
                line = self._line(patients[key], tr("series"), shows)
                line.setData(0, SERIES, one)
                line.setCheckState(0, TICKED)
            self.expandAll()
        self.blockSignals(False)
        self.itemChanged.emit(self.topLevelItem(0), 0)

    def is_any_ticked(self) -> bool:
        """Whether one is ticked."""
        whole = self.topLevelItem(0)
        return whole is not None and whole.checkState(0) != NOT_TICKED

    def ticked(self) -> list[ArchivedSeries]:
        """The series that are ticked."""
        whole = self.topLevelItem(0)
        patients = [] if whole is None else _below(whole)
        lines = [line for patient in patients for line in _below(patient)]
        return [line.data(0, SERIES) for line in lines if line.checkState(0) == TICKED]

    def _line(
        self, parent: QTreeWidget | QTreeWidgetItem, *texts: str
    ) -> QTreeWidgetItem:
        made = QTreeWidgetItem(parent, list(texts))
        made.setFlags(
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsUserCheckable
            | Qt.ItemFlag.ItemIsAutoTristate
        )
        return made


def _below(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [item.child(i) for i in range(item.childCount())]
