"""The dock *Make pairs*: films are marked, one pair is looked at, many are written."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from qtpy.QtWidgets import QVBoxLayout, QWidget

from ...core.errors import Refused
from ...synthesis import Made
from ..ui.controls import scroll_in
from ..ui.key_bindings import KeyBindings
from ..ui.latest import Latest
from ..ui.run import Run, Stepped
from ..ui.run_bar import RunBar
from ..ui.sentences import said
from ..ui.translation import tr, trn
from ..viewer.listening import Heard, ListeningWidget
from ..viewer.session import session_of
from . import work
from .film_list import FilmList
from .films import FoundFilms, PairFilm, find_films
from .marking import Marking
from .marking_panel import MarkingPanel
from .marks_editor import MarksEditor
from .pair_form import PairForm
from .preview import Preview, PreviewMaker, preview_layers, show_preview

NO_FOLDER = tr("Choose a folder of films, or a study.")
NO_OUT = tr("Choose a folder for the pairs.")
FIRST = tr(
    "<b>Choose a folder</b> of lower-limb and hip films, or a study. Then draw STO"
    " boxes on bone-free places, make a hip mask, and say which films are even."
)
FOUND = tr(
    "{} films. <b>Order by evenness</b> has the networks look at them; choose a film"
    " to mark it."
)
ORDERED = tr(
    "The most even first. Press <b>2</b> for even soft tissue, <b>1</b> if not."
)
SANITY = tr("film − STO is the projected bone within {:.1e} of the grey range")
PASTED = tr(" (with <i>replace</i> the donor's soft tissue is part of that)")
STOPPED = tr("Stopped; what was finished is kept.")


class PairsWidget(ListeningWidget):
    """Choose a folder, mark its films, look at a pair and write many."""

    WIDE = 470

    def __init__(self, napari_viewer: Any) -> None:
        super().__init__()
        self._session = session_of(napari_viewer)
        self._folder: Path | None = None
        self._maker: PreviewMaker | None = None
        self._previewed = False
        self._editor = MarksEditor(self._session, self)
        self._previewing = Latest(self)
        self._setup_ui()
        self._connect()
        self._say(FIRST)
        self._listen()

    def _setup_ui(self) -> None:
        self.films = FilmList()
        self.panel = MarkingPanel(self._session)
        self.form = PairForm()
        self.bar = RunBar("write_pairs", tr("Write pairs"), prefix="pairs_")
        self.marking = Marking(self._session, self._editor, self.panel, self._begin)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(4, 4, 4, 4)
        for part in (self.films, self.panel, self.form):
            column.addWidget(part)
        column.addStretch(1)
        outer = scroll_in(self, inside)
        outer.addWidget(self.bar)
        self._let_shrink()
        self._keys = KeyBindings(
            "Make pairs",
            {
                "type_1": partial(self.marking.choose_type, 1),
                "type_2": partial(self.marking.choose_type, 2),
                "remove_box": partial(self.marking.draw, "remove"),
                "next_film": partial(self.films.step, 1),
                "previous_film": partial(self.films.step, -1),
            },
        )
        self._keys.bind_widget(self.films.table)

    def _connect(self) -> None:
        self.films.folder_chosen.connect(self._on_folder_chosen)
        self.films.film_chosen.connect(self._on_film_chosen)
        self.films.order_wanted.connect(self._on_order_wanted)
        self.marking.told.connect(self._say)
        self._editor.kept.connect(self._on_kept)
        self._editor.told.connect(self._say)
        self.form.changed.connect(self._on_pair_changed)
        self.form.preview_button.clicked.connect(lambda _: self._preview())
        self.form.out_field.chosen.connect(self._set_ready)
        self._previewing.done.connect(self._on_previewed)
        self._previewing.refused.connect(self._say)
        self.bar.wanted.connect(self._on_write_clicked)
        self.bar.stepped.connect(self._on_stepped)
        self.bar.running.connect(self._on_running)

    def _heard(self) -> Heard:
        return [
            (self._session.hip_boxes.changed, self._on_hip_boxes_changed),
            (self._session.hip_boxes.said, self._on_hip_boxes_said),
        ]

    def _on_left(self) -> None:
        self._editor.save()
        self._previewing.forget()
        self.bar.cancel()
        self._keys.release()

    # films

    def _on_folder_chosen(self, folder: Path) -> None:
        self._close_film()
        self._folder, self._maker, self._previewed = folder, None, False
        self.films.show_films([])
        self._begin(tr("Listing films"), lambda run: find_films(folder), self._on_found)

    def _on_found(self, found: FoundFilms) -> None:
        self.films.show_films(found.films)
        text = FOUND.format(len(found.films))
        if found.passed_over:
            text += trn(
                " {count} other could not be listed: the dock <b>Open study</b> says"
                " why.",
                " {count} others could not be listed: the dock <b>Open study</b> says"
                " why.",
                found.passed_over,
            ).format(count=found.passed_over)
        self._say(text)

    def _on_order_wanted(self) -> None:
        self._editor.save()
        films = [film for film in self.films.films() if film.score is None]
        self._begin(
            tr("Looking at films"),
            work.score_films(films, self._session.models_folder),
            lambda _: self._say(ORDERED),
        )

    def _on_film_chosen(self, film: PairFilm) -> None:
        open_film = self._editor.film
        if self._folder is None or (open_film and open_film.name == film.name):
            return
        try:
            self._editor.open(self._folder, film)
        except Refused as refusal:
            self._say(said(refusal))
        for layer in preview_layers(self._session.layers):
            self._session.layers.remove(layer)
        layers = self._editor.layers
        if layers is not None:
            self._keys.bind(layers.mask)
            self._keys.bind(layers.tissue)
            layers.draw_on(layers.tissue, "select")
        self.panel.show_film(self._editor.marks())
        self._on_pair_changed()
        self._set_ready()

    def _close_film(self) -> None:
        self._editor.close()
        for layer in preview_layers(self._session.layers):
            self._session.layers.remove(layer)
        self.panel.show_film(None)

    # marking

    def _on_kept(self) -> None:
        film = self._editor.film
        if film is not None:
            self.films.update_film(film)
            self.panel.show_film(self._editor.marks())
            self._on_marks_changed()

    def _on_hip_boxes_changed(self, film_layer: Any) -> None:
        layers = self._editor.layers
        if layers is not None and film_layer is layers.film_layer:
            self._on_marks_changed()

    def _on_hip_boxes_said(self, film_layer: Any, text: str) -> None:
        layers = self._editor.layers
        if layers is not None and film_layer is layers.film_layer:
            self._say(escape(text))

    # pairs

    def _on_marks_changed(self) -> None:
        self._maker = None
        self._on_pair_changed()

    def _on_pair_changed(self) -> None:
        if self._previewed:
            self._preview()

    def _preview(self) -> None:
        if self._folder is None:
            return
        try:
            options = self.form.options()
        except Refused as refusal:
            self._say(said(refusal))
            return
        self._editor.save()
        maker = self._maker = self._maker or PreviewMaker(self._folder)
        index = self.form.index.value()
        self._previewing.ask(lambda run: maker.make(options, index, run))

    def _on_previewed(self, preview: Preview) -> None:
        self._previewed = True
        layers = self._editor.layers
        beside = None if layers is None else layers.film_layer
        show_preview(self._session.layers, preview, beside)
        for layer in preview_layers(self._session.layers):
            self._keys.bind(layer)
        pasted = self.form.options().operator == "replace"
        self._say(
            f"{preview.text}. {SANITY.format(preview.max_error)}"
            f"{PASTED if pasted else ''}."
        )

    def _on_write_clicked(self) -> None:
        self._editor.save()
        folder, out = self._folder, self.form.out()
        if folder is None or out is None:
            return
        try:
            options = self.form.options()
        except Refused as refusal:
            self._say(said(refusal))
            return
        self._begin(
            tr("Writing pairs"),
            work.write(folder, out, self.form.count.value(), options),
            self._on_written,
        )

    def _on_written(self, made: Made) -> None:
        sanity = tr(" {format} (greatest error).").format(
            format=SANITY.format(made.max_error)
        ) * bool(made.new)
        doubt = (
            tr(" Look at {doubt}").format(doubt=escape(made.doubt))
            if made.doubt
            else ""
        )
        self._say(
            tr("<b>{count} pairs written.</b>{sanity}{doubt}").format(
                count=made.count, sanity=sanity, doubt=doubt
            )
        )

    # what runs

    def _begin(
        self, what: str, task: Callable[[Run], Any], done: Callable[[Any], None]
    ) -> None:
        self.bar.start(task, done, what, stopped=STOPPED)

    def _on_stepped(self, step: Stepped) -> None:
        if step.more is not None:
            self.films.show_score(*step.more)

    def _on_running(self, running: bool) -> None:
        if not running and any(film.score is not None for film in self.films.films()):
            self.films.order()
        self._set_ready()

    def _say(self, text: str) -> None:
        self.bar.say(text)
        self._set_ready()

    def _set_ready(self) -> None:
        busy = self.bar.is_running
        listed = self._folder is not None and bool(self.films.films())
        self.films.set_ready(listed, busy)
        layers = self._editor.layers
        self.panel.set_ready(None if layers is None else layers.film_layer, busy)
        self.form.preview_button.setEnabled(listed)
        self.bar.set_ready(
            NO_FOLDER if not listed else "" if self.form.out() else NO_OUT
        )
