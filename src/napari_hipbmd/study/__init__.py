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
from .cases.case import Case
from .cases.table import append_cases, read_cases, write_cases
from .labelling.changes import Change
from .labelling.facts import FilmFacts
from .labelling.history import CaseHistory
from .labelling.label import Label, State
from .labelling.labels import Labels, what_is_missing
from .labelling.open_case import OpenCase
from .labelling.recovery import Conflict, ConflictFound
from .placed import PREDICTED, TRUTH, placed_landmarks
from .queue import STATUSES, Queue, QueueEntry, QueueStatus
from .study import Study, annotators_of
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
    "annotators_of",
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
