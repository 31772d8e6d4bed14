"""How far apart people place landmarks, and what they agree on.

    errors = study_errors(Study.open(folder))
    print(errors.text())
    write_errors(errors, "observers")

==================  ===========================================================
:mod:`.people`      who has labelled: persons, their repeat sessions, pairs
:mod:`.compare`     two people's labels, landmark by landmark
:mod:`.figures`     mean, SD, 95 %, bias and technical error of differences
:mod:`.errors`      intra- and inter-observer error of a whole study
:mod:`.tables`      the same as text, CSV and JSON
:mod:`.consensus`   one set of labels that two people settle on
==================  ===========================================================
"""

from ...study import TRUTH
from .compare import Comparison, FilmDifference, compare_labels, compare_observers
from .consensus import accepted, averaged, settled
from .errors import ObserverErrors, study_errors
from .figures import ErrorFigures, error_figures
from .people import (
    CONSENSUS,
    PREDICTIONS,
    Peers,
    next_session,
    observers_of,
    pairs_of,
    person_of,
    session_number,
)
from .tables import differences_csv, errors_csv, errors_json, errors_text, write_errors

__all__ = [
    "CONSENSUS",
    "PREDICTIONS",
    "TRUTH",
    "Comparison",
    "FilmDifference",
    "ErrorFigures",
    "ObserverErrors",
    "Peers",
    "accepted",
    "averaged",
    "compare_observers",
    "compare_labels",
    "differences_csv",
    "error_figures",
    "errors_csv",
    "errors_json",
    "errors_text",
    "next_session",
    "observers_of",
    "pairs_of",
    "person_of",
    "session_number",
    "settled",
    "study_errors",
    "write_errors",
]
