"""The paper's flowchart: film → STO → bone image → landmarks → features → BMD."""

from .hip import SeenHip, enhance_hip, find_landmarks, see_hip
from .steps import Report, measure, prepare
from .values import remeasure

__all__ = [
    "Report",
    "SeenHip",
    "enhance_hip",
    "find_landmarks",
    "measure",
    "prepare",
    "remeasure",
    "see_hip",
]
