"""Arrays of numbers by what they are."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]
"""Numbers in one or more dimensions."""

Matrix: TypeAlias = NDArray[np.float64]
"""Numbers in ``(rows, columns)``."""
