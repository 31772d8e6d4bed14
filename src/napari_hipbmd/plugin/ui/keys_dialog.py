"""The help for the keys: what each one does, and a place to change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...core.errors import Refused
from .key_bindings import menu_clashes, shadowed
from .narrow import let_tab_leave
from .sentences import said
from .shortcuts import SHORTCUTS, Keys, Scope, Shortcut, current_keys, normal
from .translation import tr

HINT = tr(
    "To change a key, double-click it and type another, such as <b>F5</b> or"
    " <b>Ctrl+Shift+Z</b>; several with commas between them; nothing for no key."
)
KEY, DOES, NOTE = range(3)
SIZE = (860, 720)


class KeysDialog(QDialog):
    """A table of the keys of one dock.

    Parameters
    ----------
    scope
        The dock.
    layers
        Layers that its keys work on: what they take from napari is told.
    keys
        By default those of the person at this computer.
    """

    def __init__(
        self,
        scope: Scope,
        layers: Sequence[Any] = (),
        keys: Keys | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._scope = scope
        self._layers = list(layers)
        self._keys = keys or current_keys()
        self._shortcuts = [each for each in SHORTCUTS if each.scope == scope]
        self._setup_ui()
        self._fill()
        self._connect()

    def _setup_ui(self) -> None:
        self.setWindowTitle(tr("Keys of {scope}").format(scope=tr(self._scope)))
        self.setObjectName("keys_dialog")
        hint = QLabel(HINT)
        hint.setWordWrap(True)
        self.table = QTableWidget(len(self._shortcuts), 3)
        self.table.setObjectName("keys")
        self.table.setHorizontalHeaderLabels(
            [tr("Key"), tr("What it does"), tr("Note")]
        )
        self.table.verticalHeader().hide()
        self.table.setWordWrap(True)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(KEY, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(DOES, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NOTE, QHeaderView.ResizeMode.Stretch)
        self.message = QLabel()
        self.message.setObjectName("keys_message")
        self.message.setWordWrap(True)
        self.reset_button = QPushButton(tr("Default keys"))
        self.reset_button.setObjectName("reset_keys")
        self.close_button = QPushButton(tr("Close"))
        self.close_button.setObjectName("close_keys")
        buttons = QHBoxLayout()
        buttons.addWidget(self.reset_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(hint)
        column.addWidget(self.table, 1)
        column.addWidget(self.message)
        column.addLayout(buttons)
        let_tab_leave(self)
        self.resize(*SIZE)

    def _connect(self) -> None:
        self.table.itemChanged.connect(self._on_item_changed)
        self.reset_button.clicked.connect(lambda _: self._on_reset_clicked())
        self.close_button.clicked.connect(lambda _: self.close())

    def _fill(self) -> None:
        self.table.blockSignals(True)
        notes = self._notes()
        for row, each in enumerate(self._shortcuts):
            texts = (", ".join(self._keys.of(each.id)), tr(each.does), notes[each.id])
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column != KEY:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.table.setItem(row, column, item)
        self.table.blockSignals(False)
        clashes = self._keys.clashes()
        self.message.setText(
            "<br>".join(clash.text for clash in clashes) or self._keys.problem
        )

    def _notes(self) -> dict[str, str]:
        """What is to be said about the keys of each function."""
        napari: dict[str, str] = {}
        for layer in self._layers:
            napari = {**shadowed(layer, self._scope, self._keys), **napari}
        menu = menu_clashes(self._scope, self._keys)
        wanted = self._keys.clashes()
        return {
            each.id: "; ".join(self._notes_of(each, napari, menu, wanted))
            for each in self._shortcuts
        }

    def _notes_of(
        self, each: Shortcut, napari: dict[str, str], menu: dict[str, str], wanted: Any
    ) -> list[str]:
        notes = []
        for key in map(normal, self._keys.of(each.id)):
            if any(clash.key == key and each.id in clash.ids for clash in wanted):
                notes.append(tr("{key} is wanted twice").format(key=key))
            if key in menu:
                notes.append(
                    tr("{key} goes to napari's menu: {menu}").format(
                        key=key, menu=menu[key]
                    )
                )
            elif key in napari:
                notes.append(
                    tr("{key} instead of napari's “{napari}”").format(
                        key=key, napari=napari[key]
                    )
                )
        return notes

    def _on_item_changed(self, item: QTableWidgetItem) -> None:
        each = self._shortcuts[item.row()]
        texts = [text.strip() for text in item.text().split(",")]
        try:
            self._keys.change(each.id, [text for text in texts if text])
        except Refused as refusal:
            self._fill()
            self.message.setText(said(refusal))
            return
        self._fill()

    def _on_reset_clicked(self) -> None:
        self._keys.reset()
        self._fill()
