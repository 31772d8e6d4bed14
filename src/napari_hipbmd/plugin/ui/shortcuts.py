"""Every key of the plugin, in one place: the bindings, the help and the docs follow.

To give a function a key, add a line to :data:`SHORTCUTS` and hand its id and the
function to :class:`~napari_hipbmd.plugin.ui.key_bindings.KeyBindings`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Literal

from app_model.types import KeyBinding
from psygnal import Signal

from ...core.bounded_json import as_type, read_json
from ...core.errors import Refused
from ...core.files import write_text_atomic
from ..viewer.identity import RESULTS, LayerKind

Scope = Literal["Landmark workbench", "Measure BMD", "Make pairs"]

SCOPES: Mapping[Scope, tuple[LayerKind, ...]] = {
    "Landmark workbench": (
        "film",
        "box",
        "labels",
        "label_regions",
        "predictions",
        "other",
        "differences",
    ),  # fmt: skip
    "Measure BMD": ("film", "box", *RESULTS),
    "Make pairs": ("sto_boxes", "hip_mask", "pair"),
}
"""A scope is a dock; its keys work while one of these layers is active."""


@dataclass(frozen=True)
class Shortcut:
    """One function that keys call: its default keys, and what it does, for people."""

    id: str
    keys: tuple[str, ...]
    does: str
    scope: Scope = "Landmark workbench"


SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut("next_landmark", ("D",), "Go to the next landmark."),
    Shortcut("previous_landmark", ("A",), "Go to the landmark before."),
    Shortcut("next_missing", ("F",), "Go to the next landmark that is missing."),
    Shortcut("centre", ("C",), "Centre the landmark at the chosen zoom."),
    Shortcut(
        "place_likely",
        ("P",),
        "Place the landmark where it is likely to be; the arrows move it from there.",
    ),
    Shortcut("placed", ("1",), "The landmark is seen: placed."),
    Shortcut("occluded", ("2",), "The landmark lies behind something: occluded."),
    Shortcut("uncertain", ("3",), "The landmark could lie elsewhere: uncertain."),
    Shortcut("absent", ("4",), "The landmark is not on the film: absent."),
    Shortcut(
        "unplace",
        ("X", "Delete", "Backspace"),
        "Take the landmark off; undo brings it back.",
    ),
    Shortcut("tie", ("T",), "Tie the landmark to its twin, or keep the two apart."),
    Shortcut("nudge_up", ("Up",), "Move the landmark a fifth of a pixel up."),
    Shortcut("nudge_down", ("Down",), "Move the landmark a fifth of a pixel down."),
    Shortcut("nudge_left", ("Left",), "Move the landmark a fifth of a pixel left."),
    Shortcut("nudge_right", ("Right",), "Move the landmark a fifth of a pixel right."),
    Shortcut("step_up", ("Shift+Up",), "Move the landmark a pixel up."),
    Shortcut("step_down", ("Shift+Down",), "Move the landmark a pixel down."),
    Shortcut("step_left", ("Shift+Left",), "Move the landmark a pixel left."),
    Shortcut("step_right", ("Shift+Right",), "Move the landmark a pixel right."),
    Shortcut("accept", ("R",), "Accept the prediction of this landmark."),
    Shortcut("accept_all", ("Shift+R",), "Accept every prediction not accepted yet."),
    Shortcut(
        "accept_first",
        ("Shift+Q",),
        "In a consensus: accept the first observer's place.",
    ),
    Shortcut(
        "accept_mean", ("Shift+W",), "In a consensus: take the mean of the two places."
    ),
    Shortcut(
        "accept_second",
        ("Shift+E",),
        "In a consensus: accept the second observer's place.",
    ),
    Shortcut("other", ("G",), "Show or hide the other observer."),
    Shortcut("predictions", ("V",), "Show or hide the predictions."),
    Shortcut("regions", ("B",), "Show or hide the regions."),
    Shortcut("undo", ("Ctrl+Z",), "Undo the last change of this case."),
    Shortcut("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Do again what was undone."),
    Shortcut("next_case", ("E",), "Open the next case."),
    Shortcut("previous_case", ("Q",), "Open the case before."),
    Shortcut("next_undone", ("W",), "Open the next case that is not done."),
    Shortcut("finish", ("S",), "Mark the case done and open the next one."),
    Shortcut(
        "accept_film",
        ("Enter", "Shift+D"),
        "Accept every prediction that is left, mark the case done, open the next one.",
    ),
    Shortcut("second_look", ("Shift+S",), "Mark the case for a second look, or not."),
    Shortcut(
        "other_hip",
        ("H",),
        "Go to the other hip of the film; make it a case where it was only proposed.",
    ),
    Shortcut(
        "layers",
        ("Z",),
        "Fold napari's layer list and controls away, or bring them back.",
    ),
    Shortcut("help", ("F1",), "Show and change the keys."),
    Shortcut("type_1", ("1",), "The soft tissue is uneven: type 1.", "Make pairs"),
    Shortcut("type_2", ("2",), "The soft tissue is even: type 2.", "Make pairs"),
    Shortcut(
        "remove_box",
        ("Delete", "Backspace"),
        "Take the chosen STO box away.",
        "Make pairs",
    ),
    Shortcut("next_film", ("E",), "Open the next film.", "Make pairs"),
    Shortcut("previous_film", ("Q",), "Open the film before.", "Make pairs"),
)

BY_ID: Mapping[str, Shortcut] = {each.id: each for each in SHORTCUTS}


@dataclass(frozen=True)
class Clash:
    """A key that two functions want, in a sentence."""

    key: str
    ids: tuple[str, ...]
    text: str


class Keys:
    """The keys as a person has them: the defaults and what was changed.

    Attributes
    ----------
    changed
        Emitted when another key calls a function.
    """

    changed = Signal()

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.problem = ""
        self._own: dict[str, tuple[str, ...]] = {}
        if path is not None:
            self._own = self._read(path)

    def of(self, shortcut_id: str) -> tuple[str, ...]:
        """The keys that call a function; none when it has lost them."""
        return self._own.get(shortcut_id, BY_ID[shortcut_id].keys)

    def change(self, shortcut_id: str, keys: Iterable[str]) -> None:
        """Let other keys call a function, and remember it.

        Raises
        ------
        Refused
            If one is no key.
        """
        wanted = tuple(dict.fromkeys(normal(key) for key in keys))
        if wanted == tuple(normal(key) for key in BY_ID[shortcut_id].keys):
            self._own.pop(shortcut_id, None)
        else:
            self._own[shortcut_id] = wanted
        self._save()

    def reset(self) -> None:
        """Every function has its default keys again."""
        self._own.clear()
        self._save()

    def clashes(self) -> list[Clash]:
        """Keys that call two of our functions on the same layer."""
        found = []
        for one, two in combinations(SHORTCUTS, 2):
            if not set(SCOPES[one.scope]) & set(SCOPES[two.scope]):
                continue
            shared = {normal(k) for k in self.of(one.id)} & {
                normal(k) for k in self.of(two.id)
            }
            found += [
                Clash(
                    key,
                    (one.id, two.id),
                    f"{key} is wanted twice: “{one.does}” and “{two.does}”",
                )
                for key in sorted(shared)
            ]
        return found

    def _read(self, path: Path) -> dict[str, tuple[str, ...]]:
        try:
            content = as_type(dict[str, list[str]], read_json(path))
            return {
                name: tuple(normal(key) for key in keys)
                for name, keys in content.items()
                if name in BY_ID
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            self.problem = (
                f"The file of changed keys, {path.name}, cannot be read: the default"
                " keys are used."
            )
            return {}

    def _save(self) -> None:
        if self._path is not None:
            text = json.dumps({k: list(v) for k, v in self._own.items()}, indent=1)
            write_text_atomic(self._path, text + "\n")
        self.changed.emit()


def normal(key: str) -> str:
    """A key as napari writes it, ``"Ctrl+Shift+Z"``.

    Raises
    ------
    Refused
        If it is no key.
    """
    try:
        binding = KeyBinding.from_str(key.strip())
        known = bool(binding.part0.key)
    except (ValueError, IndexError):
        known = False
    if not known:
        raise Refused(f"{key[:20]!r} is no key: write it like Ctrl+Shift+Z or F5.")
    return str(binding)


@lru_cache(maxsize=1)
def current_keys() -> Keys:
    """The keys of the person at this computer, read once."""
    from .preferences import preferences_dir

    return Keys(preferences_dir() / "keys.json")


def key_table(scope: Scope, keys: Keys | None = None) -> str:
    """The keys of a dock as a Markdown table."""
    keys = keys or Keys()
    rows = []
    for each in SHORTCUTS:
        if each.scope == scope:
            called_by = " or ".join(f"`{key}`" for key in keys.of(each.id))
            rows.append(f"| {called_by or '–'} | {each.does} |")
    return "\n".join(["| key | what it does |", "|---|---|", *rows]) + "\n"
