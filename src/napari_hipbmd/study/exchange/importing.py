"""Labels of other programs into a study: every case that a file names, or none.

Each case is one change of one annotator's labels, journalled as any other, and undo
takes it back. What a file does not speak of stays as it is; what it repeats keeps where
it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ...core.anatomy import TIES, Region
from ...core.errors import Refused
from ...core.progress import StepProgress
from ...core.reading import read_regular
from ..labelling.changes import Change
from ..labelling.facts import FilmFacts
from ..labelling.label import Label
from ..labelling.labels import Labels, utc_now
from ..labelling.outlines import Polygon
from ..labelling.persons_name import persons_name
from ..study import Study
from .cases import Cases
from .content import LARGEST_BYTES
from .film_check import insist_on_film
from .formats import LabelFormat, format_named
from .masks import VALUES, label_image, largest_piece
from .names import Names
from .parcel import IMPORTED, Intake, Parcel, same_label, same_outline
from .telling import doubts_of, states_of, tell_what_stays
from .turned import as_shown, stored_facts
from .writing import Asked, apply_all, step


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes
    ----------
    cases
        Those whose labels changed.
    unchanged
        Those that were so already.
    landmarks, outlines
        How many were taken over.
    told
        What was left out, a sentence each.
    states
        State → how many of the landmarks came so.
    doubts
        What does not look like a hip, or like this film's, a sentence each.
    """

    cases: tuple[str, ...]
    unchanged: tuple[str, ...]
    landmarks: int
    outlines: int
    told: tuple[str, ...]
    states: Mapping[str, int] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportPlan:
    """How an import is done.

    Attributes
    ----------
    annotator
        Whose labels they become.
    by
        Who imports; the annotator when empty.
    names
        What the file calls the landmarks and regions.
    replace
        Whether labels that differ give way; undo brings them back.
    outside
        Whether landmarks may lie outside their film.
    """

    annotator: str
    by: str = ""
    names: Names = Names()
    replace: bool = False
    outside: bool = False


def import_labels(
    study: Study,
    form: str,
    path: str | Path,
    plan: ImportPlan,
    progress: StepProgress | None = None,
    cancelled: Asked | None = None,
) -> Imported:
    """Take labels of another program over.

    Every file is read and checked before anything is written; where writing fails,
    what was written is taken back.

    Parameters
    ----------
    study
        The study.
    form
        The name of a format.
    path
        A file; or a folder, of which every file of the format is read.
    plan
        Whose labels they become, and what is allowed.
    progress
        See :data:`StepProgress`.
    cancelled
        Asked between cases.

    Raises
    ------
    Refused
        If a name is no person's, or a file cannot be used, is about a case that the
        study does not have or another film, or differs from labels that are there.
    ConflictFound
        If labels were changed by another program meanwhile.
    Cancelled
        If asked to stop; nothing is then changed.
    """
    persons_name(plan.annotator, "The annotator")
    if plan.by:
        persons_name(plan.by, "The importer's name")
    format_ = format_named(form)
    cases = Cases(study, plan.annotator)
    intake = Intake(
        plan.names,
        lambda name: stored_facts(cases.film(cases.named(name))),
        f"{IMPORTED} {form}",
        detector_mm=lambda name: cases.detector_mm(cases.named(name)),
        annotator=plan.annotator,
    )
    parcels = _read(format_, Path(path), intake, progress, cancelled)
    wanted: dict[str, Parcel] = {}
    for done, parcel in enumerate(parcels):
        step("checked", done, len(parcels), progress, cancelled)
        case_id = cases.named(parcel.case)
        if case_id in wanted:
            raise Refused(f"The case {case_id!r} occurs twice: give one file of it.")
        film = cases.film(case_id)
        parcel = as_shown(parcel, film)
        insist_on_film(parcel, case_id, film, outside=plan.outside)
        if film.shape is None:
            intake.tell(f"The film of {case_id} cannot be read: is it the right one?")
        wanted[case_id] = replace(parcel, case=case_id)
    when = utc_now()  # one for all: they are undone together
    changes: dict[str, tuple[Labels, Change]] = {}
    clashes: list[Labels] = []
    for case_id, parcel in wanted.items():
        before = cases.labels(case_id) or Labels(case_id, plan.annotator)
        text = f"{IMPORTED} {form} by {plan.by or plan.annotator}"
        planned = Change(text, when)
        change, clash = _change(before, parcel, cases.film(case_id), plan, planned)
        tell_what_stays(before, parcel, intake)
        if clash:
            clashes.append(before)
        if change:
            changes[case_id] = before, change
    if clashes and not plan.replace:
        raise Refused(_clash(clashes))
    apply_all(study, plan.annotator, changes, progress, cancelled)
    changed = {name for name, (_, c) in changes.items() if c.landmarks or c.regions}
    return Imported(
        tuple(case_id for case_id in wanted if case_id in changed),
        tuple(case_id for case_id in wanted if case_id not in changed),
        sum(len(change.landmarks) for _, change in changes.values()),
        sum(len(change.regions) for _, change in changes.values()),
        tuple(intake.told),
        states_of(change for _, change in changes.values()),
        (*intake.doubts, *doubts_of(study, plan.annotator, wanted, cases)),
    )


