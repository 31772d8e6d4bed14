"""Readings of a densitometer into the table of a study."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..core.anatomy import SITES
from ..core.cells import printable
from ..core.dxa_reading import DxaReading
from ..core.errors import Refused
from ..core.options import REQUIRED, check, option
from ..core.radiograph import Side
from ..core.reading import read_regular
from ..dicom import (
    Catalogue,
    CatalogueFilm,
    catalogue,
    dxa_report,
    patient_key,
    public_path,
)
from ..dicom.sniff import file_kind
from ..study import Case, read_cases, write_cases
from ..study.cases.columns import reading_doubts
from ..study.cases.sexes import Sexes, two_languages
from ..study.cases.sheet import text_of
from ..study.cases.table import TABLE
from ..study.dxa.days import DateOrder
from ..study.dxa.groups import group_doubts, grouped
from ..study.dxa.merging import DAYS, MAKER, known_sites, unlike
from ..study.dxa.numbers import readings_of_numbers
from ..study.dxa.pairs import NO_READING, DxaPair, FilmedHip, pair
from ..study.dxa.tables import DxaTable, readings_of_text
from ..study.dxa.words import maker_named
from ..study.split import SPLIT

WINDOW_DAYS = 180
_LARGEST_BYTES = 50_000_000
_BOTH: tuple[Side, ...] = ("L", "R")


@dataclass(frozen=True, kw_only=True)
class DxaOptions:
    """Which films get which readings."""

    study: Path = option(
        REQUIRED, "a study, or a folder of films that becomes one", metavar="STUDY",
        positional=True,
    )  # fmt: skip
    exports: tuple[Path, ...] = option(
        REQUIRED,
        "what the densitometer exported: tables, texts, DICOM reports, or folders",
        metavar="EXPORT",
        positional=True,
    )
    window: int = option(
        WINDOW_DAYS, "between film and reading at most", low=0, unit="days", metavar="N"
    )
    dates: DateOrder | None = option(
        None, "of days such as 3/4/2024 (default: told by the other days of the file)"
    )
    replace: bool = option(False, "in place of readings that differ")
    look: bool = option(False, "show the pairs and write nothing")

    def __post_init__(self) -> None:
        check(self)


@dataclass
class DxaDone:
    """Pairs in the order of the table, what else to look at, and the table."""

    pairs: list[DxaPair]
    doubts: list[str]
    cases: list[Case]
    filled: int = 0
    written: bool = False


@dataclass
class _Hips:
    """The hips of a study and their films."""

    cases: list[Case] = field(default_factory=list)
    hips: list[FilmedHip] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def add(self, case: Case, film: CatalogueFilm | None) -> None:
        self.cases.append(case)
        found = FilmedHip(case.case_id, "", None, case.side, case.patient)
        if film is not None:
            found = replace(
                found,
                patient=film.patient,
                taken=film.taken,
                side=case.side or film.side,
                biology=case.patient.or_else(film.biology),
            )
            if case.side and film.side and case.side != film.side:
                self.doubts.append(
                    f"{case.case_id}: the table says side {case.side} and the film"
                    f" {film.side}; the table's counts"
                )
        self.hips.append(found)

    def group(self, keep: bool) -> None:
        """Groups are patients; ``keep`` those of the table, which a split may name."""
        patients = [hip.patient for hip in self.hips]
        if not keep:
            self.cases = grouped(self.cases, patients)
        self.doubts += group_doubts(self.cases, patients)


def pair_with_films(options: DxaOptions) -> DxaDone:
    """Pair readings with films, and write ``cases.csv`` unless only asked to look.

    Raises
    ------
    Refused
        If there is no film or no reading, or a film is called after its patient.
    """
    read = _read(options.exports, options.dates)
    found = _hips(options.study)
    found.group(keep=(options.study / SPLIT).exists())
    pairs = pair(found.hips, read.readings, options.window)
    done = DxaDone(pairs, read.doubts + found.doubts, [])
    for case, one in zip(found.cases, pairs, strict=True):
        done.cases.append(_with_reading(case, one, options, done))
    done.doubts += reading_doubts(done.cases)
    if pairs and all(one.doubts == (NO_READING,) for one in pairs):
        done.doubts.append(
            "no film is of a patient of the export: they may write the numbers of"
            " patients differently (a spreadsheet makes 123 of 00123)"
        )
    makers = {p.reading.maker for p in pairs if p.reading is not None} - {""}
    if len(makers) > 1:
        done.doubts.append(
            f"readings of {' and '.join(sorted(makers))} are not comparable without"
            " cross-calibration"
        )
    if "GE Lunar" in makers:
        done.doubts.append(
            "GE Lunar's shaft was taken as intertrochanter: it is not the same region"
            " as Hologic's, and no T-score is given of its scale"
        )
    if not options.look:
        write_cases(options.study, done.cases)
        done.written = True
    return done


def _read(exports: Sequence[Path], order: DateOrder | None) -> DxaTable:
    """All readings of all exports."""
    found, sexes = DxaTable(), list[Sexes]()
    for path in exports:
        if not path.exists():
            raise Refused(f"There is no file or folder {path}.")
        for file in _files_below(path, found) if path.is_dir() else [path]:
            try:
                one = _of_file(file, order)
            except Refused as refusal:
                if not path.is_dir():
                    raise
                found.doubt(str(refusal).rstrip("."))
                continue
            found.readings += one.readings
            found.doubts += one.doubts
            sexes.append(one.sexes)
    if two_languages(sexes):
        found.doubt(
            "the sexes of the exports: one has H for men, and M in another was taken"
            " for a man and may be mujer; write F and M in all"
        )
    if not found.readings:
        why = f" ({found.doubts[0]})" if found.doubts else ""
        raise Refused(f"There is no reading of a hip in what was given{why}.")
    return found


def _files_below(folder: Path, found: DxaTable) -> list[Path]:
    """All files but hidden ones; a folder that may not be opened is told."""

    def cannot(_: OSError) -> None:
        found.doubt("a folder of exports, which may not be opened")

    every = os.walk(folder, onerror=cannot)
    inside = (Path(parent) / name for parent, _, names in every for name in names)
    return sorted(p for p in inside if p.is_file() and not p.name.startswith("."))


def _of_file(path: Path, order: DateOrder | None) -> DxaTable:
    name = printable(path.name)[:60]
    try:
        data = read_regular(path, _LARGEST_BYTES)
    except Refused as refusal:
        raise Refused(f"{name} cannot be used: {refusal}.") from None
    kind, what = file_kind(path)
    if kind in ("dicom", "bare dicom"):
        return _of_dicom(path, name, order)
    if kind == "picture" or what == "a PDF document":
        raise Refused(
            f"{name} is {what or 'a picture'}, of which no number can be read: export"
            " the readings as a table (CSV) or a text."
        )
    try:
        text = text_of(data)
    except UnicodeDecodeError:
        if 0 in data:  # UTF-16 without its mark, or no text
            raise Refused(
                f"{name} is not UTF-8 text: save it again as 'CSV UTF-8'."
            ) from None
        text = data.decode("latin-1")  # Windows programs before Unicode
    return readings_of_text(text, name, patient_key, order=order)


def _of_dicom(path: Path, name: str, order: DateOrder | None) -> DxaTable:
    report = dxa_report(path)
    base = DxaReading(
        report.patient, report.taken, None, {}, report.biology,
        maker_named(report.maker),
    )  # fmt: skip
    if report.text:
        return readings_of_text(report.text, name, patient_key, order=order, known=base)
    return readings_of_numbers(report.numbers, name, base)


def _hips(folder: Path) -> _Hips:
    """The cases of a study, or those that its films would be."""
    listed, found = catalogue(folder), _Hips()
    films = {film.path.resolve(): film for film in listed.films}
    if (folder / TABLE).exists():
        reasons = {path.resolve(): why for path, why in listed.passed_over.items()}
        for case in read_cases(folder):
            found.add(case, films.get(case.image.resolve()))
            why = reasons.get(case.image.resolve(), "")
            if not case.image.is_file():
                why = "its film is not there"
            if why:
                found.doubts.append(f"{case.case_id}: {why.rstrip('.')}")
        return found
    dicom = [film for film in films.values() if film.title != "picture"]
    if not dicom:
        raise Refused(
            f"{folder.name} holds no DICOM film, and only those say whose they are."
        )
    found.doubts += _without_case(listed, folder)
    named = [f for f in dicom if public_path(f.path, folder) != _inside(f, folder)]
    if named:
        raise Refused(
            f"{len(named)} of {len(dicom)} films lie under names that name their"
            " patient, and cases.csv would tell them: rename the files and folders."
        )
    for film in dicom:
        sides = _BOTH if film.both_hips else (film.side,)
        for side in sides:
            name = f"{film.name}-{side}" if film.both_hips else film.name
            found.add(Case(name, Path(_inside(film, folder)), side), film)
    return found


def _without_case(listed: Catalogue, folder: Path) -> list[str]:
    """Sentences on files that may be films and get no case."""
    told = []
    pictures = sum(film.title == "picture" for film in listed.films)
    if pictures:
        told.append(
            f"pictures that got no case, {pictures} of them: they do not say whose they"
            " are"
        )
    if listed.spoilt:
        path, more = listed.spoilt[0], len(listed.spoilt) - 1
        told.append(
            f"{public_path(path, folder)}, which got no case:"
            f" {listed.passed_over[path].rstrip('.')}"
            + (f" ({more} more such files)" if more else "")
        )
    return told


def _inside(film: CatalogueFilm, folder: Path) -> str:
    return film.path.relative_to(folder).as_posix()


def _with_reading(case: Case, one: DxaPair, options: DxaOptions, done: DxaDone) -> Case:
    """The case with what the reading adds to it, or in its place."""
    reading = one.reading
    if reading is None or one.days is None:
        return case
    kept = {} if options.replace else known_sites(case)
    if kept and (why := unlike(case, reading, one.days)):
        done.doubts.append(
            f"{case.case_id}: {why}; it was left (--replace takes the reading)"
        )
        return case
    maker = reading.maker or (case.extra.get(MAKER, "") if kept else "")
    done.filled += 1
    return replace(
        case,
        side=case.side or one.hip.side or reading.side,
        patient=case.patient.or_else(reading.biology),
        dxa={s: reading.bmd_g_cm2.get(s, kept.get(s)) for s in SITES},
        extra={**case.extra, DAYS: str(one.days), MAKER: maker},
    )
