"""Results that one can hand on: pages for people, tables and DICOM for machines.

A page is a single file without scripts, prints on A4, and follows a light or a dark
screen.
"""

from .case import case_page
from .folder import Results
from .study import Row, study_page
from .table import csv_text, json_text
from .work import Make, film_report

__all__ = [
    "Make",
    "Results",
    "Row",
    "case_page",
    "csv_text",
    "film_report",
    "json_text",
    "study_page",
]