def _read(
    format_: LabelFormat,
    path: Path,
    intake: Intake,
    progress: StepProgress | None,
    cancelled: Asked | None,
) -> list[Parcel]:
    parcels: list[Parcel] = []
    files = _files(path, format_)
    for done, file in enumerate(files):
        step("read", done, len(files), progress, cancelled)
        data = _bytes(file)
        if format_.read_study is not None:
            parcels += format_.read_study(data, file.name, intake)
            continue
        assert format_.read_case is not None
        ending = next(e for e in format_.endings if file.name.lower().endswith(e))
        case = file.name[: -len(ending)]
        parcels.append(format_.read_case(data, file.name, case, intake))
    if not any(p.landmarks or p.regions for p in parcels):
        raise Refused(f"There are no labels in {path.name}.")
    return parcels


def _files(path: Path, format_: LabelFormat) -> list[Path]:
    endings = ", ".join(format_.endings)
    if path.is_dir():
        found = sorted(
            file for file in path.iterdir() if _is_of(file, format_) and file.is_file()
        )
        if not found:
            folders = sorted(file.name for file in path.iterdir() if file.is_dir())
            inner = f", but folders: {', '.join(folders[:5])}" if folders else ""
            raise Refused(f"The folder {path.name} holds no {endings} files{inner}.")
        return found
    if not path.exists():
        raise Refused(f"There is no file or folder {path.name}.")
    if not _is_of(path, format_):
        raise Refused(
            f"{path.name} does not end in {endings}, as {format_.title} does."
        )
    return [path]


def _is_of(file: Path, format_: LabelFormat) -> bool:
    name = file.name.lower()
    return name.endswith(format_.endings) and not name.startswith(".")


def _bytes(file: Path) -> bytes:
    try:
        return read_regular(file, LARGEST_BYTES)
    except Refused as refusal:
        raise Refused(f"{file.name} cannot be used: {refusal}.") from None


def _change(
    before: Labels, parcel: Parcel, film: FilmFacts, plan: ImportPlan, planned: Change
) -> tuple[Change, bool]:
    """What a parcel changes, and whether something that is there would give way."""
    when, by = planned.when, plan.by or plan.annotator
    marks: dict[str, Label | None] = {}
    clash = False
    for name, new in parcel.landmarks.items():
        old = before.landmarks.get(name)
        if same_label(old, new):
            continue
        clash = clash or old is not None
        marks[name] = new if new.who or new.when else replace(new, who=by, when=when)
    regions: dict[Region, Polygon | None] = {}
    outlines = before.outlines()
    for region, corners in _new_regions(parcel, before, film).items():
        if not same_outline(before.regions.get(region), corners):
            clash = clash or region in outlines
            regions[region] = corners
    apart = tuple(tie for tie in TIES if tie in {*before.apart, *parcel.apart})
    if not marks and not regions:
        return _of_this_film(before, film, planned), False
    facts = before.film.or_else(parcel.film).or_else(film)
    change = replace(planned, landmarks=marks, regions=regions, film=facts, apart=apart)
    return change.effective(before), clash


def _of_this_film(before: Labels, film: FilmFacts, planned: Change) -> Change:
    """Labels that were so already learn which film they are on, if nobody noted it."""
    if before.film.pixels_sha256 is not None or before.film.is_of_another_film(film):
        return planned
    known = replace(before.film, pixels_sha256=film.pixels_sha256)
    return replace(planned, film=known).effective(before)


def _new_regions(
    parcel: Parcel, before: Labels, film: FilmFacts
) -> Mapping[Region, Polygon]:
    """Outlines; of a mask, those that are not there already to the pixel."""
    shape = film.shape or parcel.film.shape
    if parcel.landmarks or shape is None:
        return parcel.regions
    only = Labels(parcel.case, before.annotator, regions=parcel.regions)
    given, there = label_image(only, shape), label_image(before, shape)
    return {
        region: corners
        for region, corners in parcel.regions.items()
        if not np.array_equal(
            given == VALUES[region], largest_piece(there == VALUES[region])
        )
    }


def _clash(clashes: list[Labels]) -> str:
    """Why labels are not put in the place of others."""
    names = ", ".join(labels.case_id for labels in clashes[:3])
    more = f" and {len(clashes) - 3} more" if len(clashes) > 3 else ""
    last = max(labels.modified for labels in clashes)
    return (
        f"{clashes[0].annotator} has other labels of {names}{more} already, last"
        f" changed {last}: import for another annotator, or say that they are to be"
        " replaced."
    )
