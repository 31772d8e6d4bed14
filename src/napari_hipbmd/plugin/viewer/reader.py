"""The reader: claims the DICOM films that it can open, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from napari.utils.notifications import show_info

from ...core.errors import Refused
from ..ui.sentences import said
from ..ui.translation import tr
from .films import film_layer, tell_of_pixels
from .layers import LayerData
from .session import follow_viewer

PathOrPaths = str | Sequence[str]


def get_reader(path: PathOrPaths) -> Callable[[PathOrPaths], list[LayerData]] | None:
    """The reader for these files, or None with the reason shown. Never raises."""
    try:
        return _reader(_paths(path))
    except Exception:  # noqa: BLE001 - napari only asks; whatever this is, it is no film
        return None


def _reader(paths: list[Path]) -> Callable[[PathOrPaths], list[LayerData]] | None:
    from ...dicom import open_film

    opened = {}
    for path in paths:
        try:
            opened[path] = open_film(path)
        except Refused as refusal:
            show_info(
                tr("{name} is not opened as a film. {refusal}").format(
                    name=path.name, refusal=said(refusal)
                )
            )
            return None

    def read(path: PathOrPaths) -> list[LayerData]:
        """One layer a film, whatever their sizes and spacings."""
        follow_viewer()
        # Films are not read twice: whether one can be is only known by reading it.
        films = [opened.pop(p, None) or open_film(p) for p in _paths(path)]
        for film in films:
            tell_of_pixels(film)
        return [film_layer(film) for film in films]

    return read if opened else None


def _paths(path: PathOrPaths) -> list[Path]:
    return [Path(path)] if isinstance(path, str | Path) else [Path(p) for p in path]
