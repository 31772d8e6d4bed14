"""A form made of the options of a task, by magicgui: what the command line has, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from magicgui.widgets import LineEdit, create_widget
from magicgui.widgets.bases import ValueWidget
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFormLayout, QGridLayout, QSizePolicy, QWidget

from ...core.errors import Refused
from ...core.options import Option, options_of
from .decimals import with_either_sign
from .translation import first_capital, tr

MOST = 2**31 - 1
UNITS = {"degrees": " °", "times": " ×"}
MOST_ABREAST, ABREAST = 3, 2
T = TypeVar("T")


class OptionsForm(QWidget):
    """Controls with the labels, ranges, units and tooltips of a dataclass's options.

    An option has one control, several numbers one each, and several of some choices a
    box each: these are called ``<name>_<number or choice>``. ``changed`` is emitted
    with the name of an option that a person changes.

    Parameters
    ----------
    kind
        The dataclass.
    rows
        Names of options, top down; those that share a row in a tuple.
    prefix
        Of the controls' object names.
    offered
        Option → the values that can be chosen, text → value, for those that the
        dataclass leaves open.
    """

    changed = Signal(str)

    def __init__(
        self,
        kind: type,
        *rows: str | tuple[str, ...],
        prefix: str = "",
        offered: Mapping[str, Mapping[str, Any]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind, self._prefix = kind, prefix
        self.controls: dict[str, dict[str, ValueWidget]] = {}
        self._hints: dict[tuple[str, str], str] = {}
        self.form = QFormLayout(self)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setFieldGrowthPolicy(
            QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow
        )
        self._options = {one.name: one for one in options_of(kind)}
        for row in rows:
            shared = [
                self._options[n] for n in ((row,) if isinstance(row, str) else row)
            ]
            natives = [
                native
                for one in shared
                for native in self._add(one, (offered or {}).get(one.name))
            ]
            if len(natives) == 1:
                self.form.addRow(_label(shared), natives[0])
            else:
                self.form.addRow(_label(shared), side_by_side(*natives))

    def control(self, name: str) -> Any:
        """The control of an option that has one."""
        (only,) = self.controls[name].values()
        return only

    def boxes(self, name: str) -> dict[str, Any]:
        """Choice → its box, of an option that takes several."""
        return {choice: box.native for choice, box in self.controls[name].items()}

    def values(self) -> dict[str, Any]:
        """Option → what its controls say.

        Raises
        ------
        Refused
            If one is no value of its option.
        """
        return {name: self._value(name) for name in self.controls}

    def options(self, kind: type[T] | None = None, **others: Any) -> T:
        """The dataclass, with other options that have no control here.

        Raises
        ------
        Refused
            If the options make no sense.
        """
        made: T = (kind or self._kind)(**self.values(), **others)
        return made

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Fill the form; nothing is emitted, and what is no choice is left out."""
        for name, value in values.items():
            for part, control in self.controls[name].items():
                own = _part(value, part)
                if own in getattr(control, "choices", (own,)):
                    with control.changed.blocked():
                        control.value = own

    def lock(self, reason: str) -> None:
        """Lock the options, and say why; an empty reason unlocks them."""
        for name, parts in self.controls.items():
            for part, control in parts.items():
                control.enabled = not reason
                control.tooltip = reason or self._hints[name, part]

    def offer(self, name: str, choices: Mapping[str, Any]) -> None:
        """Let a person choose among other values; the choice stays where it can."""
        control = self.control(name)
        before = control.value
        with control.changed.blocked():
            control.choices = list(choices.items())
            if before in choices.values():
                control.value = before

    def _value(self, name: str) -> Any:
        parts = self.controls[name]
        if list(parts) == [""]:
            typed = isinstance(parts[""], LineEdit)
            value = parts[""].value
            return _read(value.strip(), self._options[name]) if typed else value
        if all(isinstance(control.value, bool) for control in parts.values()):
            return tuple(choice for choice, box in parts.items() if box.value)
        return tuple(control.value for control in parts.values())

    def _add(self, one: Option, offered: Mapping[str, Any] | None) -> Iterator[QWidget]:
        parts = self.controls[one.name] = dict(_controls(one, offered))
        for part, control in parts.items():
            stem = one.name.removesuffix("s") if one.choices else one.name
            name = f"{stem}_{part}" if part else one.name
            control.native.setObjectName(f"{self._prefix}{name}")
            control.tooltip = self._hints[one.name, part] = _hint(one, part)
            control.changed.connect(lambda _, name=one.name: self.changed.emit(name))
            yield control.native


