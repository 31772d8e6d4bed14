"""The figures and tables of a validation, while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QScrollArea, QTabWidget, QWidget

from ...core.anatomy import Site
from ..ui.figure_view import FigureView
from ..ui.grid_list import GridList
from ..ui.rich import plain
from ..ui.run import begin
from ..ui.translation import tr

if TYPE_CHECKING:
    from ...evaluation.row_result import RowResult
    from ...evaluation.tables import Validation
    from ...study import Study
    from ..ui.drawing import Drawing

REDRAW_MS = 700
"""While a validation runs, the figure in sight follows this often."""
PANELS_ABREAST = 2
FEWEST = 3
"""Cases, without which a row has no figures."""
FIGURES = {
    "fig7": tr("Fig. 7"),
    "bland_altman": tr("Bland–Altman"),
    "fig8": tr("Fig. 8"),
    "fig9": tr("Fig. 9"),
    "learning": tr("Learning"),
}


class ValidationTabs(QTabWidget):
    """Options, one tab a figure, and the tables; only the tab in sight is drawn.

    ``hovered`` and ``clicked`` are emitted with (row, case id) of a point.

    Attributes
    ----------
    validation
        All that was found; None before.
    """

    hovered = Signal(str, str)
    clicked = Signal(str, str)

    def __init__(self, options: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("validation_tabs")
        self.study: Study | None = None
        self._results: Sequence[RowResult] = ()
        self.validation: Validation | None = None
        self._site: Site = "neck"
        self._stale: set[str] = set()
        self._drawing = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self._draw)
        self._setup_ui(options)

    def begin(self, study: Study) -> None:
        """Show nothing of an earlier validation; a new one begins."""
        self.study = study
        self._results, self.validation = (), None
        self._mark_stale()
        self.setCurrentIndex(1)

    def show_results(self, results: Sequence[RowResult]) -> None:
        """Show the estimates so far, soon."""
        if results is self._results or not results:
            return
        self._results = results
        self._mark_stale()

    def show_validation(self, found: Validation) -> None:
        """Show all that was found."""
        self.validation, self._results = found, found.results
        self._mark_stale()

    def show_site(self, site: Site) -> None:
        """Show another site."""
        self._site = site
        self._mark_stale()

    def is_drawn(self, name: str) -> bool:
        """Whether a tab shows all that is known by now."""
        return name not in self._stale and name != self._drawing

    def words(self, row: str, case_id: str) -> str:
        """A point in words: its case, reading and estimate."""
        from ...evaluation.curves import ONE_PAIR_GID
        from ...evaluation.row_result import ROW_NAMES

        here, what = self._here(), ""
        if row == ONE_PAIR_GID and self.validation is not None:
            here = [one for one in self.validation.one_pair if one.site == self._site]
            row, what = "enhanced", tr(", one pair of thresholds")
        for found in here:
            if found.row == row and case_id in found.case_ids:
                i = found.case_ids.index(case_id)
                dxa, estimate = float(found.reading[i]), float(found.estimate[i])
                error = f"{estimate - dxa:+.3f}".replace("-", "−")
                return tr(
                    "<b>{case_id}</b>, {row}{what}: DXA {dxa:.3f}, estimate"
                    " {estimate:.3f} g/cm² ({error})."
                ).format(
                    case_id=plain(case_id),
                    row=tr(ROW_NAMES[found.row]),
                    what=what,
                    dxa=dxa,
                    estimate=estimate,
                    error=error,
                )
        return f"<b>{plain(case_id)}</b>"

    def _setup_ui(self, options: QWidget) -> None:
        self.options = _scrolled(options)
        self.addTab(self.options, tr("Options"))
        self.views = {name: FigureView(name) for name in FIGURES}
        for name, view in self.views.items():
            view.hovered.connect(self.hovered)
            view.clicked.connect(self.clicked)
            self.addTab(view, FIGURES[name])
        self.tables = GridList("validation_tables")
        self.addTab(_scrolled(self.tables), tr("Tables"))
        self.currentChanged.connect(lambda _: self._draw())

    def _mark_stale(self) -> None:
        self._stale = {*FIGURES, "tables"}
        if not self._timer.isActive():
            self._timer.start()

    def _draw(self) -> None:
        """Draw the tab in sight, if it is out of date; figures in a thread."""
        name = self._in_sight()
        if name not in self._stale or self._drawing:
            return
        self._stale.discard(name)
        if name == "tables":
            self.tables.show_grids(self._grids())
            return
        self._drawing = name
        room_px, ratio = self.views[name].room_px, self.devicePixelRatioF()

        def work(run: Any) -> Drawing | None:
            from ..ui.drawing import draw_figure

            figure = self._figure(name)
            return None if figure is None else draw_figure(figure, room_px, ratio)

        begin(self, work, self._on_drawn, lambda _: self._on_drawn(None))

    def _on_drawn(self, drawing: Drawing | None) -> None:
        name, self._drawing = self._drawing, ""
        self.views[name].show_drawing(drawing)
        if self._in_sight() != name:
            self._draw()
        elif name in self._stale:
            self._timer.start()

    def _in_sight(self) -> str:
        return ["options", *FIGURES, "tables"][self.currentIndex()]

    def _here(self) -> list[RowResult]:
        """The results of the site; while it is not there yet, of the first that is."""
        sites = [found.site for found in self._results]
        site = self._site if self._site in sites or not sites else sites[0]
        return [
            found
            for found in self._results
            if found.site == site and len(found.case_ids) >= FEWEST
        ]

    def _figure(self, name: str) -> Any:
        from ...evaluation import figures

        here = self._here()
        if not here:
            return None
        made: dict[str, Callable[[], Any]] = {
            "fig7": lambda: figures.scatter(here, columns=PANELS_ABREAST),
            "bland_altman": lambda: figures.bland_altman(here, columns=PANELS_ABREAST),
            "fig8": lambda: figures.fold_spread(here),
            "fig9": lambda: self._success(),
            "learning": lambda: self._learning(),
        }
        return made[name]()

    def _success(self) -> Any:
        from ...evaluation.curves import success_figure

        done = self.validation
        if done is None:
            return None
        three = done.result("enhanced", self._site)
        one = [found for found in done.one_pair if found.site == self._site]
        return success_figure(three, one[0]) if three is not None and one else None

    def _learning(self) -> Any:
        from ...evaluation.curves import learning_figure

        done = self.validation
        return learning_figure(done.learning) if done and done.learning else None

    def _grids(self) -> list[Any]:
        from ...evaluation.grids import so_far_grid

        if self.validation is None:
            here = self._here()
            return [so_far_grid(here)] if here else []
        return [
            grid for grid in self.validation.grids() if grid.site in (None, self._site)
        ]


def _scrolled(widget: QWidget) -> QScrollArea:
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QScrollArea.Shape.NoFrame)
    scroll.setWidget(widget)
    return scroll
