"""Labels of a study out to other programs: a new folder, whole or not at all.

::

    <out>/README.txt                what is in it, and what the format could not hold
    <out>/<annotator>.json, .csv    formats with one file for many cases
    <out>/<annotator>/<case_id>.…   formats with a file for each case
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ...core.errors import Refused
from ...core.files import new_folder
from ...core.progress import StepProgress
from ..films import film_facts
from ..labelling.labels import Labels
from ..study import Study
from .formats import LabelFormat, format_named
from .turned import as_stored
from .writing import Asked, step


@dataclass(frozen=True)
class Exported:
    """What an export did.

    Attributes
    ----------
    cases
        Annotator → the cases that were written.
    left_out
        Why a case was left out, a sentence each.
    lost
        What of the labels the format cannot hold, a sentence each.
    """

    cases: dict[str, tuple[str, ...]]
    left_out: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many labels were written, of all annotators together."""
        return sum(map(len, self.cases.values()))


def export_labels(
    study: Study,
    form: str,
    out: str | Path,
    annotators: Iterable[str] | None = None,
    progress: StepProgress | None = None,
    cancelled: Asked | None = None,
) -> Exported:
    """Write labels for other programs, each as of its last change.

    Nothing that is written names a patient: cases are called as the study calls them.

    Parameters
    ----------
    study
        The study.
    form
        The name of a format.
    out
        A folder that is not there yet.
    annotators
        Whose labels; everybody's by default.
    progress
        See :data:`writing.StepProgress`.
    cancelled
        Asked between cases.

    Raises
    ------
    Refused
        If the folder is there already, or there is nothing to write.
    Cancelled
        If asked to stop; nothing is then left.
    """
    format_ = format_named(form)
    out = Path(out)
    if out.exists():
        raise Refused(f"{out.name} is there already: name a new folder.")
    names = _annotators(study, annotators)
    count = len(names) * len(study.cases)
    cases: dict[str, tuple[str, ...]] = {}
    left_out: list[str] = []
    written: list[Labels] = []
    with new_folder(out) as folder:
        for i, annotator in enumerate(names):
            labels = []
            for j, case in enumerate(study.cases):
                done = i * len(study.cases) + j
                step("written", done, count, progress, cancelled)
                one = labels_with_film(study, annotator, case.case_id)
                if one is not None:
                    labels.append(one)
            there = _write(format_, folder, annotator, labels, left_out)
            cases[annotator] = tuple(one.case_id for one in there)
            written += there
        if not written:
            raise Refused(
                " ".join(left_out[:3]) or f"There are no labels by {_listed(names)}."
            )
        result = Exported(cases, tuple(left_out), tuple(format_.lost(written)))
        (folder / "README.txt").write_text(_readme(format_, result), "utf-8")
    step("written", count, count, progress)
    return result


def labels_with_film(study: Study, annotator: str, case_id: str) -> Labels | None:
    """Labels with all that is known of their film; None where nothing is labelled."""
    labels = study.labels(annotator, case_id)
    if labels is None or not (labels.landmarks or labels.regions):
        return None
    return as_stored(replace(labels, film=film_facts(study, case_id, labels)))


def _annotators(study: Study, wanted: Iterable[str] | None) -> tuple[str, ...]:
    there = study.annotators()
    names = there if wanted is None else tuple(dict.fromkeys(wanted))
    unknown = [name for name in names if name not in there]
    if unknown:
        raise Refused(
            f"{unknown[0][:40]!r} has no labels in this study: there are"
            f" {_listed(there) or 'none at all'}."
        )
    if not names:
        raise Refused("There are no labels in this study.")
    return names


def _write(
    format_: LabelFormat,
    folder: Path,
    annotator: str,
    labels: list[Labels],
    left_out: list[str],
) -> list[Labels]:
    """Write one annotator's labels; gives those that the format could take."""
    ending = format_.endings[0]
    if format_.write_study is not None:
        if labels:
            data = format_.write_study(labels)
            (folder / f"{annotator}{ending}").write_bytes(data)
        return labels
    assert format_.write_case is not None
    there = []
    for one in labels:
        try:
            data = format_.write_case(one)
        except Refused as refusal:
            left_out.append(f"Left out: {refusal}")
            continue
        (folder / annotator).mkdir(exist_ok=True)
        (folder / annotator / f"{one.case_id}{ending}").write_bytes(data)
        there.append(one)
    return there


def _readme(format_: LabelFormat, done: Exported) -> str:
    counts = [f"{len(cases)} by {who}" for who, cases in done.cases.items() if cases]
    lines = [
        f"Labels of hips as {format_.title}: {', '.join(counts)}.",
        "",
        format_.notes,
        *done.lost,
        *done.left_out,
    ]
    return "\n".join(lines) + "\n"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
