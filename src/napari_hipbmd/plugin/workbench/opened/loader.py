"""Films of a study, read ahead in a thread so that the next one is there at once."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....core.errors import Cancelled
from ....study import Case, FilmFacts, Labels, Study
from ...ui.turn import let_window_live
from ...viewer.films import film_layer
from ...viewer.identity import KEY
from ...viewer.layers import LayerData

if TYPE_CHECKING:
    from ....dicom import DisplayedFilm


@dataclass(frozen=True, eq=False)
class LoadedCase:
    """What is read from the disk before a case can be shown.

    Attributes
    ----------
    case
        Its row of the table.
    shown
        The film.
    predicted
        Its stored predictions, or None.
    """

    case: Case
    shown: DisplayedFilm
    predicted: Labels | None

    @property
    def facts(self) -> FilmFacts:
        """What labels are to know of the film."""
        return FilmFacts.of(self.shown.radiograph, self.case.side, self.case.box)

    def layer(self) -> LayerData:
        """The film as a layer; the table knows the patient better than the film."""
        layer = film_layer(
            self.shown, self.case.patient, self.case.side, self.case.case_id
        )
        layer[1]["metadata"][KEY]["box"] = self.case.box
        return layer


class CaseLoader:
    """Reads films of one study; those asked for ahead are read in a thread.

    Only what was asked for last is kept, so that two hundred films need the memory
    of a few.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        # One thread: reading is bound by the disk, and the window needs the rest.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        # Not behind others in that thread: somebody waits for this one.
        self._at_once = ThreadPoolExecutor(1, thread_name_prefix="read-now")
        self._reading: dict[str, Future[LoadedCase]] = {}
        self._last: LoadedCase | None = None

    def load(self, case_id: str) -> LoadedCase:
        """A case, at once when it was read ahead; the window lives while one waits.

        Raises
        ------
        Refused
            If the film cannot be used.
        Cancelled
            If the study was left meanwhile.
        """
        self._last = self._other_hip(case_id) or self._loaded(case_id)
        return self._last

    def _other_hip(self, case_id: str) -> LoadedCase | None:
        """A case whose film is the one that was loaded last."""
        last, case = self._last, self._study.case(case_id)
        if last is None or last.case.image != case.image:
            return None
        return LoadedCase(case, last.shown, self._study.predictions(case_id))

    def _loaded(self, case_id: str) -> LoadedCase:
        future = self._reading.get(case_id)
        failed = future is not None and future.done() and future.exception() is not None
        if future is None or failed or future.cancel():
            self._reading.pop(case_id, None)
            future = self._at_once.submit(load_case, self._study, case_id)
        let_window_live(future.done)
        try:
            return future.result()
        except CancelledError:
            raise Cancelled from None

    def read_ahead(self, case_ids: Iterable[str]) -> None:
        """Read these cases in the background, and keep nothing else."""
        wanted = list(dict.fromkeys(case_ids))
        for case_id in set(self._reading) - set(wanted):
            self._reading.pop(case_id).cancel()
        for case_id in wanted:
            if case_id not in self._reading:
                future = self._pool.submit(load_case, self._study, case_id)
                self._reading[case_id] = future

    def is_ready(self, case_id: str) -> bool:
        """Whether a case has been read already."""
        future = self._reading.get(case_id)
        return future is not None and future.done()

    def forget(self, case_ids: Iterable[str]) -> None:
        """Read these anew when they are next asked for: they have new predictions."""
        for case_id in case_ids:
            future = self._reading.pop(case_id, None)
            if future is not None:
                future.cancel()

    def close(self) -> None:
        """Stop reading."""
        for future in self._reading.values():
            future.cancel()
        self._reading.clear()
        for pool in (self._pool, self._at_once):
            pool.shutdown(wait=False, cancel_futures=True)


def load_case(study: Study, case_id: str) -> LoadedCase:
    """Read a film and its stored predictions."""
    from ....dicom import open_film

    case = study.case(case_id)
    shown = open_film(case.image)
    _ = shown.radiograph, shown.modality  # whatever is worked out late, is now
    return LoadedCase(case, shown, study.predictions(case_id))
