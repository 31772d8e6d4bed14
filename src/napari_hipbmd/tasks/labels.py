"""Labels that people placed: out and in, compared, and checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import Refused
from ..core.options import REQUIRED, check, option
from ..core.progress import Progress, StepProgress
from ..evaluation.observers import (
    PREDICTIONS,
    TRUTH,
    ObserverErrors,
    Peers,
    compare_observers,
    write_errors,
)
from ..study import Study
from ..study.doubts import Doubt, study_doubts
from ..study.exchange import (
    FORMATS,
    Exported,
    Imported,
    ImportPlan,
    Names,
    export_labels,
    import_labels,
    read_names,
)
from ..study.shapes import shapes_of_study


def _format() -> str:
    chosen: str = option(REQUIRED, "whose files they are", choices=tuple(FORMATS))
    return chosen


def _annotators() -> tuple[str, ...]:
    several: tuple[str, ...] = option(
        (),
        "whose labels; can be given several times (default: everybody's)",
        metavar="NAME",
        repeated=True,
    )
    return several


@dataclass(frozen=True, kw_only=True)
class StudyOptions:
    """A study."""

    study: Path = option(REQUIRED, "a study's folder", metavar="STUDY", positional=True)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, kw_only=True)
class PeopleOptions(StudyOptions):
    """A study, and whose labels of it."""

    annotator: tuple[str, ...] = _annotators()

    def names(self, study: Study) -> tuple[str, ...]:
        """Those that were asked for, or everybody."""
        return self.annotator or study.annotators()


@dataclass(frozen=True, kw_only=True)
class ExportOptions(StudyOptions):
    """Whose labels go where, and for which program."""

    format: str = _format()
    out: Path = option(REQUIRED, "a new folder", metavar="DIR")
    annotator: tuple[str, ...] = _annotators()


@dataclass(frozen=True, kw_only=True)
class ImportOptions(StudyOptions):
    """Whose labels files become, and what gives way to them."""

    path: Path = option(
        REQUIRED,
        "a file, or a folder with a file a case",
        metavar="PATH",
        positional=True,
    )
    format: str = _format()
    annotator: str = option(REQUIRED, "whose labels they become", metavar="NAME")
    by: str = option("", "who imports them (the annotator)", metavar="NAME")
    names: Path | None = option(
        None,
        "what the file calls landmarks and regions: {\"theirs\": \"N1\", …}",
        metavar="FILE.json",
    )  # fmt: skip
    replace: bool = option(
        False, "in place of labels that differ; undo brings those back"
    )
    outside: bool = option(False, "allow landmarks outside their film")


@dataclass(frozen=True, kw_only=True)
class UndoOptions(StudyOptions):
    """Whose last import is taken back."""

    annotator: str = option(REQUIRED, "whose labels it became", metavar="NAME")


@dataclass(frozen=True, kw_only=True)
class PeersOptions(StudyOptions):
    """Two people, and where the tables go."""

    a: str = option(
        REQUIRED, "NAME, predictions or truth", metavar="A", positional=True
    )
    b: str = option(
        REQUIRED, "NAME, predictions or truth", metavar="B", positional=True
    )
    out: Path | None = option(
        None, "write the tables there, as CSV and JSON", metavar="DIR"
    )


@dataclass(frozen=True, kw_only=True)
class CheckOptions(PeopleOptions):
    """Whose labels are checked, against what."""

    own: bool = option(
        False, "compare with the annotator's own hips, not with digital ones"
    )


def export_for(
    options: ExportOptions, progress: StepProgress | None = None
) -> Exported:
    """Write labels for another program; see :func:`exchange.export_labels`."""
    study, names = Study.open(options.study), options.annotator or None
    return export_labels(study, options.format, options.out, names, progress)


def import_from(
    options: ImportOptions, progress: StepProgress | None = None
) -> Imported:
    """Take labels over, all cases or none; see :func:`exchange.import_labels`."""
    study = Study.open(options.study)
    names = Names() if options.names is None else read_names(options.names)
    plan = ImportPlan(
        options.annotator, options.by, names, options.replace, options.outside
    )
    return import_labels(study, options.format, options.path, plan, progress)


def compare_people(
    options: PeersOptions, progress: Progress | None = None
) -> ObserverErrors:
    """How far apart two people place landmarks; the tables are written on request.

    Raises
    ------
    Refused
        If one has no labels, both are one, or no film has labels of both.
    """
    study = Study.open(options.study)
    known = (*study.annotators(), PREDICTIONS, TRUTH)
    a, b = options.a, options.b
    for name in (a, b):
        if name not in known:
            raise Refused(
                f"{name[:40]!r} has no labels in this study: choose two of"
                f" {', '.join(known)}."
            )
    if a == b:
        raise Refused("Whoever is compared with oneself agrees: name two.")
    found = compare_observers(study, Peers(a, b), progress)
    if not found.differences:
        raise Refused(f"There is no film that {a} and {b} both have.")
    errors = ObserverErrors(study.folder.name, (found,))
    if options.out is not None:
        write_errors(errors, options.out)
    return errors


def check_labels(
    options: CheckOptions, progress: Callable[[str], Progress] | None = None
) -> dict[str, Sequence[Doubt]]:
    """Annotator → what does not look like a hip of what that person labelled.

    Parameters
    ----------
    progress
        Asked for what to call, for the cases of each person.

    Raises
    ------
    Refused
        If there are no labels.
    """
    study = Study.open(options.study)
    known, names = study.annotators(), options.names(Study.open(options.study))
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        who = f"by {unknown[0][:40]!r} " if unknown else ""
        raise Refused(f"There are no labels {who}in this study.")
    return {
        name: study_doubts(
            study,
            name,
            shapes_of_study(study, name) if options.own else None,
            None if progress is None else progress(f"cases of {name}"),
        )
        for name in names
    }
