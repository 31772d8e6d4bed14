"""The film that is open: its marks as layers, kept on the disk as they are edited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from napari.layers import Layer
from qtpy.QtCore import QObject, QTimer, Signal

from ...core.errors import Refused
from ...core.radiograph import HipBox, Radiograph
from ...study.film_marks import FilmMarks, FilmType, TypeChoice, read_marks, write_marks
from ..ui.latest import SETTLED_MS, Latest
from ..ui.run import Run
from ..ui.sentences import said
from ..ui.translation import tr
from ..ui.turn import beside_window
from ..viewer.films import film_of, open_film_layer
from ..viewer.origins import remember_origin
from ..viewer.session import Session
from .films import PairFilm
from .mark_layers import MarkLayers

GONE = tr("A layer of this film was taken out of the viewer: choose the film again.")


class MarksEditor(QObject):
    """One film at a time.

    ``kept`` comes when the marks were written, ``told`` with a sentence, ``flagged``
    with the share of each STO box that the networks take for bone, or None while they
    have not looked.
    """

    kept = Signal()
    told = Signal(str)
    flagged = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._folder = Path()
        self.film: PairFilm | None = None
        self.layers: MarkLayers | None = None
        self._marks: FilmMarks | None = None
        self._checking = Latest(self)
        self._checking.done.connect(self._on_checked)
        self._checking.refused.connect(self.told)
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SETTLED_MS)
        self._saving.timeout.connect(self.save)

    def open(self, folder: Path, film: PairFilm) -> None:
        """Show a film and its marks.

        Raises
        ------
        Refused
            If the film or its marks cannot be used; then none is open.
        """
        self.save()
        try:
            # First: to draw between layers that go and layers that come is not safe.
            shown, marks = beside_window(
                lambda: (
                    open_film_layer(film.path, side=film.side, name=film.name),
                    read_marks(folder, film.name),
                )
            )
        finally:
            self.close()
        layer = Layer.create(*shown)
        shape = layer.data.shape
        if marks is None:
            marks = FilmMarks(film.name, film.image, shape, film.patient, film.side)
        elif marks.shape != shape:
            raise Refused(
                tr(
                    "The film {name} has {columns} × {rows} pixels and its marks"
                    " were made on another: delete them and mark the film again."
                ).format(name=film.name, columns=shape[1], rows=shape[0])
            )
        remember_origin(layer, film.path)
        self._session.layers.append(layer)
        self._folder, self.film, self._marks = folder, film, marks
        self.layers = MarkLayers(self._session.layers, layer, marks, self._on_edited)
        self._check()

    def close(self) -> None:
        """Keep what was marked and take the film out of the viewer."""
        self.save()
        self._checking.forget()
        if self.layers is not None:
            self.layers.remove()
        self.film = self.layers = self._marks = None

    def marks(self) -> FilmMarks | None:
        """The marks as they were last kept."""
        return self._marks

    def radiograph(self) -> Radiograph:
        """The open film; Refused when none is."""
        if self.layers is None:
            raise Refused(tr("Choose a film of the list first."))
        return film_of(self.layers.film_layer)

    def hip_boxes(self) -> dict[Any, HipBox]:
        """The hip boxes of the open film by side."""
        if self.layers is None:
            return {}
        return self._session.hip_boxes.of(self.layers.film_layer)

    def choose_type(self, film_type: FilmType, by: str) -> None:
        """Say what type the film is; Refused without a name."""
        if self._marks is not None:
            self._keep(replace(self._marks, choice=TypeChoice.now(film_type, by)))

    def choose_patient(self, patient: str) -> None:
        """Say whose film it is."""
        if self._marks is not None and patient != self._marks.patient:
            self._keep(replace(self._marks, patient=patient))

    def save(self) -> None:
        """Keep what is drawn now; what cannot be used is told, and not kept."""
        self._saving.stop()
        if self.layers is None or self._marks is None:
            return
        if not self.layers.is_there():
            self.told.emit(GONE)
            return
        try:
            drawn = replace(
                self._marks,
                sto_boxes=self.layers.sto_boxes(),
                mask=self.layers.bone(),
            )
        except Refused as refusal:
            self.told.emit(tr("Not kept: {refusal}").format(refusal=said(refusal)))
            return
        if _same(drawn, self._marks):
            return
        moved = drawn.sto_boxes != self._marks.sto_boxes
        self._keep(drawn)
        if moved:
            self._check()

    def _keep(self, marks: FilmMarks) -> None:
        if self.film is None:
            return
        try:
            write_marks(self._folder, marks)
        except OSError as problem:
            self.told.emit(
                tr(
                    "The marks cannot be written ({strerror}): copy the films to a"
                    " folder that you may write to."
                ).format(strerror=problem.strerror)
            )
            return
        self._marks = marks
        self.film = self.film.with_marks(marks)
        self.kept.emit()

    def _on_edited(self) -> None:
        self._saving.start()

    def _check(self) -> None:
        """Have the networks look at the STO boxes."""
        boxes = () if self._marks is None else self._marks.sto_boxes
        if not boxes:
            self._checking.forget()
            self.flagged.emit([])
            return
        self.flagged.emit(None)
        film, folder = self.radiograph(), self._session.models_folder
        self._checking.ask(_looking(film, folder, boxes))

    def _on_checked(self, result: tuple[Radiograph, list[float]]) -> None:
        from ...tasks.propose import TOUCHES

        film, shares = result
        if self.layers is not None and film is film_of(self.layers.film_layer):
            self.layers.flag([share > TOUCHES for share in shares])
            self.flagged.emit(shares)


def _looking(
    film: Radiograph, folder: Path | None, boxes: tuple[HipBox, ...]
) -> Callable[[Run], Any]:
    def work(run: Run) -> tuple[Radiograph, list[float]]:
        from ...pipeline.models import load_models
        from ...tasks.propose import bone_shares

        return film, bone_shares(film, load_models(folder), boxes)

    return work


def _same(one: FilmMarks, other: FilmMarks) -> bool:
    """Whether the same is drawn; a mask without bone is as good as none."""
    if one.sto_boxes != other.sto_boxes or one.has_bone != other.has_bone:
        return False
    return not one.has_bone or np.array_equal(one.mask, other.mask)  # type: ignore[arg-type]
