"""Keys to functions: on our layers, where they win over napari's own, and in a dock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakSet

from qtpy.QtCore import Qt
from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import QShortcut, QWidget

from ..viewer.identity import kind_of
from .shortcuts import BY_ID, SCOPES, Keys, Scope, current_keys, normal

LOSES_DATA = ("delete", "remove", "paste", "select_all", "select_append")
"""What napari's functions are called that a single key must not do to a landmark."""


class KeyBindings:
    """The keys of one dock, on the layers and the widgets that they were given for.

    A viewer's binding loses to its layer's, so each layer is bound by itself, over
    what napari binds. A key is asked for when it is pressed in the canvas; in the
    dock Qt calls the same function. Keep a reference: changes of keys are heard by it.
    """

    def __init__(
        self, scope: Scope, actions: Mapping[str, Callable[[], Any]],
        keys: Keys | None = None,
    ) -> None:  # fmt: skip
        self._kinds = SCOPES[scope]
        self._actions = dict(actions)
        self._keys = keys or current_keys()
        self._called = [_called(action) for action in actions.values()]
        self._layers: WeakSet[Any] = WeakSet()
        self._widgets: dict[QWidget, list[QShortcut]] = {}
        self._keys.changed.connect(self._on_keys_changed)

    def bind(self, layer: Any) -> None:
        """Bind a layer, if its kind is one of the dock's; again does no harm."""
        if kind_of(layer) not in self._kinds:
            return
        self._layers.add(layer)
        for key in harmful_keys(layer):
            layer.bind_key(key, _left_alone, overwrite=True)
        for name, called in zip(self._actions, self._called, strict=True):
            for key in self._keys.of(name):
                layer.bind_key(key, called, overwrite=True)

    def bind_widget(self, widget: QWidget) -> None:
        """Let the keys work while something in a widget has the keyboard."""
        if widget not in self._widgets:
            self._widgets[widget] = []
        self._unbind_widget(widget)
        for name, action in self._actions.items():
            for key in self._keys.of(name):
                if key in OF_WIDGETS:
                    continue
                shortcut = QShortcut(QKeySequence(key), widget)
                shortcut.setObjectName(f"shortcut_{name}")
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(action)
                self._widgets[widget].append(shortcut)

    def release(self) -> None:
        """Take every binding away, and listen no more."""
        self._keys.changed.disconnect(self._on_keys_changed)
        for layer in self._layers:
            self._unbind(layer)
        self._layers.clear()
        for widget in list(self._widgets):
            self._unbind_widget(widget)
        self._widgets.clear()

    def _on_keys_changed(self) -> None:
        for layer in list(self._layers):
            self._unbind(layer)
            self.bind(layer)
        for widget in list(self._widgets):
            self.bind_widget(widget)

    def _unbind(self, layer: Any) -> None:
        for key, function in list(layer.keymap.items()):
            if function in self._called or function is _left_alone:
                layer.bind_key(key, None)

    def _unbind_widget(self, widget: QWidget) -> None:
        for shortcut in self._widgets[widget]:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._widgets[widget].clear()


OF_WIDGETS = {"Up", "Down", "Left", "Right", "Delete", "Backspace", "Enter"}
"""Keys that lists, tables and text fields need for themselves."""


def harmful_keys(layer: Any) -> list[str]:
    """napari's single keys for this layer that delete, or prepare to delete."""
    return [
        str(key)
        for key, function in _keys_of_napari(layer).items()
        if any(word in function for word in LOSES_DATA)
    ]


def shadowed(layer: Any, scope: Scope, keys: Keys | None = None) -> dict[str, str]:
    """Which of napari's functions for this layer a dock's keys take the place of.

    Returns
    -------
    dict
        Key → the function of napari's that it called, in words.
    """
    keys = keys or current_keys()
    ours = {
        normal(key)
        for each in BY_ID.values()
        if each.scope == scope
        for key in keys.of(each.id)
    }
    theirs = _keys_of_napari(layer)
    return {key: theirs[key].replace("_", " ") for key in sorted(ours & set(theirs))}


def menu_clashes(scope: Scope, keys: Keys | None = None) -> dict[str, str]:
    """Keys of a dock that napari's menus keep for themselves, with their command."""
    from napari._app_model import get_app_model

    keys = keys or current_keys()
    menu = {
        str(each.keybinding): each.command_id for each in get_app_model().keybindings
    }
    return {
        key: menu[normal(key)].rsplit(".", 1)[-1].replace("_", " ")
        for each in BY_ID.values()
        if each.scope == scope
        for key in keys.of(each.id)
        if normal(key) in menu
    }


def _keys_of_napari(layer: Any) -> dict[str, str]:
    """Key → function's name, as napari binds this type of layer and every viewer."""
    from napari.components import ViewerModel

    found: dict[str, str] = {}
    for kind in (*layer.__class__.__mro__, *ViewerModel.__mro__):
        for key, function in getattr(kind, "class_keymap", {}).items():
            found.setdefault(str(key), getattr(function, "__name__", "function"))
    return found


def _called(action: Callable[[], Any]) -> Callable[[Any], None]:
    """What napari calls with the layer, for a function that wants none.

    napari asks for its ``__name__``, so it has to be a function.
    """

    def on_key(layer: Any) -> None:
        action()

    return on_key


def _left_alone(layer: Any) -> None:
    """A key of napari's that would lose a landmark: it does nothing here."""
