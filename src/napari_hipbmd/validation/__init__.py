"""How far estimates can be trusted: out-of-fold comparison with DXA (paper 4)."""

from .agreement import Agreement, agreement, weighted_figures
from .bootstrap import SAMPLES, Difference, Resampled
from .cache import CaseFeatures
from .checks import (
    checked_covariates,
    left_out,
    refuse_too_small,
    refuse_wrong_units,
    with_reading,
)
from .collect import PREDICTED, TRUTH, MeasureCase, collect, feature_table
from .grid import Grid, fixed
from .grids import so_far_grid
from .landmark_errors import LandmarkErrors, landmark_errors
from .measuring import (
    copy_networks,
    networks_fingerprint,
    networks_provenance,
    pipeline_measure,
)
from .progress import FillingIn, Report, Step, stoppable
from .rows import ROW_NAMES, ROWS, FeatureTable, Row, RowResult, evaluate, gap_closed
from .run import validate
from .screening import screening
from .strata import strata
from .summary import summarise
from .tables import Validation

__all__ = [
    "PREDICTED",
    "ROWS",
    "ROW_NAMES",
    "SAMPLES",
    "TRUTH",
    "Agreement",
    "CaseFeatures",
    "Difference",
    "FeatureTable",
    "FillingIn",
    "Grid",
    "LandmarkErrors",
    "MeasureCase",
    "Report",
    "Resampled",
    "Row",
    "RowResult",
    "Step",
    "Validation",
    "agreement",
    "checked_covariates",
    "collect",
    "copy_networks",
    "evaluate",
    "fixed",
    "feature_table",
    "gap_closed",
    "landmark_errors",
    "left_out",
    "networks_fingerprint",
    "networks_provenance",
    "pipeline_measure",
    "refuse_too_small",
    "refuse_wrong_units",
    "screening",
    "so_far_grid",
    "stoppable",
    "strata",
    "summarise",
    "validate",
    "weighted_figures",
    "with_reading",
]
