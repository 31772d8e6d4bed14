"""``hipbmd measure``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..anatomy import SITES, Site
from ..dicom import list_films
from ..files import write_bytes_atomic, write_text_atomic
from ..measurement import RESEARCH_USE, Measurement
from ..pipeline import Options, load_models, measure_path
from ..radiograph import HipBox, Patient
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
    )
    models = load_models(args.models)
    results: list[Measurement] = []
    many = len(args.paths) > 1 or args.paths[0].is_dir()
    bar = Bar("measured") if many else None
    expected = _expected(args.paths)
    for path in args.paths:
        for result in measure_path(path, options, models):
            if result.status == "refused":
                print(f"hipbmd: {result.image}: {result.reason}", file=sys.stderr)
            if args.layers:
                write_layers(args.layers, result)
            results.append(_light(result))
            if bar:
                bar(len(results), expected)
    write_results(args, results)
    if args.json != "-":
        print(text_table(results, truths_of(args.paths)))
        print(f"\n{RESEARCH_USE}")
    return SOME_REFUSED if any(m.status == "refused" for m in results) else 0


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


def write_layers(folder: Path, result: Measurement) -> None:
    """STO and bone image as float32 TIFF, on the film's 0 … 1 grey range."""
    import io

    import tifffile

    if result.images is None:
        return
    name = "".join(c if c.isalnum() or c in "-_." else "_" for c in result.case_id)
    row, column = result.images.corner_row_col
    for layer, picture in (("sto", result.images.sto), ("bone", result.images.bone)):
        buffer = io.BytesIO()
        tifffile.imwrite(
            buffer,
            np.ascontiguousarray(picture, np.float32),
            metadata={"corner_row": row, "corner_column": column},
        )
        write_bytes_atomic(folder / f"{name}_{layer}.tif", buffer.getvalue())
