"""The paper's flowchart: film → STO → bone image → landmarks → features → BMD."""

from .hip import SeenHip, enhance_hip, see_hip
from .prepared import PreparedHip
from .steps import Made, StepReport, find_landmarks, measure, prepare
from .values import remeasure
from .way_round import look_at_hip

__all__ = [
    "Made",
    "PreparedHip",
    "SeenHip",
    "StepReport",
    "enhance_hip",
    "find_landmarks",
    "look_at_hip",
    "measure",
    "prepare",
    "remeasure",
    "see_hip",
]
