"""What settles a landmark between two observers: one, the other, the mean, a third."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QGroupBox, QVBoxLayout, QWidget

from ....evaluation.observers import compare_labels
from ...ui.colours import readable
from ...ui.controls import button, enable, note, press, row, with_key
from ...ui.decimals import number_box
from ...ui.translation import tr
from ..case.consensus_editor import ConsensusEditor
from ..case.layers import OTHER_COLOUR
from ..case.overlay import FIRST_COLOUR

CLOSE_MM = 2.0
HINT = tr(
    "Drag or click on the film for a third place. What is settled is kept as the"
    " annotator <i>consensus</i>; undo takes it back."
)
NOT_SETTLING = tr("Press “Settle a consensus” first.")


class ConsensusBox(QGroupBox):
    """Begins and ends a consensus, and settles landmarks of the open case.

    ``begun`` is emitted with True or False when the consensus is to be opened, or
    the annotator's own labels again; ``advanced`` when a button has settled something.
    """

    begun = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Consensus"), parent)
        self._editor: ConsensusEditor | None = None
        self._setup_ui()
        self._connect()
        self.show_editor(None)
        self.allow(False, NOT_SETTLING)

    def _setup_ui(self) -> None:
        self.setObjectName("consensus")
        self.settle = button("settle", tr("Settle a consensus"))
        self.settle.setCheckable(True)
        self.current = note("settling")
        self.first = button("accept_first", tr("Accept"))
        self.mean = button("accept_mean", tr("Mean"))
        self.second = button("accept_second", tr("Accept"))
        self.close_means = button("close_means", tr("Means where closer than"))
        self.closer = number_box()
        self.closer.setObjectName("closer_mm")
        self.closer.setRange(0.1, 20)
        self.closer.setSingleStep(0.5)
        self.closer.setDecimals(1)
        self.closer.setSuffix(" mm")
        self.closer.setValue(CLOSE_MM)
        self.body = QWidget()
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        inner.addWidget(self.current)
        inner.addLayout(row(self.first, self.mean, self.second))
        inner.addLayout(row(self.close_means, self.closer))
        inner.addWidget(note("consensus_hint", HINT))
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 6)
        column.setSpacing(4)
        column.addWidget(self.settle)
        column.addWidget(self.body)

    def _connect(self) -> None:
        self.settle.clicked.connect(self.begun)
        press(self.first, lambda: self._do(lambda editor: editor.accept_from(True)))
        press(self.second, lambda: self._do(lambda editor: editor.accept_from(False)))
        press(self.mean, lambda: self._do(lambda editor: editor.take_mean()))
        press(self.close_means, lambda: self._do(self._take_close_means))

    def allow(self, on: bool, reason: str, hint: str = "") -> None:
        """Whether a consensus can be begun; if not, why."""
        enable(self.settle, on, reason, hint)

    def show_editor(self, editor: ConsensusEditor | None) -> None:
        """Settle a case, or none."""
        self._editor = editor
        self.settle.setChecked(editor is not None)
        self.body.setVisible(editor is not None)
        if editor is not None:
            self.first.setText(tr("Accept {name}").format(name=_name(editor, True)))
            self.second.setText(tr("Accept {name}").format(name=_name(editor, False)))
        self.refresh()

    def refresh(self) -> None:
        """Show the current landmark and what is known of it."""
        editor = self._editor
        if editor is None:
            return
        name = editor.current
        one, two = (
            None if labels is None else labels.landmarks.get(name)
            for labels in (editor.a, editor.b)
        )
        self.current.setText(f"<b>{name}</b>: {self._told(editor, name)}")
        both = editor.a is not None and editor.b is not None
        alone = tr("Only one of the two has labelled this film.")
        for each, label, who, key in (
            (self.first, one, _name(editor, True), "accept_first"),
            (self.second, two, _name(editor, False), "accept_second"),
        ):
            reason = (
                tr("{who} has not reached {name}.").format(who=who, name=name)
                if both
                else alone
            )
            enable(each, both and label is not None, reason, with_key("", key))
        placed = all(label is not None and label.xy is not None for label in (one, two))
        reason = (
            tr("Only one of the two has placed {name}.").format(name=name)
            if both
            else alone
        )
        enable(self.mean, both and placed, reason, with_key("", "accept_mean"))
        hint = tr("Settle every missing landmark on which the two are that close.")
        enable(self.close_means, both, alone, hint)

    def _told(self, editor: ConsensusEditor, name: str) -> str:
        label = editor.label(name)
        apart = ""
        if editor.a is not None and editor.b is not None:
            for each in compare_labels(editor.a, editor.b):
                if each.landmark == name and each.distance_px is not None:
                    apart = tr("{each} between the two; ").format(each=each.text())
        if label is None:
            return tr("{apart}not settled yet.").format(apart=apart)
        how = label.version or "placed"
        moved = label.moved_mm(editor.labels.film.spacing_mm)
        far = tr(", moved by {moved:.1f} mm").format(moved=moved) if moved else ""
        return tr("{apart}settled: {how}{far}.").format(apart=apart, how=how, far=far)

    def _take_close_means(self, editor: ConsensusEditor) -> bool:
        return editor.take_close_means(self.closer.value())

    def _do(self, action: Callable[[ConsensusEditor], bool]) -> None:
        if self._editor is not None:
            action(self._editor)
            self.refresh()


def _name(editor: ConsensusEditor, first: bool) -> str:
    labels = editor.a if first else editor.b
    return labels.annotator if labels is not None else "–"


def legend(a: str, b: str, label: QWidget) -> str:
    """Which colour is whose, as rich text."""
    return (
        f"<font color='{readable(FIRST_COLOUR, label)}'>✚ {a}</font> &nbsp;"
        f"<font color='{readable(OTHER_COLOUR, label)}'>✚ {b}</font>"
    )
