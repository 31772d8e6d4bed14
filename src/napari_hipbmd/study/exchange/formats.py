"""The formats: what each can hold, and what of given labels it cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ...core.errors import Refused
from ..labelling.facts import FilmFacts
from ..labelling.label import PERSON
from ..labelling.labels import Labels
from .coco import read_coco, write_coco
from .deeplabcut import (
    read_deeplabcut,
    read_deeplabcut_h5,
    write_deeplabcut,
    write_deeplabcut_h5,
)
from .masks import read_mask, write_png, write_tiff
from .parcel import Intake, Parcel
from .pts import read_pts, write_pts
from .rows import read_rows, write_rows
from .slicer import read_slicer, write_slicer

Holding = Literal["landmarks", "states", "outlines", "origins", "film", "ties"]
HOLDINGS: tuple[Holding, ...] = get_args(Holding)
SAID: dict[Holding, str] = {
    "landmarks": "landmarks and their positions",
    "states": "occluded, uncertain, absent",
    "outlines": "outlines drawn by hand",
    "origins": "where each landmark came from (model, person, time, expected error)",
    "film": "size, spacing and side of the film, and the hip box",
    "ties": "points that are kept apart",
}
EVERYTHING = frozenset(HOLDINGS)


@dataclass(frozen=True)
class LabelFormat:
    """One format.

    Attributes
    ----------
    name
        What it is called at the command line.
    title
        What it is called for people.
    endings
        Of its files; the first is written.
    holds
        What comes back exactly as it went out.
    notes
        For whoever gets the files.
    write_study, read_study
        For formats with one file for many cases.
    write_case, read_case
        For formats with a file for each case.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    holds: frozenset[Holding]
    notes: str
    write_study: Callable[[Sequence[Labels]], bytes] | None = None
    read_study: Callable[[bytes, str, Intake], list[Parcel]] | None = None
    write_case: Callable[[Labels], bytes] | None = None
    read_case: Callable[[bytes, str, str, Intake], Parcel] | None = None

    def lost(self, labels: Sequence[Labels]) -> list[str]:
        """Sentences about what of these labels the format cannot hold."""
        out = []
        for what in HOLDINGS:
            if what not in self.holds:
                cases = [one.case_id for one in labels if _has(one, what)]
                if cases:
                    out.append(f"Not in {self.title}: {SAID[what]} ({_some(cases)}).")
        if "landmarks" not in self.holds:
            cases = [one.case_id for one in labels if len(one.outlines()) < 3]
            if cases:
                what_else = "regions that lack a landmark"
                out.append(f"Not in {self.title}: {what_else} ({_some(cases)}).")
        return out


_NOTES = {
    "pixels": "Positions are x, y in pixels of the film: x to the right, y down, right"
    " hips not mirrored.",
    "coco": "The centre of the first pixel is (0, 0) for keypoints and (0.5, 0.5) in"
    " bbox and segmentation. file_name is the name of the case. v is 2 for placed and"
    " uncertain, 1 for occluded, 0 for absent and not placed; the key hipbmd of an"
    " image says which, and where landmarks came from.",
    "slicer": "Positions are in mm, LPS, with the centre of the film's first pixel at"
    " the origin and the film in the plane z = 0. Slicer drops the key hipbmd when it"
    " saves: origins, film and ties are then gone. It draws a closed curve round"
    " through the corners; the region is the polygon between them.",
    "pts": "The centre of the first pixel is (1, 1). The points are in the order of the"
    " landmarks, N1 to N6, T1 to T5, I1 to I5.",
    "csv": "The centre of the first pixel is (0, 0). Corners of an outline that was"
    " drawn by hand are called neck 1, neck 2, and so on.",
    "deeplabcut": "The centre of the first pixel is (0, 0). DeepLabCut looks for"
    " CollectedData_NAME.csv and .h5 in labeled-data/hips of a project, beside pictures"
    " that are called as in their rows.",
    "deeplabcut csv": "Its .h5 is the format deeplabcut-h5; or"
    " deeplabcut.convertcsv2h5 makes it.",
    "deeplabcut h5": "Call the file CollectedData_NAME.h5 there.",
    "mask": "0 is nothing, 1 the neck, 2 the trochanter, 3 the inter-trochanter. A"
    " pixel belongs to a region when its centre lies inside; so a region is known to"
    " the pixel only. Where two overlap, the later one is shown. The pixel spacing is"
    " the picture's resolution.",
}


def _told(*about: str) -> str:
    return " ".join(_NOTES[each] for each in about)


FORMATS: dict[str, LabelFormat] = {
    f.name: f
    for f in (
        LabelFormat(
            "coco",
            "COCO keypoints",
            (".json",),
            EVERYTHING,
            _told("pixels", "coco"),
            write_study=write_coco,
            read_study=read_coco,
        ),
        LabelFormat(
            "slicer",
            "3D Slicer Markups",
            (".mrk.json",),
            EVERYTHING,
            _told("slicer"),
            write_case=write_slicer,
            read_case=read_slicer,
        ),
        LabelFormat(
            "pts",
            ".pts",
            (".pts",),
            frozenset({"landmarks"}),
            _told("pixels", "pts"),
            write_case=write_pts,
            read_case=read_pts,
        ),
        LabelFormat(
            "csv",
            "CSV",
            (".csv",),
            EVERYTHING,
            _told("pixels", "csv"),
            write_study=write_rows,
            read_study=read_rows,
        ),
        LabelFormat(
            "deeplabcut",
            "DeepLabCut's CSV",
            (".csv",),
            frozenset({"landmarks"}),
            _told("pixels", "deeplabcut", "deeplabcut csv"),
            write_study=write_deeplabcut,
            read_study=read_deeplabcut,
        ),
        LabelFormat(
            "deeplabcut-h5",
            "DeepLabCut's HDF5",
            (".h5",),
            frozenset({"landmarks"}),
            _told("pixels", "deeplabcut", "deeplabcut h5"),
            write_study=write_deeplabcut_h5,
            read_study=read_deeplabcut_h5,
        ),
        LabelFormat(
            "tiff",
            "label TIFF",
            (".tif", ".tiff"),
            frozenset(),
            _told("mask"),
            write_case=write_tiff,
            read_case=read_mask,
        ),
        LabelFormat(
            "png",
            "label PNG",
            (".png",),
            frozenset(),
            _told("mask"),
            write_case=write_png,
            read_case=read_mask,
        ),
    )
}


def format_named(name: str) -> LabelFormat:
    """A format by its name.

    Raises
    ------
    Refused
        If there is none.
    """
    found = FORMATS.get(name)
    if found is None:
        raise Refused(f"{name[:20]!r} is no format: choose {', '.join(FORMATS)}.")
    return found


def _has(labels: Labels, what: Holding) -> bool:
    marks = labels.landmarks.values()
    match what:
        case "landmarks":
            return bool(labels.landmarks)
        case "states":
            return any(mark.state != "placed" for mark in marks)
        case "outlines":
            return bool(labels.regions)
        case "origins":
            return any(
                mark.source != PERSON or mark.who or mark.when or mark.predicted_xy
                for mark in marks
            )
        case "film":
            return labels.film != FilmFacts()
        case "ties":
            return bool(labels.apart)


def _some(names: list[str]) -> str:
    if len(names) > 3:
        return f"{len(names)} cases"
    return ", ".join(names)
