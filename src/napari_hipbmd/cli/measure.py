"""``hipbmd measure``."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import tifffile

from ..anatomy import SITES, Site
from ..batch import Options, measure_path
from ..dicom import list_films
from ..files import write_bytes_atomic, write_text_atomic
from ..measurement import RESEARCH_USE, Measurement
from ..models import Models, load_models
from ..quality import policy_named
from ..radiograph import FilmRefused, HipBox, Patient
from ..study import Study
from .progress import Bar
from .table import csv_text, text_table

SOME_REFUSED = 3


def run_measure(args: argparse.Namespace) -> int:
    """Measure everything that is named; see the command's help."""
    options = Options(
        args.side,
        Patient(args.sex, args.age_years, args.height_cm, args.weight_kg),
        None if args.box is None else HipBox(*args.box),
        args.spacing_mm,
        None if args.withhold is None else policy_named(args.withhold),
    )
    _check_targets(args)
    models = load_models(args.models)
    results: list[Measurement] = []
    many = len(args.paths) > 1 or args.paths[0].is_dir()
    bar = Bar("measured") if many else None
    expected = _expected(args.paths)
    layers = Layers(args.layers) if args.layers else None
    truths: dict[str, dict[Site, float]] = {}
    for path in args.paths:
        truths |= truths_of([path])
        for result in _each(path, options, models):
            if result.status == "refused":
                print(f"hipbmd: {result.image}: {result.reason}", file=sys.stderr)
            if layers:
                layers.write(result)
            results.append(_light(result))
            if bar:
                bar(len(results), max(expected, len(results)))
    if args.json != "-":
        print(text_table(results, truths))
        print(f"\n{RESEARCH_USE}")
    write_results(args, results)
    return SOME_REFUSED if any(m.status == "refused" for m in results) else 0


def _each(path: Path, options: Options, models: Models) -> Iterator[Measurement]:
    """The hips of one path; a path that cannot be used never stops the others."""
    try:
        yield from measure_path(path, options, models)
    except FilmRefused as error:
        yield Measurement(path.stem, path.name, None, "refused", str(error))


def _check_targets(args: argparse.Namespace) -> None:
    """Refuse wrong paths before anything is measured."""
    missing = [path for path in args.paths if not path.exists()]
    if missing:
        raise FilmRefused(f"There is no file or folder {missing[0]}.")
    if args.json == "":
        raise FilmRefused("--json needs a file's name, or - for the screen.")
    files = {"--json": args.json if args.json != "-" else None, "--csv": args.csv}
    for option, name in files.items():
        if name and Path(name).is_dir():
            raise FilmRefused(f"{option} needs a file, and {name} is a folder.")
    if args.layers and args.layers.exists() and not args.layers.is_dir():
        raise FilmRefused(f"--layers needs a folder, and {args.layers} is a file.")


def write_results(args: argparse.Namespace, results: Sequence[Measurement]) -> None:
    """JSON and CSV where they were asked for."""
    if args.json:
        text = json.dumps([m.to_json() for m in results], indent=1, allow_nan=False)
        if args.json == "-":
            print(text)
        else:
            write_text_atomic(args.json, text + "\n")
    if args.csv:
        write_text_atomic(args.csv, csv_text(results))


def _light(result: Measurement) -> Measurement:
    """Without its pictures, so that a thousand films need no more memory than one."""
    return replace(result, film=None, images=None)


def _expected(paths: Sequence[Path]) -> int:
    """How many hips the paths will give, for the progress bar."""
    count = 0
    for path in paths:
        if path.is_dir() and Study.is_study(path):
            count += len(Study.open(path).cases)
        elif path.is_dir():
            count += len(list_films(path))
        else:
            count += 1
    return count


def truths_of(paths: Sequence[Path]) -> dict[str, dict[Site, float]]:
    """True aBMD of the digital hips among studies."""
    found: dict[str, dict[Site, float]] = {}
    for path in paths:
        if not (path.is_dir() and Study.is_study(path)):
            continue
        for case in Study.open(path).cases:
            values = {site: case.number(f"true_bmd_{site}") for site in SITES}
            known = {site: v for site, v in values.items() if v is not None}
            if known:
                found[case.case_id] = known
    return found


class Layers:
    """STO and bone image as float32 TIFF, on the film's 0 … 1 grey range."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: set[str] = set()

    def write(self, result: Measurement) -> None:
        """Write both pictures of one hip; hips of one name are numbered."""
        if result.images is None:
            return
        row, column = result.images.corner_row_col
        name = self._name(result.case_id)
        for layer in ("sto", "bone"):
            buffer = io.BytesIO()
            tifffile.imwrite(
                buffer,
                np.ascontiguousarray(getattr(result.images, layer), np.float32),
                metadata={"corner_row": row, "corner_column": column},
            )
            write_bytes_atomic(self.folder / f"{name}_{layer}.tif", buffer.getvalue())

    def _name(self, case_id: str) -> str:
        stem = "".join(c if c.isalnum() or c in "-_." else "_" for c in case_id)
        name, number = stem, 2
        while name in self.taken:
            name, number = f"{stem}-{number}", number + 1
        self.taken.add(name)
        return name
