"""Repeat sessions in the workbench: which comes next, and that it stays blind."""

from __future__ import annotations

from ....core.errors import Refused
from ....evaluation.observers import Peers, next_session, person_of, session_number
from ....study.queue import Queue
from ...ui.sentences import said
from ...ui.translation import tr
from ..opened.work import Work

BLIND = tr(
    "A repeat session is blind: the other session is shown once this film is marked"
    " done in both."
)


def blind_cases(work: Work, pair: Peers) -> frozenset[str]:
    """The films on which a person's other session is not to be seen yet."""
    if pair.kind != "intra" or work.study is None:
        return frozenset()
    queues = [Queue(work.study, annotator) for annotator in (pair.a, pair.b)]
    return frozenset(
        case.case_id
        for case in work.study.cases
        if any(queue.entry(case.case_id).undone for queue in queues)
    )


def blind_reason(work: Work, pair: Peers) -> str:
    """Why the other session is not shown on the open film; empty when it may be."""
    try:
        return BLIND if work.case_id in blind_cases(work, pair) else ""
    except Refused as refusal:
        return said(refusal)


def next_repeat(work: Work) -> tuple[str, str]:
    """The repeat session that a person goes on with or begins next.

    Returns
    -------
    tuple
        The annotator, such as ``anna@2``, or empty; and why there is none.
    """
    try:
        return _next_repeat(work)
    except Refused as refusal:
        return "", said(refusal)


def _next_repeat(work: Work) -> tuple[str, str]:
    if work.study is None or not work.who:
        return "", tr("Open a study first.")
    person = person_of(work.who)
    own = [name for name in work.study.annotators() if person_of(name) == person]
    if not any(_labelled(work, name) for name in own):
        return "", tr("There is nothing to repeat: label some films first.")
    later = sorted(
        (name for name in own if session_number(name) > 1), key=session_number
    )
    if later and later[-1] != work.who and _has_undone(work, later[-1]):
        return later[-1], ""
    if later and later[-1] == work.who and _has_undone(work, work.who):
        return "", tr("Mark every film of {who} done first.").format(who=work.who)
    return next_session(work.study, person), ""


def _labelled(work: Work, annotator: str) -> bool:
    assert work.study is not None
    folder = work.study.folder / "labels" / annotator
    return any(folder.glob("*.json")) or any(folder.glob("journal/*.jsonl"))


def _has_undone(work: Work, annotator: str) -> bool:
    assert work.study is not None
    return any(entry.undone for entry in Queue(work.study, annotator).entries)
