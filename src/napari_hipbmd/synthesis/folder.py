"""A folder of pairs: made one by one, so that many need no more memory than few.

=========================  =====================================================
``manifest.json``          options, sources, patients' parts; written first
``sources/hip-*.tif``      prepared hips: film, soft tissue, mask
``sources/tile-*.tif``     prepared soft tissue
``pairs/000/000000.tif``   pair 0: film, STO
=========================  =====================================================
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core.canvas import CANVAS_PX
from ..core.errors import Cancelled, Refused
from ..core.files import sweep
from ..core.parts import Part
from ..core.progress import Progress
from .making import (
    PAIR_PAGES,
    digest,
    every_entry,
    levels_of,
    loader,
    made_pair,
    max_error,
    pages_of,
    why_large,
)
from .manifest import MANIFEST, SOURCE_FILE, Manifest, SourceEntry, read_manifest
from .options import PairOptions
from .sources import HipSource, SoftTissueTile
from .split import split_patients
from .storage import read_pages, stored, write_pages

LARGE_ERROR = 1e-3
"""Of the grey range: thirty steps of what a file can hold."""


@dataclass(frozen=True, eq=False)
class Source:
    """A hip or a tile of a person's films, loaded when it is needed.

    ``load`` gives a :class:`HipSource` or :class:`SoftTissueTile` of 448 pixels.
    """

    case_id: str
    patient: str
    about: dict[str, Any]
    load: Callable[[], HipSource | SoftTissueTile]


@dataclass(frozen=True, eq=False)
class Sources:
    """What pairs are made of."""

    hips: tuple[Source, ...]
    tiles: tuple[Source, ...]

    def parts(self, options: PairOptions) -> dict[str, Part]:
        """The part of each patient; see :func:`split_patients`."""
        return split_patients(
            (one.patient for one in self.hips),
            (one.patient for one in self.tiles),
            options.split,
            options.seed,
        )


@dataclass(frozen=True)
class Made:
    """What was made.

    Attributes
    ----------
    count
        Pairs that are there now.
    new
        Those that were made by this run.
    max_error
        Greatest |film − STO − bone| of the new ones, in shares of the grey range.
    doubt
        Where that is large, the pair and why, as a sentence; else empty.
    """

    count: int
    new: int
    max_error: float
    doubt: str = ""


def write_pairs(
    out: Path,
    sources: Sources,
    count: int,
    options: PairOptions,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Made:
    """Write ``count`` pairs; go on where an earlier run stopped.

    Parameters
    ----------
    out
        A new folder, or one that holds pairs of the same sources and options.
    progress
        Called with ``(done, count)``.

    Raises
    ------
    Refused
        If the sources do not suffice, or the folder holds something else.
    Cancelled
        If asked to stop; the finished pairs are kept.
    """
    before = read_manifest(out) if (out / MANIFEST).exists() else None
    if before is None and out.exists() and _holds_something_else(out):
        raise Refused(
            f"{out.name} already holds other files: choose a new folder for the pairs."
        )
    with _nothing_half_written(out):
        manifest = _planned(out, sources, count, options, before, cancelled)
        if before is not None:
            _refuse_other_pairs(out, before, manifest)
        if before is None or before.count < count:
            manifest.write(out)
    return _make(out, out, manifest, range(count), progress, cancelled)


def write_again(
    folder: Path,
    out: Path,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Made:
    """Make the pairs of a folder again from its manifest and prepared sources.

    Raises
    ------
    Refused
        If the folder holds no pairs, a source is not the one of the manifest, or
        ``out`` holds something else.
    Cancelled
        If asked to stop; the finished pairs are kept.
    """
    manifest = read_manifest(folder)
    if (out / MANIFEST).exists():
        _refuse_other_pairs(out, read_manifest(out), manifest)
    elif out.exists() and _holds_something_else(out):
        raise Refused(
            f"{out.name} already holds other files: choose a new folder for the pairs."
        )
    with _nothing_half_written(out):
        for entry in every_entry(manifest):
            if cancelled is not None and cancelled():
                raise Cancelled
            write_pages(out / entry.file, levels_of(folder, entry, manifest.pixels))
        manifest.write(out)
    every = range(manifest.count)
    return _make(out, out, manifest, every, progress, cancelled)


def check_pairs(
    folder: Path,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[str]:
    """Make every pair again in memory; gives the files that differ or are missing.

    Raises
    ------
    Refused
        If a source is not the one of the manifest.
    """
    manifest = read_manifest(folder)
    load = loader(folder, manifest)
    different = []
    for index in range(manifest.count):
        if cancelled is not None and cancelled():
            raise Cancelled
        _pair, levels, _drawn = made_pair(manifest, index, load)
        name = manifest.file(index)
        try:
            same = np.array_equal(
                levels, read_pages(folder / name, PAIR_PAGES, manifest.pixels)
            )
        except Refused:
            same = False
        if not same:
            different.append(name)
        if progress:
            progress(index + 1, manifest.count)
    return different


def _planned(
    out: Path,
    sources: Sources,
    count: int,
    options: PairOptions,
    before: Manifest | None,
    cancelled: Callable[[], bool] | None,
) -> Manifest:
    """Prepare every source, and write those that are not there yet."""
    parts = sources.parts(options)
    numbers: dict[str, int] = {}
    entries: dict[str, list[SourceEntry]] = {"hip": [], "tile": []}
    for kind, some in (("hip", sources.hips), ("tile", sources.tiles)):
        for number, one in enumerate(some):
            if cancelled is not None and cancelled():
                raise Cancelled
            levels = stored(pages_of(one.load()))
            entry = SourceEntry(
                f"sources/{kind}-{number:05d}.tif",
                one.case_id,
                numbers.setdefault(one.patient, len(numbers) + 1),
                parts[one.patient],
                digest(levels),
                one.about,
            )
            if before is None:
                write_pages(out / entry.file, levels)
            entries[kind].append(entry)
    return Manifest(
        options, count, CANVAS_PX, tuple(entries["hip"]), tuple(entries["tile"])
    )


def _make(
    folder: Path,
    out: Path,
    manifest: Manifest,
    indices: Sequence[int],
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> Made:
    load = loader(folder, manifest)
    worst, new, doubt = 0.0, 0, ""
    for done, index in enumerate(indices):
        if progress:
            progress(done, len(indices))
        if cancelled is not None and cancelled():
            raise Cancelled
        path = out / manifest.file(index)
        if path.exists():
            continue
        pair, levels, drawn = made_pair(manifest, index, load)
        write_pages(path, levels, drawn.text())
        error = max_error(levels, pair)
        if error > max(worst, LARGE_ERROR):
            doubt = why_large(manifest, index, levels, error)
        worst = max(worst, error)
        new += 1
    if progress:
        progress(len(indices), len(indices))
    return Made(len(indices), new, worst, doubt)


@contextmanager
def _nothing_half_written(out: Path) -> Iterator[None]:
    """Take prepared sources away again when no manifest comes to name them."""
    new = not out.exists()
    try:
        yield
    except BaseException:
        if not (out / MANIFEST).exists():
            shutil.rmtree(out if new else out / "sources", ignore_errors=True)
        raise


def _holds_something_else(out: Path) -> bool:
    """Whether a folder without a manifest holds more than a broken run's sources."""
    for folder in (out, out / "sources"):
        sweep(folder, older_than=0)
    files = [path.relative_to(out) for path in out.rglob("*") if path.is_file()]
    return not all(SOURCE_FILE.fullmatch(file.as_posix()) for file in files)


def _refuse_other_pairs(out: Path, before: Manifest, now: Manifest) -> None:
    if before.options != now.options:
        raise Refused(
            f"{out.name} holds pairs of other options (seed, operator, ranges or"
            " split): repeat them, or choose a new folder for the pairs."
        )
    if before.hips != now.hips or before.tiles != now.tiles:
        raise Refused(
            f"{out.name} holds pairs of other sources: its manifest does not match"
            " these films, boxes and masks; choose a new folder for the pairs."
        )
