"""``manifest.json``: what a folder of pairs was made of, and how.

With it and the prepared sources beside it, every pair can be made again, bit for bit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.bounded_json import as_type, read_json
from ..core.errors import Refused
from ..core.files import write_text_atomic
from ..core.parts import PARTS, Part
from .options import PairDraw, PairOptions, draw_pair

MANIFEST = "manifest.json"
FORMAT, VERSION = "hipbmd pairs", 1
MAX_PAIRS = 999_999
SOURCE_FILE = re.compile(r"sources/(hip|tile)-\d{5}\.tif")


@dataclass(frozen=True)
class SourceEntry:
    """One prepared source.

    Attributes
    ----------
    file
        Relative to the folder of pairs.
    case_id
        The film it was taken from.
    patient
        A number; names and identifiers stay where the films are.
    sha256
        Of the prepared levels.
    about
        Box, side, type and who confirmed it.
    """

    file: str
    case_id: str
    patient: int
    part: Part
    sha256: str
    about: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """For the manifest."""
        return {**vars(self), "about": dict(self.about)}

    def __post_init__(self) -> None:
        if not SOURCE_FILE.fullmatch(self.file):
            raise Refused(f"{self.file[:40]!r} is no source of pairs")


@dataclass(frozen=True)
class Manifest:
    """Options, number and size of the pairs, and their sources."""

    options: PairOptions
    count: int
    pixels: int
    hips: tuple[SourceEntry, ...]
    tiles: tuple[SourceEntry, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_PAIRS:
            raise Refused(f"The number of pairs must be 1 to {MAX_PAIRS}.")

    def draw(self, index: int) -> PairDraw:
        """What pair ``index`` is made of."""
        hips, tiles = ([e.part for e in some] for some in (self.hips, self.tiles))
        return draw_pair(self.options, hips, tiles, index)

    def file(self, index: int) -> str:
        """Where pair ``index`` lies, relative to the folder."""
        return f"pairs/{index // 1000:03d}/{index:06d}.tif"

    def to_text(self) -> str:
        """As JSON; the same manifest, the same text."""
        content = {
            "format": FORMAT,
            "version": VERSION,
            "count": self.count,
            "pixels": self.pixels,
            "pages": ["film", "STO"],
            "grey": "level / 65535 * 2 - 0.5",
            "options": self.options.to_json(),
            "hips": [entry.to_json() for entry in self.hips],
            "tiles": [entry.to_json() for entry in self.tiles],
        }
        return json.dumps(content, indent=1, allow_nan=False) + "\n"

    def write(self, folder: Path) -> None:
        """Write it, all or nothing."""
        write_text_atomic(folder / MANIFEST, self.to_text())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder of pairs.

    Raises
    ------
    Refused
        If the folder holds none, or it is damaged or of another version.
    """
    try:
        content = read_json(folder / MANIFEST)
        kind = as_type(_Kind, content)
        if (kind.format, kind.version) == (FORMAT, VERSION):
            manifest = as_type(Manifest, content)
            _insist_on_sources(manifest)
            return manifest
        reason = f"it is {kind.format[:40]!r}"
        if kind.format == FORMAT:
            reason = f"it is of format {kind.version}, and this version reads {VERSION}"
    except (FileNotFoundError, NotADirectoryError):
        raise Refused(
            f"{folder.name} holds no pairs ({MANIFEST} is missing): make them with"
            " 'hipbmd pairs'."
        ) from None
    except (OSError, Refused) as error:
        told = isinstance(error, Refused)
        reason = str(error).rstrip(".") if told else "it cannot be read"
    raise Refused(
        f"The {MANIFEST} in {folder.name} cannot be read as one of pairs ({reason}):"
        " make them again."
    )


@dataclass(frozen=True)
class _Kind:
    """What a manifest says of itself."""

    format: str
    version: int


def _insist_on_sources(manifest: Manifest) -> None:
    """Refuse a manifest that leaves a part without a hip or without soft tissue."""
    for part, share in zip(PARTS, manifest.options.split, strict=True):
        for some in (manifest.hips, manifest.tiles):
            if share > 0 and not any(entry.part == part for entry in some):
                raise Refused(f"its {part} part lacks a hip or soft tissue")
