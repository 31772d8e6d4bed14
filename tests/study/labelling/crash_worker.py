"""Annotators for the crash test, each in a real process of its own.

Reads a seed a line; for each it forks a child that edits one case for ever and tells
on standard output what it is about to do and what has been acknowledged. Forking
spares the imports: fifty processes start in a second.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import random
import sys
from dataclasses import replace

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.study import CaseHistory, Change, FilmFacts, OpenCase
from napari_hipbmd.study.labelling import edits

FILM = FilmFacts((900, 900), (0.15, 0.15), "L")
STEPS = 12


def fingerprint(history: CaseHistory) -> str:
    """Of the labels, and of what undo and redo would give some steps far."""
    other = independent(history)
    steps = [other.undo] * STEPS + [other.redo] * (2 * STEPS)
    found = [replace(history.state, modified=""), *(step("then") for step in steps)]
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def independent(history: CaseHistory) -> CaseHistory:
    """The same history, to go on with apart."""
    return pickle.loads(pickle.dumps(history))


def outcome(case: OpenCase, kind: str, change: Change | None) -> str:
    """The fingerprint after something that is still to be done."""
    history = independent(case.history)
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
