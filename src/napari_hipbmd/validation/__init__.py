"""How far estimates can be trusted: out-of-fold comparison with DXA (paper 4)."""

from .agreement import Agreement, agreement
from .collect import CaseFeatures, collect, feature_table
from .landmark_errors import LandmarkErrors, landmark_errors
from .rows import ROWS, FeatureTable, RowResult, evaluate, gap_closed
from .run import validate
from .tables import Validation

__all__ = [
    "ROWS",
    "Agreement",
    "CaseFeatures",
    "FeatureTable",
    "LandmarkErrors",
    "RowResult",
    "Validation",
    "agreement",
    "collect",
    "evaluate",
    "feature_table",
    "gap_closed",
    "landmark_errors",
    "validate",
]
