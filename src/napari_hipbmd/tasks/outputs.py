"""Files that no result is written over: films, tables of a study, a run's journal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..core.errors import Refused
from ..quality.policy import POLICY_FILE
from ..runs.journal import JOURNAL
from ..runs.journal_index import INDEX
from ..study.boxes_file import BOXES
from ..study.cases.table import TABLE
from ..study.split import SPLIT

_KEPT = (TABLE, BOXES, SPLIT, POLICY_FILE, JOURNAL, INDEX)


def refuse_kept(flag: str, file: Path | None) -> None:
    """Refuse to write a table over what a study or a run keeps.

    Raises
    ------
    Refused
        If there is such a file under that name.
    """
    if file is not None and file.name in _KEPT and file.exists():
        raise Refused(
            f"{flag} would write over {file}, which a study or a run needs: give the"
            " file another name."
        )


def refuse_films(flag: str, file: Path | None, films: Iterable[Path]) -> None:
    """Refuse to write a table over a film that is read.

    Raises
    ------
    Refused
        If it is one of them, under whatever name.
    """
    if file is None or not file.exists():
        return
    if any(film.exists() and file.samefile(film) for film in films):
        raise Refused(
            f"{flag} would write over the film {file}: give the file another name."
        )
