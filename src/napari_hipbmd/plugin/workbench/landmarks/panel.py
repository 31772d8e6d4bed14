"""The tab *Landmarks*: the current one, what can be done to it, and all sixteen."""

from __future__ import annotations

from typing import Any

import numpy as np
from qtpy.QtWidgets import (
    QCheckBox,
    QVBoxLayout,
    QWidget,
)

from ....core.anatomy import INDEX, LANDMARKS
from ....study import State
from ....study.labelling.edits import tangled
from ...ui.colours import readable
from ...ui.controls import button, enable, note, press, row, with_key
from ...ui.decimals import number_box
from ...ui.fold import Fold
from ...ui.narrow import Squares, scrolled_column
from ...ui.sentences import said
from ...ui.translation import first_capital, tr
from ...viewer.layers import REGION_NAMES
from ..case.editor import Editor, tie_of
from ..case.view import ZOOM, CaseView
from .magnifier import Magnifier
from .numbers_panel import NumbersPanel
from .table import LandmarkTable
from .where import SIDE, WherePicture

LEAST = 110
"""Screen pixels of the two small pictures where the dock is narrow."""
CROSSED = "#ff6b5e"
NO_CASE = tr("Open a case first.")
NO_POSITION = tr("Place the landmark first: click on the film.")
NO_PREDICTION = tr("There is no prediction for this landmark yet.")
STATE_BUTTONS: tuple[tuple[State, str], ...] = (
    ("placed", tr("Placed")),
    ("occluded", tr("Occluded")),
    ("uncertain", tr("Uncertain")),
    ("absent", tr("Absent")),
)


