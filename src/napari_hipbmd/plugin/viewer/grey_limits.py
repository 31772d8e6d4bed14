"""One window for a film and its STO, whatever numbers the film is stored in.

STO and bone image are on the film's grey range, 0 … 1; a film's layer holds stored
values. Where the one is a straight line of the other, the two windows are one: who
changes it on the film changes it on the STO, and the other way round.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import numpy as np

from ...core.errors import Refused
from ...core.radiograph import Radiograph
from .films import can_be_a_film, film_of
from .identity import HasLayers, belongs_to, kind_of

Limits = tuple[float, float]
GreyLine = tuple[float, float]
STO_KINDS = ("sto", "enhanced_sto")
WITH_BAR = (*STO_KINDS, "bone", "enhanced_bone", "sto_error")
_SAMPLES, _STRAIGHT = 64, 1e-4
_lines: WeakKeyDictionary[Any, tuple[Any, str, GreyLine | None]] = WeakKeyDictionary()


def grey_line(layer: Any, film: Radiograph) -> GreyLine | None:
    """Slope and offset of the grey, 0 … 1, over the values that a film's layer holds.

    None where it is no straight line: a film that is linear in exposure.
    """
    rows, columns = (max(1, n // _SAMPLES) for n in film.shape)
    some = (slice(None, None, rows), slice(None, None, columns))
    values = np.asarray(layer.data[some], np.float64).ravel()
    low, high = film.grey_range
    grey = (film.pixels[some].astype(np.float64).ravel() - low) / (high - low)
    seen = np.ones(len(values), bool)
    for hidden in (film.burnt_in, film.outside):
        if hidden is not None:
            seen &= ~hidden[some].ravel()
    if not seen.any() or np.ptp(values[seen]) == 0:
        return None
    slope, offset = np.polyfit(values[seen], grey[seen], 1)
    away = np.abs(slope * values[seen] + offset - grey[seen])
    straight = slope != 0 and away.max() < _STRAIGHT
    return (float(slope), float(offset)) if straight else None


def show_bar(layer: Any) -> None:
    """Give a layer its colour bar, once it is seen: napari takes a while to make it."""
    if layer.visible:
        layer.colorbar.visible = True
    else:
        layer.events.visible.connect(_on_seen)


def _on_seen(event: Any) -> None:
    if event.source.visible:
        event.source.events.visible.disconnect(_on_seen)
        event.source.colorbar.visible = True


def grey_limits(layer: Any) -> Limits | None:
    """A film's window on the grey range, or None where it has no such."""
    line = _line_of(layer)
    return None if line is None else _turned(layer.contrast_limits, *line)


class GreyLimits:
    """Keeps the windows of a viewer's films and of their STO the same.

    All that is on the grey range gets a colour bar.
    """

    def __init__(self, session: HasLayers) -> None:
        self._session = session
        self._heard: WeakSet[Any] = WeakSet()
        self._setting = False
        session.layers.events.inserted.connect(self._on_inserted)
        for layer in list(session.layers):
            self._follow(layer)

    def _on_inserted(self, event: Any) -> None:
        self._follow(event.value)

    def _follow(self, layer: Any) -> None:
        if kind_of(layer) in WITH_BAR:
            show_bar(layer)
        film = self._film_of(layer) if kind_of(layer) in STO_KINDS else None
        if film is not None:
            self._hear(layer, self._on_sto_changed)
            self._hear(film, self._on_film_changed)
            self._show(film, [layer])

    def _hear(self, layer: Any, slot: Any) -> None:
        if layer not in self._heard:
            self._heard.add(layer)
            layer.events.contrast_limits.connect(slot)

    def _on_film_changed(self, event: Any) -> None:
        film = event.source
        stos = [x for x in self._session.layers if kind_of(x) in STO_KINDS]
        self._show(film, [x for x in stos if belongs_to(x, film)])

    def _on_sto_changed(self, event: Any) -> None:
        film = self._film_of(event.source)
        line = None if film is None or self._setting else _line_of(film)
        if line is not None:
            slope, offset = line
            # What the film shows is handed on to every STO of it.
            limits = _turned(event.source.contrast_limits, 1 / slope, -offset / slope)
            film.contrast_limits = limits

    def _show(self, film: Any, stos: list[Any]) -> None:
        limits = None if self._setting or not stos else grey_limits(film)
        if limits is None:
            return
        self._setting = True
        try:
            for sto in stos:
                sto.contrast_limits = limits
        finally:
            self._setting = False

    def _film_of(self, layer: Any) -> Any:
        for film in self._session.layers:
            if belongs_to(layer, film) and can_be_a_film(film):
                return film
        return None


def _line_of(layer: Any) -> GreyLine | None:
    """Of this layer as it is now; made anew where its pixels are others."""
    seen = (layer.data, layer.colormap.name)
    before = _lines.get(layer)
    if before is None or before[0] is not seen[0] or before[1] != seen[1]:
        try:
            line = grey_line(layer, film_of(layer))
        except Refused:
            line = None
        before = _lines[layer] = (*seen, line)
    return before[2]


def _turned(limits: Any, slope: float, offset: float) -> Limits:
    low, high = sorted(slope * float(value) + offset for value in limits)
    return low, high
