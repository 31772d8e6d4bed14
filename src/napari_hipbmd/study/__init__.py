"""A study: a folder of cases that a person can read and put under version control.

=================================  ==============================================
``cases.csv``                      one row a hip: film, side, patient, DXA readings
``images/``                        the films
``labels/<annotator>/*.json``      landmarks that somebody placed
``labels/<annotator>/journal/``    every change of them, for undo and after a crash
``truth/``                         digital hips only: what is known exactly
=================================  ==============================================
"""

from .case import Case
from .changes import Change
from .facts import FilmFacts
from .history import CaseHistory
from .label import Label, State
from .labels import Labels, what_is_missing
from .open_case import OpenCase
from .recovery import Conflict, ConflictFound
from .study import Study
from .table import append_cases, read_cases, write_cases
from .truth import Truth, read_truth, write_truth

__all__ = [
    "Case",
    "CaseHistory",
    "Change",
    "Conflict",
    "ConflictFound",
    "FilmFacts",
    "Label",
    "Labels",
    "OpenCase",
    "State",
    "Study",
    "Truth",
    "append_cases",
    "read_cases",
    "read_truth",
    "what_is_missing",
    "write_cases",
    "write_truth",
]