class LandmarkPanel(QWidget):
    """Everything about the landmarks of the open case."""

    def __init__(
        self,
        case_view: CaseView,
        numbers: NumbersPanel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._case_view = case_view
        self.numbers = numbers
        self._cursor: np.ndarray | None = None
        self.warned: dict[str, str] = {}
        self._setup_ui()
        self._connect()
        self.refresh()

    @property
    def editor(self) -> Editor | None:
        """The open case."""
        return self._case_view.editor

    def _setup_ui(self) -> None:
        self.where = WherePicture()
        self.magnifier = Magnifier()
        self.title = note("current")
        self.definition = note("definition")
        self.states = {
            state: button(state, text, shortcut=state) for state, text in STATE_BUTTONS
        }
        for each in self.states.values():
            each.setCheckable(True)
        self.unplace = button("unplace", tr("Take off"), shortcut="unplace")
        self.tie = QCheckBox(tr("Tied"))
        self.tie.setObjectName("tie")
        self.accept = button("accept", tr("Accept"), shortcut="accept")
        self.accept_all = button("accept_all", tr("Accept all"), shortcut="accept_all")
        self.undo = button("undo", tr("Undo"), shortcut="undo")
        self.redo = button("redo", tr("Redo"), shortcut="redo")
        self.centre = button("centre", tr("Centre"), shortcut="centre")
        self.fit = button("fit", tr("Whole hip"), tr("Show the whole hip again."))
        self.zoom = number_box()
        self.zoom.setObjectName("zoom")
        self.zoom.setRange(0.5, 40)
        self.zoom.setDecimals(1)
        self.zoom.setSuffix(" ×")
        self.zoom.setValue(ZOOM)
        self.zoom.setToolTip(tr("Screen pixels for a pixel of the film, when centred."))
        self.follow = QCheckBox(tr("Centre each"))
        self.follow.setObjectName("follow")
        self.follow.setToolTip(tr("Centre every landmark that is gone to."))
        self.advance = QCheckBox(tr("Go on by itself"))
        self.advance.setObjectName("advance")
        self.advance.setChecked(True)
        self.advance.setToolTip(
            tr("After placing one, go to the next that is missing.")
        )
        self.outlines = button(
            "outlines",
            tr("Edit outlines"),
            tr("Drag the corners of a region: it then keeps an outline of its own."),
        )
        self.outlines.setCheckable(True)
        self.regions_follow = button(
            "regions_follow",
            tr("Regions follow"),
            tr("Every region follows its landmarks again."),
        )
        self.box = button(
            "box", tr("Draw hip box"), tr("Draw a rectangle around the hip.")
        )
        self.tangle = note("tangle")
        self.table = LandmarkTable()
        column = scrolled_column(self)
        column.addWidget(Squares(self.where, self.magnifier, least=LEAST, most=SIDE))
        column.addWidget(self.title)
        column.addWidget(self.definition)
        column.addLayout(row(*self.states.values()))
        column.addLayout(row(self.accept, self.accept_all, self.unplace))
        column.addLayout(row(self.undo, self.redo, self.tie))
        column.addLayout(row(self.centre, self.zoom, self.fit))
        column.addWidget(self._tools())
        column.addWidget(self.tangle)
        column.addWidget(self._list(), 1)
        column.addWidget(self.numbers, 1)

    def _tools(self) -> Fold:
        """What is chosen once, and what few films need."""
        body = QWidget()
        lines = QVBoxLayout(body)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        lines.addLayout(row(self.advance, self.follow))
        lines.addLayout(row(self.outlines, self.regions_follow))
        lines.addWidget(self.box)
        hint = tr("Going on by itself, outlines drawn by hand, the hip box.")
        return Fold("tools", tr("More"), hint, body)

    def _list(self) -> Fold:
        return Fold(
            "landmark_list",
            tr("All landmarks"),
            tr("State, origin and displacement of each; a click goes there."),
            self.table,
            open_at_first=True,
        )

    def _connect(self) -> None:
        for state, each in self.states.items():
            press(each, lambda state=state: self.act("set_state", state))
        press(self.unplace, lambda: self.act("unplace"))
        press(self.accept, lambda: self.act("accept_current"))
        press(self.accept_all, lambda: self.act("accept_all"))
        press(self.undo, lambda: self.act("undo"))
        press(self.redo, lambda: self.act("redo"))
        press(self.centre, self.centre_current)
        press(self.fit, self._case_view.fit)
        press(self.regions_follow, self._on_regions_follow_clicked)
        press(self.box, self._case_view.draw_box)
        self.tie.clicked.connect(lambda _: self.act("toggle_tie"))
        self.outlines.toggled.connect(self._case_view.edit_outlines)
        self.zoom.valueChanged.connect(self._on_zoom_changed)
        self.advance.toggled.connect(self._on_advance_toggled)
        self.table.chosen.connect(self._on_chosen)

    def open(self) -> None:
        """Show the case that the workbench has opened."""
        editor = self.editor
        if editor is not None:
            editor.changed.connect(self.refresh)
            editor.current_changed.connect(self._on_current_changed)
            editor.auto_advance = self.advance.isChecked()
            self.numbers.open(self._case_view.film, editor)
        self.outlines.setChecked(False)
        self._cursor = None
        self.magnifier.show_film(self._case_view.film)
        self.refresh()

    def close_case(self) -> None:
        """Listen to the open case no longer."""
        editor = self.editor
        if editor is not None:
            editor.changed.disconnect(self.refresh)
            editor.current_changed.disconnect(self._on_current_changed)
        self.numbers.close_case()
        self.magnifier.show_film(None)

    def act(self, name: str, *arguments: Any) -> None:
        """Do something to the open case, as a button or a key asks."""
        editor = self.editor
        if editor is not None:
            getattr(editor, name)(*arguments)
            self._cursor = None
            self.refresh()

    def centre_current(self) -> None:
        """Bring the current landmark to the middle."""
        if self.editor is not None:
            self._case_view.activate()
            self._case_view.centre(self.editor.current)

    def look_at_cursor(self, row_col: np.ndarray | None) -> None:
        """Let the lens follow the cursor over the film."""
        self._cursor = row_col
        self._look()

    def refresh(self) -> None:
        """Show the labels as they are."""
        editor = self.editor
        self._enable(editor)
        if editor is None:
            self.title.setText(tr("<b>No case is open.</b>"))
            self.definition.setText("")
            self.tangle.setText("")
            self.table.show_nothing()
            self._look()
            return
        name = editor.current
        mark = LANDMARKS[INDEX[name]]
        self.title.setText(f"<b>{name}</b>&nbsp; {tr(mark.name)}")
        self.definition.setText(f"{first_capital(tr(mark.definition))}.")
        label = editor.label()
        for state, each in self.states.items():
            each.setChecked(label is not None and label.state == state)
        tie = tie_of(name)
        self.tie.setChecked(tie is not None and tie not in editor.labels.apart)
        self.tie.setText(_tie_text(name))
        self.where.show_landmark(name, editor.labels.film.side)
        self.table.show_labels(editor.labels, name, self.warned)
        crossing = [REGION_NAMES[region] for region in tangled(editor.labels)]
        self.tangle.setVisible(bool(crossing))
        self.tangle.setText(
            tr(
                "<font color='{colour}'>The outline of the {regions} crosses itself:"
                " are two landmarks swapped?</font>"
            ).format(
                colour=readable(CROSSED, self),
                regions=tr(" and the ").join(crossing),
            )
        )
        self._look()

    def _enable(self, editor: Editor | None) -> None:
        there = editor is not None
        label = editor.label() if editor is not None else None
        position = label is not None and label.xy is not None
        predicted = editor.predicted if editor is not None else None
        known = predicted is not None and editor.current in predicted.landmarks  # type: ignore[union-attr]
        for state, each in self.states.items():
            on = there and (position or state == "absent")
            reason = NO_POSITION if there else NO_CASE
            enable(each, on, reason, with_key("", state))
        enable(
            self.unplace, label is not None,
            tr("The landmark is not placed.") if there else NO_CASE,
            with_key("", "unplace"),
        )  # fmt: skip
        enable(
            self.accept, known, NO_PREDICTION if there else NO_CASE,
            with_key("", "accept"),
        )  # fmt: skip
        enable(
            self.accept_all, predicted is not None, NO_PREDICTION if there else NO_CASE,
            with_key("", "accept_all"),
        )  # fmt: skip
        twin = there and tie_of(editor.current) is not None  # type: ignore[union-attr]
        enable(self.tie, twin, tr("This landmark has no twin."), with_key("", "tie"))
        case = editor.case if editor is not None else None

        def told(text: str, which: str) -> str:
            return text.format(text=said(getattr(case.history, which))) if case else ""

        enable(
            self.undo,
            case is not None and case.can_undo, tr("Nothing to undo."),
            with_key(told(tr("Undo: {text}."), "undo_text"), "undo"),
        )  # fmt: skip
        enable(
            self.redo, case is not None and case.can_redo, tr("Nothing to redo."),
            with_key(told(tr("Do again: {text}."), "redo_text"), "redo"),
        )  # fmt: skip
        for each in (self.centre, self.fit, self.outlines, self.box):
            each.setEnabled(there)
        drawn = there and bool(editor.labels.regions)  # type: ignore[union-attr]
        enable(
            self.regions_follow, drawn, tr("Every region follows its landmarks."),
            tr("Every region follows its landmarks again."),
        )  # fmt: skip

    def _look(self) -> None:
        editor = self.editor
        if editor is None:
            self.magnifier.look_at(None, "", None)
        elif self._cursor is not None:
            self.magnifier.look_at(self._cursor, "cursor", editor.labels)
        else:
            name = editor.current
            self.magnifier.look_at(self._case_view.where(name), name, editor.labels)

    def _on_current_changed(self, name: str) -> None:
        self._cursor = None
        self.refresh()
        if self.follow.isChecked():
            self.centre_current()

    def _on_chosen(self, name: str) -> None:
        if self.editor is not None:
            self._case_view.activate()
            self.editor.select(name)
            self._case_view.centre(name)

    def _on_zoom_changed(self, zoom: float) -> None:
        self._case_view.zoom = zoom
        self.centre_current()

    def _on_advance_toggled(self, on: bool) -> None:
        if self.editor is not None:
            self.editor.auto_advance = on

    def _on_regions_follow_clicked(self) -> None:
        if self.editor is not None:
            for region in tuple(self.editor.labels.regions):
                self.editor.follow_landmarks(region)


def _tie_text(name: str) -> str:
    tie = tie_of(name)
    if tie is None:
        return tr("Tied")
    if tie == "T5":
        return tr("Middle of N3, N4")
    twin = next(each for each in tie.split("/") if each != name)
    return tr("Tied to {twin}").format(twin=twin)
