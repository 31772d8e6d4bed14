"""A line on the film, and what film, STO and bone image show along it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QFileDialog, QGroupBox, QSpinBox, QVBoxLayout, QWidget

from ...core.errors import Refused
from ...core.files import write_text_atomic
from ...core.hip_images import HipImages
from ...core.line_profile import LineProfile, line_profile
from ...core.radiograph import Radiograph
from ..ui.controls import button, enable, note, press, row
from ..ui.late_figure import LateFigure
from ..ui.sentences import said
from ..ui.translation import tr
from ..viewer.films import film_of
from ..viewer.session import Session
from .profile_line import Ends, ProfileLine
from .shown import Shown

if TYPE_CHECKING:
    from .profile_curves import ProfileCurves

CURVES_PX = 200
NO_FILM = tr("Choose one film above.")
NO_LINE = tr("Draw a line first.")
DRAW_TIP = tr("Puts a line on the film: drag its ends, and the curves follow.")
WIDTH_TIP = tr("The mean of so many lines side by side, a pixel's width apart.")
SCALE = tr(
    "Film, STO and bone image on one scale: 0 and 1 are the ends of the film's grey"
    " range."
)


class ProfilePanel(QGroupBox):
    """Follows the film that is chosen, its line, and the mouse."""

    def __init__(
        self, session: Session, shown: Shown, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Line profile"), parent)
        self.setObjectName("profile_panel")
        self._session, self._shown = session, shown
        self._line = ProfileLine(session, self._on_moved)
        self._layer: Any = None
        self._film: Radiograph | None = None
        self._images: HipImages | None = None
        self._drawn: tuple[Ends | None, int] | None = None
        self._profile: LineProfile | None = None
        self._setup_ui()
        self.show_film(None)

    def show_film(self, layer: Any) -> None:
        """Turn to a film, or to what has been made of it anew; None: to none."""
        self._layer = layer
        self._film, self._images = self._read(layer)
        self.cursor.setText("")
        enable(self.draw, self._film is not None, NO_FILM, DRAW_TIP)
        self._line.follow(layer)
        self._drawn = None
        self._show()

    def follow_layers(self) -> None:
        """A line came or went."""
        self._line.follow(self._layer)
        self._show()

    def forget(self, layer: Any) -> None:
        """A film left the viewer: its line leaves, too."""
        self._line.forget(layer)

    def follow_cursor(self, event: Any) -> None:
        """Tell the greys under the mouse."""
        if self._film is None or self._layer not in self._session.layers:
            return
        at = self._layer.world_to_data(event.value[-2:])
        self.cursor.setText(greys_at(self._film, self._images, at))

    def _setup_ui(self) -> None:
        self.draw = button("draw_profile", tr("Draw line"))
        self.table = button("save_profile_table", tr("Save table …"))
        self.width_px = QSpinBox()
        self.width_px.setObjectName("profile_width")
        self.width_px.setRange(1, 99)
        self.width_px.setSingleStep(2)
        self.width_px.setSuffix(tr(" px wide"))
        self.width_px.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.width_px.setToolTip(WIDTH_TIP)
        self.curves = LateFigure(_curves, CURVES_PX)
        self.cursor = note("grey_under_cursor")
        self.cursor.setToolTip(SCALE)
        self.told = note("profile_note")
        column = QVBoxLayout(self)
        column.addWidget(self.cursor)
        column.addLayout(row(self.draw, self.width_px, self.table))
        for widget in (self.told, self.curves):
            column.addWidget(widget)
        press(self.draw, self._on_draw_clicked)
        press(self.table, self._on_table_clicked)
        self.width_px.valueChanged.connect(lambda _: self._show())

    def _read(self, layer: Any) -> tuple[Radiograph | None, HipImages | None]:
        """The film, and the latest that was made of it here or by a measurement."""
        if layer is None:
            return None, None
        enhanced, measured = self._shown.of(layer), self._session.measurement(layer)
        if enhanced is not None:
            return enhanced.film, enhanced.images
        if measured is not None and measured.film is not None:
            return measured.film, measured.images
        try:
            return film_of(layer), None
        except Refused:
            return None, None

    def _on_draw_clicked(self) -> None:
        if self._layer is not None:
            self._line.draw(self._layer, self._images)
            self.follow_layers()

    def _on_moved(self) -> None:
        self._show()

    def _show(self) -> None:
        """Read the profile anew where the line or its width is another."""
        ends = self._line.ends(self._layer)
        now = (ends, self.width_px.value())
        if now == self._drawn:
            return
        self._drawn, self._profile, told = now, None, ""
        if ends is not None and self._film is not None:
            try:
                self._profile = line_profile(self._film, self._images, *ends, now[1])
            except Refused as refusal:
                told = said(refusal)
            if self._images is None:
                told = tr("Film alone: press Apply for STO and bone image.")
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.curves.setVisible(self._profile is not None)
        if self._profile is not None:
            self.curves.figure.show_profile(self._profile)
        enable(self.table, self._profile is not None, NO_LINE, tr("As CSV."))

    def _on_table_clicked(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save table"), "line_profile.csv", tr("Table (*.csv)")
        )
        if not name or self._profile is None:
            return
        try:
            write_text_atomic(name, self._profile.to_csv())
        except OSError as error:
            self.told.setText(
                tr("{name} was not written: {strerror}.").format(
                    name=Path(name).name, strerror=error.strerror
                )
            )
            self.told.show()


def _curves() -> ProfileCurves:
    from .profile_curves import ProfileCurves

    return ProfileCurves()


def greys_at(film: Radiograph, images: HipImages | None, at: Any) -> str:
    """The greys of a pixel of the film in words; empty beyond the film."""
    line, column = (round(float(v)) for v in at)
    rows, columns = film.shape
    if not (0 <= line < rows and 0 <= column < columns):
        return ""
    low, high = film.grey_range
    text = tr("film {grey:.3f}").format(
        grey=(float(film.pixels[line, column]) - low) / (high - low)
    )
    if images is not None:
        inside = line - images.corner_row_col[0], column - images.corner_row_col[1]
        if all(0 <= v < n for v, n in zip(inside, images.sto.shape, strict=True)):
            sto = float(images.sto[inside])
            bone = float(images.film[inside]) - sto
            text += tr(" · STO {sto:.3f} · bone image {bone:.3f}").format(
                sto=sto, bone=bone
            )
    return tr("Under the cursor: {text}").format(text=text)
