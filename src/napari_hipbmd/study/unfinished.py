"""Digital hips that are still being made, or were broken off."""

from __future__ import annotations

import tomllib
import warnings
from pathlib import Path

from ..core.errors import StudyWarning

OPTIONS = "phantom.toml"


def missing_hips(folder: Path, count: int) -> int:
    """How many hips a study of ``count`` cases lacks of those that were asked for.

    It is told by the options that ``hipbmd phantom`` leaves beside the table; 0 where
    there are none.
    """
    try:
        asked = tomllib.loads((folder / OPTIONS).read_text("utf-8")).get("n", 0)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return 0
    return max(0, asked - count) if isinstance(asked, int) else 0


def warn_of_missing_hips(folder: Path, count: int) -> bool:
    """Warn (:class:`StudyWarning`) of a study that has fewer hips than asked for.

    Returns
    -------
    bool
        Whether it has.
    """
    missing = missing_hips(folder, count)
    if missing:
        warnings.warn(
            f"{OPTIONS} asked for {count + missing} digital hips and cases.csv has"
            f" {count}: they are still being made, or were broken off; 'hipbmd phantom"
            f" --config {folder.name}/{OPTIONS}' goes on with them.",
            StudyWarning,
            stacklevel=3,
        )
    return missing > 0
