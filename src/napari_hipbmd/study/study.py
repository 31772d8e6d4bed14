"""A study: the folder with its table, films, labels and truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import Refused
from . import truth as _truth
from .boxes import with_boxes
from .boxes_file import read_boxes
from .cases.case import Case
from .cases.columns import warn_of_columns
from .cases.table import read_cases, write_cases
from .cases.unused_films import warn_of_unused_films
from .labelling.changes import Change
from .labelling.facts import FilmFacts
from .labelling.labels import Labels, labels_path, utc_now
from .labelling.open_case import OpenCase
from .labelling.predictions import read_predictions
from .labelling.recovery import latest_labels
from .still_there import insist_on_study, is_study
from .truth import Truth
from .unfinished import warn_of_missing_hips
from .unused_boxes import warn_of_unused_boxes


@dataclass(frozen=True)
class Study:
    """A folder of cases; see the package's docstring for what lies where.

    Attributes
    ----------
    folder
        Absolute.
    cases
        In the table's order. A value: :meth:`open` again to see later changes.
    """

    folder: Path
    cases: tuple[Case, ...]

    @classmethod
    def open(cls, folder: str | Path) -> Study:
        """Read a study.

        Raises
        ------
        Refused
            If the folder holds no table, or the table has mistakes; each is named
            with its case and column. If its hip boxes cannot be read.

        Warns
        -----
        StudyWarning
            Of a column that is passed over and seems to be meant as a known one, of
            films and hip boxes that no case uses, and of digital hips that are not all
            made.
        """
        folder = Path(folder).absolute()
        cases = read_cases(folder)
        warn_of_columns(cases)
        if not warn_of_missing_hips(folder, len(cases)):
            warn_of_unused_films(folder, cases)
        boxes = read_boxes(folder)
        boxed = with_boxes(folder, cases, boxes)
        warn_of_unused_boxes(boxes, folder, boxed)
        return cls(folder, boxed)

    @classmethod
    def create(cls, folder: str | Path, cases: Iterable[Case] = ()) -> Study:
        """Make a study in a new or empty folder.

        Raises
        ------
        Refused
            If a study is already there.
        """
        if cls.is_study(folder):
            raise Refused(f"There is already a study in {Path(folder).name}.")
        write_cases(folder, cases)
        return cls.open(folder)

    @staticmethod
    def is_study(path: str | Path) -> bool:
        """Whether the path is a folder with a table of cases."""
        return is_study(path)

    def case(self, case_id: str) -> Case:
        """The case of that name.

        Raises
        ------
        Refused
            If there is none.
        """
        for case in self.cases:
            if case.case_id == case_id:
                return case
        raise Refused(f"The study has no case {case_id[:40]!r}.")

    def annotators(self) -> tuple[str, ...]:
        """Who has placed landmarks here, in alphabetical order."""
        return annotators_of(self.folder)

    def orphans(self, annotator: str) -> dict[str, str | None]:
        """Labels of cases that the table does not have, and the case each may be of.

        Spreadsheets turn ``0001`` into ``1``; letters in another case, blanks and
        zeros in front are no difference here.
        """
        there = {case.case_id for case in self.cases}
        near: dict[str, list[str]] = {}
        for case_id in there:
            near.setdefault(_bare(case_id), []).append(case_id)
        folder = self.folder / "labels" / annotator
        found: dict[str, str | None] = {}
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            if path.stem not in there and not path.name.startswith("."):
                likely = near.get(_bare(path.stem), [])
                found[path.stem] = likely[0] if len(likely) == 1 else None
        return found

    def labels(self, annotator: str, case_id: str) -> Labels | None:
        """What one annotator placed on one film, as of the last change, or None.

        Raises
        ------
        Refused
            If what lies there cannot be read as labels of that case.
        """
        return latest_labels(self.folder, annotator, case_id)

    def open_case(
        self, annotator: str, case_id: str, film: FilmFacts | None = None
    ) -> OpenCase:
        """Open a case for labelling; see :class:`OpenCase`.

        Raises
        ------
        Refused
            If the study has no such case, or its labels cannot be used; if it is no
            longer where it was.
        """
        self.case(case_id)
        insist_on_study(self.folder)
        return OpenCase(self.folder, annotator, case_id, film)

    def write_labels(self, labels: Labels, text: str = "labels written") -> Path:
        """Write labels for a case of this study as one change, which can be undone.

        Raises
        ------
        Refused
            If the study has no such case.
        ConflictFound
            If the labels that are there were changed by another program.
        """
        with self.open_case(labels.annotator, labels.case_id) as case:
            case.apply(Change.between(case.state, labels, text, utc_now()))
        return labels_path(self.folder, labels.annotator, labels.case_id)

    def predictions(self, case_id: str, model: str | None = None) -> Labels | None:
        """What a model found; see :func:`predictions.read_predictions`.

        None for what was found on the other hip of the film, before the table said
        which hip the case is.
        """
        found = read_predictions(self.folder, case_id, model)
        side = self.case(case_id).side
        if found is not None and None not in (side, found.film.side):
            return found if found.film.side == side else None
        return found

    def truth(
        self, case_id: str, *, with_sto: bool = True, with_mineral: bool = False
    ) -> Truth | None:
        """What is known exactly about a digital hip; see :func:`truth.read_truth`."""
        return _truth.read_truth(
            self.folder, case_id, with_sto=with_sto, with_mineral=with_mineral
        )


def _bare(case_id: str) -> str:
    """A case's name without what a spreadsheet changes."""
    return case_id.strip().casefold().lstrip("0").removesuffix(".0")


def annotators_of(study: Path) -> tuple[str, ...]:
    """Who has placed landmarks in a study's folder; it is not opened for that."""
    folder = study / "labels"
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.name for path in folder.iterdir() if path.is_dir()))
