"""Writing the changes of many cases, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from ...core.errors import Cancelled, Refused
from ...core.progress import StepProgress
from ..labelling.changes import Change
from ..labelling.journal import journal_path
from ..labelling.labels import Labels, labels_path
from ..labelling.recovery import same_content
from ..study import Study

"""Called with what is being done, how many are done, and of how many."""
Asked = Callable[[], bool]
"""Asked whether to stop."""


def apply_all(
    study: Study,
    annotator: str,
    changes: Mapping[str, tuple[Labels, Change]],
    progress: StepProgress | None,
    cancelled: Asked | None,
) -> None:
    """Make all changes; where one fails, take those back that were made.

    Parameters
    ----------
    study, annotator
        Whose labels.
    changes
        Case → the labels that the change was made for, and the change.
    progress, cancelled
        Called before each case.

    Raises
    ------
    Refused
        If labels have been changed since they were looked at.
    ConflictFound, OSError, Cancelled
        Whatever else stopped it.
    """
    done: list[tuple[str, bool]] = []
    try:
        for i, (case_id, (before, change)) in enumerate(changes.items()):
            step("written", i, len(changes), progress, cancelled)
            fresh = not any(path.exists() for path in _paths(study, annotator, case_id))
            if fresh:
                done.append((case_id, True))
            with study.open_case(annotator, case_id) as case:
                if case.conflict is None and not same_content(case.state, before):
                    raise Refused(
                        f"The labels of {case_id} by {annotator} have just been"
                        " changed: nothing was imported, try again."
                    )
                if case.apply(change) is not None and not fresh:
                    done.append((case_id, False))
    except BaseException:
        for case_id, fresh in reversed(done):
            with suppress(Refused, OSError):  # the others are taken back anyway
                _take_back(study, annotator, case_id, fresh)
        raise


def _take_back(study: Study, annotator: str, case_id: str, fresh: bool) -> None:
    """Leave a case as it was before the import."""
    if not fresh:
        with study.open_case(annotator, case_id) as case:
            case.undo()
        return
    paths = _paths(study, annotator, case_id)
    for path in paths:
        path.unlink(missing_ok=True)
    for folder in (paths[1].parent, paths[0].parent):
        if not any(folder.iterdir()):
            folder.rmdir()


def step(
    what: str,
    done: int,
    count: int,
    progress: StepProgress | None = None,
    cancelled: Asked | None = None,
) -> None:
    """Tell the progress, and stop where that was asked for."""
    if cancelled is not None and cancelled():
        raise Cancelled
    if progress is not None:
        progress(what, done, count)


def _paths(study: Study, annotator: str, case_id: str) -> tuple[Path, Path]:
    return (
        labels_path(study.folder, annotator, case_id),
        journal_path(study.folder, annotator, case_id),
    )
