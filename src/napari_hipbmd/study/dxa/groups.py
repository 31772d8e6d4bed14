"""Whether the groups of a study are its patients, as its films tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..cases.case import Case


def grouped(cases: Sequence[Case], patients: Sequence[str]) -> list[Case]:
    """The cases with their patients for groups, where they have no groups yet.

    Parameters
    ----------
    patients
        Of each case's film; empty where it does not say.
    """
    if any(case.group not in ("", case.case_id) for case in cases):
        return list(cases)
    return [
        replace(case, group=patient or case.case_id)
        for case, patient in zip(cases, patients, strict=True)
    ]


def group_doubts(cases: Sequence[Case], patients: Sequence[str]) -> list[str]:
    """A sentence for each group of two patients, and each patient in two groups."""
    of_group: dict[str, dict[str, str]] = {}
    of_patient: dict[str, dict[str, str]] = {}
    for case, patient in zip(cases, patients, strict=True):
        if patient:
            group = case.group or case.case_id
            of_group.setdefault(group, {}).setdefault(patient, case.case_id)
            of_patient.setdefault(patient, {}).setdefault(group, case.case_id)
    shared = [list(names.values()) for names in of_group.values() if len(names) > 1]
    split = [list(names.values()) for names in of_patient.values() if len(names) > 1]
    return [
        f"{' and '.join(names)}: the films are of different patients and share a group;"
        " give each patient one of its own"
        for names in shared
    ] + [
        f"{' and '.join(names)}: the films are of one patient and in different groups;"
        " give them one"
        for names in split
    ]
