"""A finished folder of pairs, read one by one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..core.canvas import CANVAS_PX
from ..core.errors import Refused
from ..core.parts import Part
from .making import PAIR_PAGES
from .manifest import Manifest, read_manifest
from .split import part_of
from .storage import read_pages


@dataclass(frozen=True, eq=False)
class PairsFolder:
    """A finished folder of pairs, read one by one."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path, pixels: int = CANVAS_PX) -> PairsFolder:
        """Open a folder whose pairs are all there.

        Raises
        ------
        Refused
            If it is not one, is not finished, or is of another size.
        """
        manifest = read_manifest(folder)
        if manifest.pixels != pixels:
            raise Refused(
                f"The pairs in {folder.name} are {manifest.pixels} × {manifest.pixels}"
                f" pixels and the networks learn on {pixels} × {pixels}: make them"
                " again with this version."
            )
        there = sum((folder / manifest.file(i)).exists() for i in range(manifest.count))
        if there < manifest.count:
            raise Refused(
                f"{folder.name} holds {there} of {manifest.count} pairs: repeat its"
                " 'hipbmd pairs' command, which goes on where it stopped."
            )
        return cls(folder, manifest)

    def indices(self, part: Part) -> list[int]:
        """The pairs of one part."""
        shares = self.manifest.options.split
        return [i for i in range(self.manifest.count) if part_of(i, shares) == part]

    def pair(self, index: int) -> NDArray[np.uint16]:
        """Film and STO of one pair, ``(2, 448, 448)`` levels.

        Raises
        ------
        Refused
            If its file is missing, damaged or of another size.
        """
        path = self.folder / self.manifest.file(index)
        return read_pages(path, PAIR_PAGES, self.manifest.pixels)
