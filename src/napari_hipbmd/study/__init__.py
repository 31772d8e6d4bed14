"""A study: a folder of cases that a person can read and put under version control.

=============================  ==================================================
``cases.csv``                  one row a hip: film, side, patient, DXA readings
``images/``                    the films
``labels/<annotator>/*.json``  landmarks that somebody placed
``truth/``                     digital hips only: what is known exactly
=============================  ==================================================
"""

from .case import Case
from .labels import Label, Labels, State
from .study import Study
from .table import append_cases, read_cases, write_cases
from .truth import Truth, read_truth, write_truth

__all__ = [
    "Case",
    "Label",
    "Labels",
    "State",
    "Study",
    "Truth",
    "append_cases",
    "read_cases",
    "read_truth",
    "write_cases",
    "write_truth",
]
