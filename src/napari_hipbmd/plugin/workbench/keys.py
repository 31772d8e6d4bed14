"""Which function of the dock each of its keys calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from ..ui.shortcuts import Scope
from .case.editor import COARSE_PX, FINE_PX

if TYPE_CHECKING:
    from .case.consensus_editor import ConsensusEditor
    from .case.view import CaseView
    from .film_hips import FilmHips
    from .landmarks.panel import LandmarkPanel
    from .observers.panel import ObserversPanel
    from .queue.walk import Walk
    from .screen_room import ScreenRoom

SCOPE: Scope = "Landmark workbench"
STEPS = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}


class HasParts(Protocol):
    """The dock, as far as its keys reach into it."""

    case_view: CaseView
    landmarks: LandmarkPanel
    observers: ObserversPanel
    walk: Walk
    hips: FilmHips
    screen_room: ScreenRoom

    def show_keys(self) -> None: ...


def actions_of(dock: HasParts) -> dict[str, Callable[[], Any]]:
    """Id of the shortcut → the function; see :mod:`.ui.shortcuts`."""
    case_view, panel = dock.case_view, dock.landmarks

    def act(name: str, *arguments: Any) -> Callable[[], None]:
        return lambda: panel.act(name, *arguments)

    def go(name: str, *arguments: Any) -> Callable[[], None]:
        def called() -> None:
            case_view.activate()
            panel.act(name, *arguments)

        return called

    def settle(how: Callable[[ConsensusEditor], object]) -> Callable[[], None]:
        return lambda: dock.observers.settle(how)

    nudges = {
        f"{word}_{direction}": act("nudge", px * x, px * y)
        for word, px in (("nudge", FINE_PX), ("step", COARSE_PX))
        for direction, (x, y) in STEPS.items()
    }
    return {
        "next_landmark": go("step", 1),
        "previous_landmark": go("step", -1),
        "next_missing": go("next_missing"),
        "centre": panel.centre_current,
        "place_likely": lambda: panel.act("place_likely", case_view.middle()),
        "placed": act("set_state", "placed"),
        "occluded": act("set_state", "occluded"),
        "uncertain": act("set_state", "uncertain"),
        "absent": act("set_state", "absent"),
        "unplace": act("unplace"),
        "tie": act("toggle_tie"),
        **nudges,
        "accept": act("accept_current"),
        "accept_all": act("accept_all"),
        "accept_first": settle(lambda editor: editor.accept_from(True)),
        "accept_mean": settle(lambda editor: editor.take_mean()),
        "accept_second": settle(lambda editor: editor.accept_from(False)),
        "other": lambda: case_view.toggle("other", "differences"),
        "predictions": lambda: case_view.toggle("predictions"),
        "regions": lambda: case_view.toggle("label_regions"),
        "undo": act("undo"),
        "redo": act("redo"),
        "next_case": lambda: dock.walk.step(1),
        "previous_case": lambda: dock.walk.step(-1),
        "next_undone": dock.walk.next_undone,
        "finish": dock.walk.finish,
        "accept_film": dock.walk.accept_film,
        "other_hip": dock.hips.go,
        "layers": dock.screen_room.fold_layers,
        "second_look": dock.walk.second_look,
        "help": dock.show_keys,
    }
