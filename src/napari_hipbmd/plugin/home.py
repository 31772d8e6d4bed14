"""The dock *Hip BMD*: the way from films to numbers, in the paper's order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QPushButton, QSizePolicy

from .ui.controls import note
from .ui.narrow import scrolled_column
from .ui.translation import tr
from .viewer.listening import Heard, ListeningWidget
from .viewer.session import Session, session_of

PLUGIN = "napari-hipbmd"
NO_FILMS = tr("no film is open")
NO_STUDY = tr("no study is open")
RESEARCH = tr(
    "<b>Research use:</b> an estimate from a radiograph cannot rule out low BMD."
)


@dataclass(frozen=True)
class HomeStep:
    """One step: the dock that it opens, what it is for, and how far it is."""

    dock: str
    text: str
    state: Callable[[Session], str]


def _films(session: Session) -> str:
    count = len(session.films())
    return tr("{count} open").format(count=count) if count else NO_FILMS


def _study(session: Session) -> str:
    folder = session.study_folder
    return NO_STUDY if folder is None else folder.name


def _measured(session: Session) -> str:
    films = session.films()
    count = sum(session.measurement(film) is not None for film in films)
    return (
        tr("{measured} of {count} measured").format(measured=count, count=len(films))
        if films
        else NO_FILMS
    )


def _models(session: Session) -> str:
    folder = session.models_folder
    return (
        tr("bundled models")
        if folder is None
        else tr("models: {name}").format(name=folder.name)
    )


def _nothing(_: Session) -> str:
    return ""


STEPS = (
    HomeStep(
        "Open study",
        tr("Films of a study, an archive's export or any folder; a box on each hip."),
        _study,
    ),
    HomeStep(
        "Archive (PACS)",
        tr("Films from a PACS, without the person; reports back to it."),
        _nothing,
    ),
    HomeStep("Film facts", tr("What a film says of itself; window and level."), _films),
    HomeStep(
        "Landmark workbench", tr("Place the sixteen landmarks; compare people."), _study
    ),
    HomeStep("Make pairs", tr("Synthetic pairs of one's own films."), _nothing),
    HomeStep("Enhancement", tr("Take the soft tissue away; train what does."), _models),
    HomeStep(
        "Measure BMD", tr("Regions, features, BMD and T-score of a hip."), _measured
    ),
    HomeStep(
        "Features and thresholds", tr("Nine features; what they clip."), _measured
    ),
    HomeStep("Fit BMD", tr("A regression from one's own DXA readings."), _study),
    HomeStep("Validate", tr("Estimates against DXA, out of fold."), _study),
)


class HomeWidget(ListeningWidget):
    """A button a dock, with one line of help and how far things are."""

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._session: Session = session_of(napari_viewer)
        self.states: dict[str, QLabel] = {}
        self._setup_ui()
        self._let_shrink()
        self._listen()

    def _setup_ui(self) -> None:
        column = scrolled_column(self)
        for step in STEPS:
            button = QPushButton(tr(step.dock))
            button.setObjectName(f"open_{step.dock}")
            button.setToolTip(step.text)
            button.clicked.connect(lambda _, name=step.dock: self._open(name))
            state = self.states[step.dock] = note(f"state_{step.dock}")
            state.setTextFormat(Qt.TextFormat.PlainText)
            state.setStyleSheet("font-style: italic")
            # A study may be called anything, however long.
            state.setSizePolicy(
                QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
            )
            for part in (button, note(f"help_{step.dock}", step.text), state):
                column.addWidget(part)
        column.addWidget(note("research_use", RESEARCH))
        column.addStretch(1)

    def _heard(self) -> Heard:
        session = self._session
        return [
            (session.layers.events.inserted, self._show_states),
            (session.layers.events.removed, self._show_states),
            (session.measured, self._show_states),
            (session.models_chosen, self._show_states),
            (session.study_chosen, self._show_states),
        ]

    def _on_listening(self) -> None:
        self._show_states()

    def _show_states(self, *_: Any) -> None:
        for step in STEPS:
            text = step.state(self._session)
            self.states[step.dock].setText(text)
            self.states[step.dock].setToolTip(text)
            self.states[step.dock].setVisible(bool(text))

    def _open(self, name: str) -> None:
        self._viewer.window.add_plugin_dock_widget(PLUGIN, name)
