"""What one annotator placed on one film: ``labels/<annotator>/<case_id>.json``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import Any, cast

import numpy as np

from ...core.anatomy import (
    LANDMARK_IDS,
    POLYGONS,
    REGIONS,
    TIES,
    Points,
    Region,
    polygons,
)
from ...core.bounded_json import as_type, parse_json
from ...core.errors import Refused
from ...core.files import write_text_atomic
from ...core.reading import read_regular
from ..cases.case import checked_name
from .facts import FilmFacts
from .label import PERSON, STATES, Label, State
from .outlines import Polygon, checked_polygon
from .unknown import refuse_newer, unknown_of, with_unknown

__all__ = ["STATES", "Label", "Labels", "State", "read_labels", "write_labels"]

LARGEST_BYTES = 4_000_000
"""Sixteen landmarks and three outlines of a thousand corners are 200 kB."""
_OLD_MANUAL = {"", "manual"}  # how older files called a person


@dataclass(frozen=True)
class Labels:
    """The landmarks and regions of one film; those not reached yet are left out.

    Attributes
    ----------
    case_id, annotator
        Whose labels of what. A second session of one person is an annotator of its
        own: ``anna@2`` (see ``docs/annotating.md``).
    landmarks
        Landmark id → :class:`Label`.
    created, modified
        ISO 8601 times in UTC.
    regions
        Regions whose outline a person drew: region → corners in film pixels. Every
        other region follows its landmarks.
    film
        What is known of the film: shape, spacing, side, hip box.
    apart
        The ties (names of :data:`anatomy.TIES`) that this film's points do not obey.
    unknown
        What a newer version wrote and this one does not know: written back as it was.
    """

    case_id: str
    annotator: str
    landmarks: Mapping[str, Label] = field(default_factory=dict)
    created: str = ""
    modified: str = ""
    regions: Mapping[Region, Polygon] = field(default_factory=dict)
    film: FilmFacts = FilmFacts()
    apart: tuple[str, ...] = ()
    unknown: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked_name(self.case_id, "The case_id")
        checked_name(self.annotator, "The annotator")
        _check_names(self.landmarks, LANDMARK_IDS, "a landmark")
        _check_names(self.regions, REGIONS, "a region")
        _check_names(dict.fromkeys(self.apart), tuple(TIES), "a tie")
        for region, polygon in self.regions.items():
            checked_polygon(polygon, region)

    @property
    def xy(self) -> Points:
        """``(16, 2)`` film pixels; NaN where a landmark is absent or not placed."""
        points = np.full((len(LANDMARK_IDS), 2), np.nan)
        for i, name in enumerate(LANDMARK_IDS):
            label = self.landmarks.get(name)
            if label is not None and label.xy is not None:
                points[i] = label.xy
        return points

    @property
    def missing(self) -> tuple[str, ...]:
        """The landmarks that have neither a position nor the state ``absent``."""
        return tuple(name for name in LANDMARK_IDS if name not in self.landmarks)

    def outlines(self) -> dict[Region, Points]:
        """Region → ``(n, 2)`` corners: drawn by hand, else through its landmarks.

        A region with a landmark that has no position, and no outline of its own, is
        left out.
        """
        found = {
            region: polygon
            for region, polygon in polygons(self.xy).items()
            if np.isfinite(polygon).all()
        }
        drawn = {region: np.array(corners) for region, corners in self.regions.items()}
        return {r: (found | drawn)[r] for r in POLYGONS if r in found | drawn}


def what_is_missing(labels: Labels, tr: Callable[[str], str] = str) -> str:
    """What is still to be done on a film, as a sentence; empty when all is there.

    ``tr`` puts a sentence, and what is yet to be filled in, in another language.
    """
    names = labels.missing
    if not names:
        return ""
    if len(names) == len(LANDMARK_IDS):
        return tr("No landmark is placed yet.")
    if len(names) == 1:
        told = tr("{last} is missing: place it, or mark it as absent.")
    else:
        told = tr("{first} and {last} are missing: place them, or mark them as absent.")
    return told.format(first=", ".join(names[:-1]), last=names[-1])


def labels_path(folder: Path, annotator: str, case_id: str) -> Path:
    """Where the labels of one annotator for one case lie."""
    checked_name(annotator, "The annotator")
    checked_name(case_id, "The case_id")
    return folder / "labels" / annotator / f"{case_id}.json"


def labelled_cases(folder: Path, annotator: str | None = None) -> set[str]:
    """The cases on which somebody, or one annotator, has placed anything, or had."""
    labels, who = folder / "labels", "*" if annotator is None else escape(annotator)
    found = {path.stem for path in labels.glob(f"{who}/*.json")}
    return found | {path.stem for path in labels.glob(f"{who}/journal/*.jsonl")}


def labels_json(labels: Labels) -> dict[str, Any]:
    """Labels as plain values; equal labels give equal values."""
    content: dict[str, Any] = {
        "case_id": labels.case_id,
        "annotator": labels.annotator,
        "created": labels.created,
        "modified": labels.modified,
        "landmarks": {
            name: label.to_json(labels.film.spacing_mm)
            for name in LANDMARK_IDS
            if (label := labels.landmarks.get(name)) is not None
        },
    }
    if labels.regions:
        content["regions"] = {
            region: [[float(x), float(y)] for x, y in labels.regions[region]]
            for region in REGIONS
            if region in labels.regions
        }
    if labels.film != FilmFacts():
        content["film"] = labels.film.to_json()
    if labels.apart:
        content["apart"] = list(labels.apart)
    return with_unknown(content, labels.unknown) if labels.unknown else content


def labels_of_json(content: dict[str, Any], annotator: str, case_id: str) -> Labels:
    """The inverse of :func:`labels_json`; files of older versions are read too.

    Raises
    ------
    Refused
        If these are not the labels of that case, or need a newer version.
    """
    refuse_newer(content)
    stored = as_type(_Stored, content)
    if stored.case_id != case_id:
        raise Refused("they are of another case")
    source = PERSON if stored.source in _OLD_MANUAL else stored.source
    return Labels(
        case_id=case_id,
        annotator=annotator,
        landmarks={
            name: Label.from_json(entry, source)
            for name, entry in stored.landmarks.items()
        },
        created=stored.created,
        modified=stored.modified,
        regions=cast(Mapping[Region, Polygon], stored.regions),
        film=FilmFacts.from_json(stored.film),
        apart=stored.apart,
        unknown=unknown_of(content),
    )


@dataclass(frozen=True)
class _Stored:
    """A label file, its landmarks and its film still to be looked at."""

    case_id: str
    landmarks: dict[str, dict[str, Any]]
    source: str = ""
    created: str = ""
    modified: str = ""
    regions: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    film: dict[str, Any] = field(default_factory=dict)
    apart: tuple[str, ...] = ()


def labels_text(labels: Labels) -> str:
    """The content of a label file; equal labels give equal text."""
    return json.dumps(labels_json(labels), indent=1, allow_nan=False) + "\n"


def labels_of_text(text: str | bytes, annotator: str, case_id: str) -> Labels:
    """The inverse of :func:`labels_text`.

    Raises
    ------
    Refused
        If the text cannot be read as labels of that case.
    """
    try:
        return labels_of_json(parse_json(text, LARGEST_BYTES), annotator, case_id)
    except Refused as refusal:
        reason = str(refusal).rstrip(".")
        raise Refused(
            f"The labels of {case_id} by {annotator} cannot be used: {reason}."
        ) from None


def write_labels(folder: str | Path, labels: Labels) -> Path:
    """Write labels, all or nothing, and date them.

    This replaces the file whatever it holds. :meth:`Study.open_case` and
    :meth:`Study.write_labels` keep the history and notice a newer file.

    Returns
    -------
    Path
        The file. ``modified`` is set to now, and ``created`` when it was empty.
    """
    now = utc_now()
    path = labels_path(Path(folder), labels.annotator, labels.case_id)
    dated = replace(labels, created=labels.created or now, modified=now)
    write_text_atomic(path, labels_text(dated))
    return path


def read_labels(folder: str | Path, annotator: str, case_id: str) -> Labels | None:
    """The label file of one annotator for one case, or None when there is none.

    Raises
    ------
    Refused
        If the file cannot be read as labels of that case.
    """
    path = labels_path(Path(folder), annotator, case_id)
    try:
        data = read_regular(path, LARGEST_BYTES)
    except FileNotFoundError:
        return None
    except (OSError, Refused) as error:
        reason = error if isinstance(error, Refused) else "it cannot be read"
        raise Refused(
            f"The labels of {case_id} by {annotator} cannot be used: {reason}."
        ) from None
    return labels_of_text(data, annotator, case_id)


def utc_now() -> str:
    """The present time as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _check_names(given: Mapping[Any, Any], known: tuple[str, ...], what: str) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise Refused(
            f"{str(unknown[0])[:40]!r} is not {what}: they are called"
            f" {', '.join(known)}."
        )
