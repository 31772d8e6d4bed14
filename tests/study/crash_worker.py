"""Annotators for the crash test, each in a real process of its own.

Reads a seed a line; for each it forks a child that edits one case for ever and tells
on standard output what it is about to do and what has been acknowledged. Forking
spares the imports: fifty processes start in a second.
"""

from __future__ import annotations

import copy
import hashlib
import os
import random
import sys
from dataclasses import replace

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.study import CaseHistory, Change, FilmFacts, OpenCase, edits

FILM = FilmFacts((900, 900), (0.15, 0.15), "L")


def fingerprint(history: CaseHistory) -> str:
    """Of the labels, and of everything that undo and redo would give."""
    state = replace(history.state, modified="")
    text = repr((state, history._done, history._undone))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def outcome(case: OpenCase, kind: str, change: Change | None) -> str:
    """The fingerprint after something that is still to be done."""
    history = copy.copy(case.history)
    history._done, history._undone = history._done[:], history._undone[:]
    if change is not None:
        history.apply(change)
    elif kind != "save":
        getattr(history, kind)()
    return fingerprint(history)


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def work(folder: str, seed: int) -> None:
    dice = random.Random(seed)
    case = OpenCase(folder, "anna", "hip", FILM)
    say("open", os.getpid(), fingerprint(case.history))
    while True:
        kind = dice.choice(["place"] * 6 + ["absent", "undo", "undo", "redo", "save"])
        name = dice.choice(LANDMARK_IDS)
        change = None
        if kind == "place":
            xy = (dice.uniform(0, 900), dice.uniform(0, 900))
            change = edits.nudge(case.state, case.state.landmarks, (0.25, -0.5), "anna")
            if name != "T5":
                change = edits.place(case.state, name, xy, "anna")
        elif kind == "absent":
            change = edits.set_state(case.state, name, "absent", "anna")
        say("doing", outcome(case, kind, change))
        if change is None:
            getattr(case, kind)()
        else:
            case.apply(change)
        say("done", fingerprint(case.history))


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(sys.argv[1], int(line))
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    main()
