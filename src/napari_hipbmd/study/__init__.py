"""A study: a folder of cases that a person can read and put under version control.

=================================  ==============================================
``cases.csv``                      one row a hip: film, side, patient, DXA readings
``images/``                        the films
``boxes.json``                     the hip boxes that somebody placed on films
``labels/<annotator>/*.json``      landmarks that somebody placed
``labels/<annotator>/journal/``    every change of them, for undo and after a crash
``labels/<annotator>/queue.csv``   which cases are done, and notes
``predictions/<model>/*.json``     landmarks that a network found
``truth/``                         digital hips only: what is known exactly
=================================  ==============================================
"""

from .boxes import BoxesChanged, film_boxes, remember_boxes
from .boxes_file import PlacedBox, read_boxes
from .case import Case
from .changes import Change
from .facts import FilmFacts
from .history import CaseHistory
from .label import Label, State
from .labels import Labels, what_is_missing
from .open_case import OpenCase
from .placed import PREDICTED, TRUTH, placed_landmarks
from .queue import STATUSES, Queue, QueueEntry, QueueStatus
from .recovery import Conflict, ConflictFound
from .study import Study
from .table import append_cases, read_cases, write_cases
from .truth import Truth, read_truth, write_truth

__all__ = [
    "PREDICTED",
    "TRUTH",
    "placed_landmarks",
    "STATUSES",
    "BoxesChanged",
    "Case",
    "CaseHistory",
    "Change",
    "Conflict",
    "ConflictFound",
    "QueueEntry",
    "FilmFacts",
    "Label",
    "Labels",
    "OpenCase",
    "PlacedBox",
    "Queue",
    "State",
    "QueueStatus",
    "Study",
    "Truth",
    "append_cases",
    "film_boxes",
    "read_boxes",
    "read_cases",
    "read_truth",
    "remember_boxes",
    "what_is_missing",
    "write_cases",
    "write_truth",
]