def texts_of(one: Option) -> Iterator[str]:
    """What a form may say of an option, as its dataclass has it."""
    setting = one.setting
    yield setting.label or one.words
    yield setting.tip or setting.help
    yield from setting.tips.values()
    yield from (setting.words.get(choice, choice) for choice in one.choices)
    if isinstance(setting.metavar, str):
        yield setting.metavar


def side_by_side(*widgets: QWidget) -> QWidget:
    """Widgets in one row of a form, or in lines of two; an odd one alone."""
    columns = len(widgets) if len(widgets) <= MOST_ABREAST else ABREAST
    whole = QWidget()
    grid = QGridLayout(whole)
    grid.setContentsMargins(0, 0, 0, 0)
    whole.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    for i, widget in enumerate(widgets):
        alone = widget is widgets[-1] and i % columns == 0
        grid.addWidget(widget, i // columns, i % columns, 1, columns if alone else 1)
    return whole


def _controls(
    one: Option, offered: Mapping[str, Any] | None
) -> Iterator[tuple[str, ValueWidget]]:
    """The controls of an option, by what tells each from its neighbours."""
    setting, words = one.setting, one.setting.words
    if offered is not None or (one.choices and not one.has_several):
        named = offered or {tr(words.get(c, c)): c for c in one.choices}
        yield "", _made(str, one.default, choices=list(named.items()))
    elif one.choices:
        for choice in one.choices:
            box = _made(bool, one.default is None or choice in one.default)
            box.text = tr(words.get(choice, choice))
            yield choice, box
    elif one.kind is bool:
        box = _made(bool, one.default)
        box.text = tr(setting.label or one.words)
        yield "", box
    elif get_origin(one.kind) is tuple:
        for i, kind in enumerate(get_args(one.kind)):
            yield str(i), _number(kind, one, one.default[i])
    elif one.kind in (int, float):
        yield "", _number(one.kind, one, one.default)
    else:
        known = not (one.is_required or one.default is None)
        control = _made(str, str(one.default) if known else "")
        if isinstance(setting.metavar, str):
            control.native.setPlaceholderText(tr(setting.metavar))
        yield "", control


def _read(text: str, one: Option) -> Any:
    """What was typed, as the command line takes it."""
    if not text and one.default is None:
        return None
    if one.setting.parse is None:
        return Path(text) if one.kind is Path else text
    try:
        return one.setting.parse(text)
    except ValueError as why:
        raise Refused(f"{one.words.capitalize()}: {why}.") from None


def _number(kind: type, one: Option, default: Any) -> ValueWidget:
    setting = one.setting
    limits = {
        "min": 0 if setting.low is None else kind(setting.low),
        "max": MOST if setting.high is None else kind(setting.high),
        "step": setting.step or 1,
    }
    start = limits["min"] if default is None else default
    control = _made(kind, start, **limits)
    if kind is float:
        with_either_sign(control.native)
    if setting.unit in UNITS:
        control.native.setSuffix(UNITS[setting.unit])
    return control


def _made(kind: type, value: Any, **options: Any) -> Any:
    return create_widget(value, annotation=kind, options=options)


def _label(shared: Sequence[Option]) -> str:
    """``Folds, seed``; a box to tick says beside it what it is."""
    words = [tr(o.setting.label or o.words) for o in shared if o.kind is not bool]
    return first_capital(", ".join(words))


def _hint(one: Option, part: str) -> str:
    """The help as a sentence, or what is said of one choice."""
    text = tr(one.setting.tips.get(part) or one.setting.tip or one.setting.help)
    text = first_capital(text)
    return text if text.endswith(".") or not text else f"{text}."


def _part(value: Any, part: str) -> Any:
    if not part:
        return value
    return value[int(part)] if part.isdecimal() else part in value
