"""Landmarks that somebody placed: ``labels/<annotator>/<case_id>.json``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast, get_args

import numpy as np

from ..anatomy import LANDMARK_IDS, Points
from ..files import write_text_atomic
from ..radiograph import FilmRefused
from .case import checked_name

State = Literal["placed", "occluded", "absent", "uncertain"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class Label:
    """One landmark: where it is in film pixels, and how sure somebody was.

    ``xy`` is None exactly when the state is ``absent``.
    """

    xy: tuple[float, float] | None
    state: State = "placed"

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise FilmRefused(
                f"{str(self.state)[:40]!r} is not a state of a landmark: use one of"
                f" {', '.join(STATES)}."
            )
        if (self.xy is None) != (self.state == "absent"):
            raise FilmRefused("A landmark has a position unless its state is absent.")
        if self.xy is not None and not all(map(math.isfinite, self.xy)):
            raise FilmRefused("A landmark has a position that is not a number.")


@dataclass(frozen=True)
class Labels:
    """What one annotator placed on one film; landmarks not reached yet are left out.

    ``created`` and ``modified`` are ISO 8601 times in UTC; ``source`` says how the
    points came about (``"manual"``, ``"predicted"``, the name of a model …).
    """

    case_id: str
    annotator: str
    landmarks: Mapping[str, Label] = field(default_factory=dict)
    created: str = ""
    modified: str = ""
    source: str = "manual"

    def __post_init__(self) -> None:
        checked_name(self.case_id, "The case_id")
        checked_name(self.annotator, "The annotator")
        unknown = [name for name in self.landmarks if name not in LANDMARK_IDS]
        if unknown:
            raise FilmRefused(
                f"{unknown[0][:40]!r} is not a landmark: they are called"
                f" {', '.join(LANDMARK_IDS)}."
            )

    @property
    def xy(self) -> Points:
        """``(16, 2)`` film pixels; NaN where a landmark is absent or not placed."""
        points = np.full((len(LANDMARK_IDS), 2), np.nan)
        for i, name in enumerate(LANDMARK_IDS):
            label = self.landmarks.get(name)
            if label is not None and label.xy is not None:
                points[i] = label.xy
        return points


def labels_path(folder: Path, annotator: str, case_id: str) -> Path:
    """Where the labels of one annotator for one case lie."""
    checked_name(annotator, "The annotator")
    checked_name(case_id, "The case_id")
    return folder / "labels" / annotator / f"{case_id}.json"


def write_labels(folder: str | Path, labels: Labels) -> Path:
    """Write labels, all or nothing, and date them.

    Returns
    -------
    Path
        The file. ``modified`` is set to now, and ``created`` when it was empty.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    path = labels_path(Path(folder), labels.annotator, labels.case_id)
    content = {
        "case_id": labels.case_id,
        "annotator": labels.annotator,
        "created": labels.created or now,
        "modified": now,
        "source": labels.source,
        "landmarks": {
            name: {
                "xy": None if label.xy is None else [float(v) for v in label.xy],
                "state": label.state,
            }
            for name in LANDMARK_IDS
            if (label := labels.landmarks.get(name)) is not None
        },
    }
    write_text_atomic(path, json.dumps(content, indent=1, allow_nan=False) + "\n")
    return path


def read_labels(folder: str | Path, annotator: str, case_id: str) -> Labels | None:
    """The labels of one annotator for one case, or None when there are none.

    Raises
    ------
    FilmRefused
        If the file cannot be read as labels of that case.
    """
    path = labels_path(Path(folder), annotator, case_id)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _parsed(content, annotator, case_id)
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError, RecursionError, OSError) as error:
        reason = error if isinstance(error, FilmRefused) else "it is not a label file"
        raise FilmRefused(
            f"The labels of {case_id} by {annotator} cannot be used: {reason}"
        ) from None


def _parsed(content: dict[str, Any], annotator: str, case_id: str) -> Labels:
    if content["case_id"] != case_id:
        raise FilmRefused("they are of another case.")
    return Labels(
        case_id=case_id,
        annotator=annotator,
        landmarks={
            str(name): _label(entry) for name, entry in content["landmarks"].items()
        },
        created=str(content.get("created", "")),
        modified=str(content.get("modified", "")),
        source=str(content.get("source", "")),
    )


def _label(entry: dict[str, Any]) -> Label:
    xy = entry["xy"]
    if xy is not None:
        x, y = xy
        xy = (float(x), float(y))
    return Label(xy, cast(State, entry["state"]))
