"""Take the soft tissue away from many films and keep every intermediate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import Refused
from ..core.options import check, option
from ..core.radiograph import Side
from ..pipeline.models import Networks, networks_with_enhancement
from ..runs.enhanced_formats import PictureFormat, check_format
from ..runs.enhancing import EnhancedJob, enhance_many
from ..runs.jobs import Options, jobs_of
from .film_options import (
    Corners,
    box_option,
    force_spacing_option,
    hip_box,
    side_option,
    spacing_option,
)


@dataclass(frozen=True)
class EnhanceOptions:
    """What may be said about films, with which model, and what is kept."""

    models: Path | None = option(
        None,
        "the --out folder of 'hipbmd train enhancement' (the bundled model)",
        metavar="DIR",
    )
    format: PictureFormat = option(
        "tiff",
        "of the files: a TIFF a picture, or one OME-TIFF, OME-Zarr folder or NPZ file"
        " with film, STO, bone image and error",
        label="Format",
    )
    latent: bool = option(
        False,
        "write the latent z, too, and a montage of its channels (PNG)",
        label="Latent z",
    )
    stages: bool = option(
        False, "write every stage of the encoder, too", label="Encoder stages"
    )
    side: Side | None = side_option()
    box: Corners | None = box_option()
    spacing_mm: float | None = spacing_option()
    force_spacing: bool = force_spacing_option()

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, eq=False)
class EnhancedFilms:
    """A run that has begun: how many films, by which networks, and each as it comes."""

    count: int
    networks: Networks
    films: Iterator[EnhancedJob]


def enhance_paths(
    paths: Sequence[Path],
    out: Path,
    options: EnhanceOptions | None = None,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> EnhancedFilms:
    """Enhance every film that lies there, into a folder each; see ``runs.enhancing``.

    Raises
    ------
    Refused
        If a path, the model or the folder cannot be used.
    """
    options = options or EnhanceOptions()
    if out.exists() and not out.is_dir():
        raise Refused(f"--out needs a folder, and {out} is a file.")
    check_format(options.format)
    networks = networks_with_enhancement(options.models)
    about = Options(
        options.side,
        box=hip_box(options.box),
        spacing_mm=options.spacing_mm,
        force_spacing=options.force_spacing,
    )
    jobs = [job for path in paths for job in jobs_of(path, about)]
    films = enhance_many(
        jobs,
        networks,
        out,
        latent=options.latent,
        stages=options.stages,
        kind=options.format,
        cancelled=cancelled,
    )
    return EnhancedFilms(len(jobs), networks, films)
