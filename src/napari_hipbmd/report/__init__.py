"""Results that one can hand on: pages for people, tables and DICOM for machines.

A page is a single file without scripts, prints on A4, and follows a light or a dark
screen.
"""

from .case import case_page
from .film import film_report
from .overview import OverviewRow, study_page
from .table import csv_text, json_text

__all__ = [
    "OverviewRow",
    "case_page",
    "csv_text",
    "film_report",
    "json_text",
    "study_page",
]
