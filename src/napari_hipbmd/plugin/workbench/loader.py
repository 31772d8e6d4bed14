"""Films of a study, read ahead in a thread so that the next one is there at once."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...study import Case, FilmFacts, Labels, Study
from ..viewer.films import film_layer
from ..viewer.identity import KEY
from ..viewer.layers import LayerData

if TYPE_CHECKING:
    from ...dicom import DisplayedFilm


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
        self._reading: dict[str, Future[LoadedCase]] = {}

    def load(self, case_id: str) -> LoadedCase:
        """A case, at once when it was read ahead.

        Raises
        ------
        FilmRefused
            If the film cannot be used.
        """
        future = self._reading.get(case_id)
        if future is None or (future.done() and future.exception() is not None):
            # Not behind others in the thread: somebody waits for this one.
            return load_case(self._study, case_id)
        if not future.done() and future.cancel():
            del self._reading[case_id]
            return load_case(self._study, case_id)
        return future.result()

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
        self._pool.shutdown(wait=False, cancel_futures=True)


def load_case(study: Study, case_id: str) -> LoadedCase:
    """Read a film and its stored predictions."""
    from ...dicom import open_film

    case = study.case(case_id)
    shown = open_film(case.image)
    _ = shown.radiograph, shown.modality  # whatever is worked out late, is now
    return LoadedCase(case, shown, study.predictions(case_id))
