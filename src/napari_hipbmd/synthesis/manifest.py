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

from ..core.files import write_text_atomic
from ..core.radiograph import FilmRefused
from .options import Draw, PairOptions, draw
from .split import PARTS, Part

MANIFEST = "manifest.json"
FORMAT, VERSION = "hipbmd pairs", 1
MAX_PAIRS = 999_999
SOURCE_FILE = re.compile(r"sources/(hip|tile)-\d{5}\.tif")


@dataclass(frozen=True)
class Entry:
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

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        """From a manifest; ValueError, KeyError or TypeError if it is none."""
        if not SOURCE_FILE.fullmatch(data["file"]) or data["part"] not in PARTS:
            raise ValueError("not a source of pairs")
        return cls(
            data["file"],
            str(data["case_id"]),
            int(data["patient"]),
            data["part"],
            str(data["sha256"]),
            dict(data["about"]),
        )


@dataclass(frozen=True)
class Manifest:
    """Options, number and size of the pairs, and their sources."""

    options: PairOptions
    count: int
    pixels: int
    hips: tuple[Entry, ...]
    tiles: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_PAIRS:
            raise FilmRefused(f"The number of pairs must be 1 to {MAX_PAIRS}.")

    def draw(self, index: int) -> Draw:
        """What pair ``index`` is made of."""
        hips, tiles = ([e.part for e in some] for some in (self.hips, self.tiles))
        return draw(self.options, hips, tiles, index)

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
    FilmRefused
        If the folder holds none, or it is damaged or of another version.
    """
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
        if content["format"] != FORMAT:
            raise ValueError("another format")
        if content["version"] != VERSION:
            raise FilmRefused(
                f"The pairs in {folder.name} are of format {content['version']!r} and"
                f" this version reads {VERSION}: make them again."
            )
        return Manifest(
            PairOptions.from_json(content["options"]),
            int(content["count"]),
            int(content["pixels"]),
            tuple(Entry.from_json(entry) for entry in content["hips"]),
            tuple(Entry.from_json(entry) for entry in content["tiles"]),
        )
    except FilmRefused:
        raise
    except (FileNotFoundError, NotADirectoryError):
        raise FilmRefused(
            f"{folder.name} holds no pairs ({MANIFEST} is missing): make them with"
            " 'hipbmd pairs'."
        ) from None
    except (OSError, KeyError, TypeError, ValueError, RecursionError):
        raise FilmRefused(
            f"The {MANIFEST} in {folder.name} cannot be read as one of pairs: make"
            " them again."
        ) from None
